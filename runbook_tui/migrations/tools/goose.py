"""goose: ``<version>_<title>.sql`` with ``-- +goose Up`` and ``-- +goose Down``, or Go code of such a name.

Source: pressly/goose, internal/sqlparser/parser.go, migration.go (NumericComponent), up.go. A file that is new and
lies below the applied ones stops it, unless ``-allow-missing`` is given. Outside of ``StatementBegin`` and
``StatementEnd`` a statement ends with the line that ends in a semicolon, whatever the SQL says.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import PurePosixPath

from runbook_tui.migrations.changes import Body
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.model import Finding
from runbook_tui.migrations.sql.client import LITERAL
from runbook_tui.migrations.sql.files import (
    code_body,
    decoded,
    has_statements,
    marked_for,
    refused,
    sql_body,
    text_problem,
)
from runbook_tui.migrations.sql.reader import LONGEST_FILE
from runbook_tui.migrations.sql.variables import SHELL, named
from runbook_tui.migrations.tool import (
    BodyReader,
    Commands,
    Files,
    Late,
    MigrationTool,
    Script,
    Scripts,
    by_number,
    directly_in,
    title_of,
)

_NAME = re.compile(r"^0*([1-9]\d*)_(.*)\.(sql|go)$", re.DOTALL)
_MARK = re.compile(r"--[ \t]*\+goose[ \t]*(?P<word>.*)", re.IGNORECASE)
_WORDS = frozenset(
    {"UP", "DOWN", "STATEMENTBEGIN", "STATEMENTEND", "NO TRANSACTION", "ENVSUB ON", "ENVSUB OFF"}
)


@dataclass(frozen=True, slots=True)
class _Sections:
    """The two halves of a file. ``up`` has the lines of the file, blank where they are not its own."""

    up: str
    has_down: bool
    transaction: bool


class Goose(MigrationTool):
    """Reads files with an up and a down section."""

    name = "goose"
    late = Late.REFUSES

    def recognises(self, path: str, data: bytes) -> bool:
        """``<version>_<title>.sql`` with a mark ``-- +goose``, or Go code that registers itself."""
        found = _NAME.match(PurePosixPath(path).name)
        if found is None:
            return False
        if found[3] == "go":
            return b"pressly/goose" in data and not path.endswith("_test.go")
        return marked_for(data) == "goose"

    def scripts(self, files: Files, folder: str) -> Scripts:
        """The files of the folder itself; the tool looks into no other."""
        found: list[Script] = []
        findings: list[Finding] = []
        for path, data in directly_in(files, folder).items():
            if not path.endswith((".sql", ".go")):
                continue
            name = _NAME.match(PurePosixPath(path).name)
            if name is None:
                if path.endswith(".sql"):
                    why = "its name has no <version>_<title>.sql, and the tool stops at it"
                    findings.append(refused(path, 0, why, "Rename it, or move it out of the folder."))
                continue
            if name[3] == "go":
                if not path.endswith("_test.go"):
                    found.append(Script(name[1], title_of(name[2]), path, (), data))
                continue
            sections = _sections(path, decoded(data))
            problem = text_problem(path, data) or (sections if isinstance(sections, Finding) else None)
            found.append(
                Script(name[1], title_of(name[2]), path, (), data, content=sections, problem=problem)
            )
        return Scripts(by_number(found), tuple(findings))

    def commands(self, script: Script, folder: str) -> Commands:
        """``up-to`` and ``down-to`` a version; ``GOOSE_DRIVER`` names the kind of database."""
        goose = f'goose -dir {shlex.quote(folder)} "$GOOSE_DRIVER" "$DATABASE_URL"'
        back = script.parents[0] if script.parents else "0"
        return Commands(f"{goose} up-to {script.id}", f"{goose} down-to {back}", f"{goose} status")

    def reader(self, engine: Engine) -> BodyReader:
        """Reads the up section; Go code is a question."""

        def read(script: Script) -> Body:
            sections = script.content
            if isinstance(sections, _Sections):
                wraps = sections.transaction
                return sql_body(
                    sections.up,
                    engine,
                    has_down=sections.has_down,
                    in_transaction=wraps,
                )
            if script.path.endswith(".go"):
                return code_body(script.path, "Go", has_down=True)
            return sql_body(decoded(script.data), engine, has_down=False, in_transaction=True)

        return read


def _sections(path: str, text: str) -> _Sections | Finding:
    """The sections as goose cuts them, or why it refuses the file."""
    if len(text) > LONGEST_FILE:
        return _Sections(text, has_down=True, transaction=True)  # which nobody reads
    file = _File()
    for number, line in enumerate(text.splitlines(), start=1):
        wrong = file.add(line, number)
        if wrong is not None:
            return refused(path, number, *wrong)
    if not file.half:
        return refused(path, 1, "it has no '-- +goose Up'", "Put that mark before the first statement.")
    if file.guarded_since:
        why = "'-- +goose StatementBegin' is never closed"
        return refused(path, file.guarded_since, why, "Put '-- +goose StatementEnd' after the statement.")
    return _cut_short(path, file) or _Sections(
        "\n".join(file.up), has_statements("\n".join(file.down)), file.transaction
    )


class _File:
    """A file while it is read line by line."""

    def __init__(self) -> None:
        self.up: list[str] = []
        self.down: list[str] = []
        self.guarded: list[bool] = []
        """Whether a line stands between StatementBegin and StatementEnd."""
        self.half = ""
        self.guarded_since = 0
        self.transaction = True
        self._variables = False

    def add(self, line: str, number: int) -> tuple[str, str] | None:
        """Take one more line; why goose refuses it, and what to do, when it does."""
        self.up.append("")
        self.down.append("")
        self.guarded.append(self.guarded_since > 0)
        if line.lstrip().startswith("--") and "+goose" in line:
            mark = _MARK.search(line)
            word = " ".join(mark["word"].split()).upper() if mark else ""
            if word not in _WORDS or line[0].isspace():
                why = f"'{line.strip()[:60]}' is no mark that goose knows"
                return why, "Start the line with --, and name one that it knows, such as Up."
            return self._mark(word, number)
        if self.half:
            half = self.up if self.half == "UP" else self.down
            half[-1] = named(line, SHELL) if self._variables else line
        elif has_statements(line):
            return "a statement stands before '-- +goose Up'", "Put that mark first."
        return None

    def _mark(self, word: str, number: int) -> tuple[str, str] | None:
        if word in ("UP", "DOWN"):
            if self.guarded_since or self.half != ("UP" if word == "DOWN" else ""):
                return f"'-- +goose {word.title()}' does not belong here", "Write Up once, then Down once."
            self.half = word
        elif word in ("STATEMENTBEGIN", "STATEMENTEND"):
            begins = word == "STATEMENTBEGIN"
            if not self.half or begins == (self.guarded_since > 0):
                why = f"'{word}' of goose has no counterpart here"
                return why, "Write StatementBegin and StatementEnd in pairs, after Up or Down."
            self.guarded_since = number if begins else 0
            (self.up if self.half == "UP" else self.down)[-1] = "" if begins else ";"
        elif word == "NO TRANSACTION":
            self.transaction = False
        else:
            self._variables = word == "ENVSUB ON"
        return None


def _cut_short(path: str, file: _File) -> Finding | None:
    """A statement that goose would send in pieces: quoted text in which a line ends with a semicolon."""
    up = "\n".join(file.up)
    number, counted = 1, 0
    for match in LITERAL.finditer(up):
        number += up.count("\n", counted, match.start())
        counted = match.start()
        if match["comment"] or "\n" not in match[0]:
            continue
        for offset, row in enumerate(match[0].split("\n")[:-1]):
            if _ends(row) and not file.guarded[number + offset - 1]:
                why = "goose ends the statement with this line, in the middle of quoted text"
                remedy = "Put the statement between '-- +goose StatementBegin' and '-- +goose StatementEnd'."
                return refused(path, number + offset, why, remedy)
    written = [index for index, row in enumerate(file.up) if row.partition("--")[0].strip()]
    if written and not _ends(file.up[written[-1]]) and has_statements(up):
        why = "the last statement has no semicolon, and goose refuses to run it"
        return refused(path, written[-1] + 1, why, "End it with a semicolon.")
    return None


def _ends(row: str) -> bool:
    """Whether goose takes the line for the end of a statement: its last word before ``--`` ends in a semicolon."""
    words = row.split()
    before = next((index for index, word in enumerate(words) if word.startswith("--")), len(words))
    return before > 0 and words[before - 1].endswith(";")


TOOL = Goose
