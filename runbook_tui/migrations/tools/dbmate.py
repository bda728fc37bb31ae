"""dbmate: ``<version>_<title>.sql`` with ``-- migrate:up`` and ``-- migrate:down``.

Source: amacneil/dbmate, README "Creating Migrations" and "Migration Options". Every pending file is applied, also one
below the applied versions, unless ``--strict`` is given.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import PurePosixPath

from runbook_tui.migrations.changes import Body, Change
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.model import Finding, Level
from runbook_tui.migrations.sql.files import (
    decoded,
    has_statements,
    passed_over,
    sql_body,
    text_problem,
)
from runbook_tui.migrations.tool import (
    BodyReader,
    Commands,
    Files,
    MigrationTool,
    Script,
    Scripts,
    chained,
    directly_in,
    title_of,
)

_NAME = re.compile(r"^(\d+)(.*)\.sql$")
_UP = re.compile(r"^--[ \t]*migrate:up\b(?P<options>[^\r\n]*)", re.MULTILINE)
_DOWN = re.compile(r"^--[ \t]*migrate:down\b(?P<options>[^\r\n]*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Sections:
    """The two halves of a file. ``up`` is padded so that its lines are those of the file."""

    up: str
    has_down: bool
    transaction: bool


class Dbmate(MigrationTool):
    """Reads files with an up and a down section."""

    name = "dbmate"
    stops = False

    def recognises(self, path: str, data: bytes) -> bool:
        """``<digits>_<title>.sql`` with a section ``-- migrate:up``."""
        return _NAME.match(PurePosixPath(path).name) is not None and b"migrate:up" in data

    def scripts(self, files: Files, folder: str) -> Scripts:
        """The SQL files of the folder itself; the tool looks into no other."""
        found: list[Script] = []
        findings: list[Finding] = []
        for path, data in directly_in(files, folder).items():
            if not path.endswith(".sql"):
                continue
            name = _NAME.match(PurePosixPath(path).name)
            if name is None:
                why = "its name does not start with a version, so the tool passes it over"
                findings.append(passed_over(path, why))
                continue
            text = decoded(data)
            sections = _sections(text)
            problem = text_problem(path, data)
            if sections is not None and has_statements(_UP.split(text, maxsplit=1)[0]):
                why = "statements stand before '-- migrate:up', so the tool refuses the file"
                problem = Finding("unreadable", Level.ERROR, path, 1, why, "Move them into the section.")
            if sections is None:
                remedy = "Put '-- migrate:up' before the first statement."
                problem = Finding(
                    "unreadable", Level.ERROR, path, 1, "it has no section '-- migrate:up'", remedy
                )
            found.append(
                Script(name[1], title_of(name[2]), path, (), data, content=sections, problem=problem)
            )
        return Scripts(chained(found, lambda script: (PurePosixPath(script.path).name,)), tuple(findings))

    def commands(self, script: Script, folder: str) -> Commands:
        """dbmate applies all that is pending; it cannot be told where to stop."""
        dbmate = f"dbmate --migrations-dir {shlex.quote(folder)}"
        return Commands(f"{dbmate} migrate", f"{dbmate} rollback", f"{dbmate} status")

    def reader(self, engine: Engine) -> BodyReader:
        """Reads the up section."""

        def read(script: Script) -> Body:
            sections = script.content
            if not isinstance(sections, _Sections):
                change = Change("unreadable", 1, name="it has no section '-- migrate:up'", detail=script.path)
                return Body((change,), has_down=False)
            return sql_body(
                sections.up,
                engine,
                has_down=sections.has_down,
                in_transaction=sections.transaction,
            )

        return read


def _sections(text: str) -> _Sections | None:
    up = _UP.search(text)
    if up is None:
        return None
    down = _DOWN.search(text, up.end())
    sql = text[up.end() : down.start() if down else len(text)]
    padding = "\n" * text.count("\n", 0, up.end())
    has_down = down is not None and has_statements(text[down.end() :])
    return _Sections(padding + sql, has_down, "transaction:false" not in up["options"])


TOOL = Dbmate
