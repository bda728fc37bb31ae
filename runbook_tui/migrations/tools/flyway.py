"""Flyway: ``V1.2__title.sql``, ``R__title.sql`` run again when it changes, ``U`` to undo, ``B`` for new databases.

Source: flyway/flyway, ResourceNameParser, MigrationVersion, ParserSqlScript, PostgreSQLParser, MigrationInfoImpl.
Folders are searched to the bottom. Versioned migrations run in the order of their numbers, then every repeatable one
that is new or changed. A statement that PostgreSQL refuses in a transaction, such as CREATE INDEX CONCURRENTLY, takes
its whole file out of the transaction; together with other statements Flyway refuses it, unless ``V1__x.sql.conf``
beside it decides.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from runbook_tui.migrations.changes import Body
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.model import Finding, Level
from runbook_tui.migrations.sql.files import (
    code_body,
    decoded,
    does_something,
    marked_for,
    passed_over,
    sql_body,
    text_problem,
)
from runbook_tui.migrations.sql.statements import UnreadableSqlError, split_sql
from runbook_tui.migrations.sql.variables import FLYWAY, named
from runbook_tui.migrations.tool import (
    BodyReader,
    Commands,
    Files,
    Late,
    MigrationTool,
    Script,
    Scripts,
    below,
    chained,
    title_of,
)

_NAME = re.compile(
    r"^(?:(?P<prefix>[VUB])(?P<version>\d+(?:[._]\d+)*)|(?P<repeatable>R)(?=__))(?:__(?P<title>.*?))?(?P<suffix>\.\w+)$",
    re.DOTALL,
)
_LANGUAGES = {".java": "Java", ".kt": "Kotlin", ".groovy": "Groovy", ".scala": "Scala"}
_CALLBACK = re.compile(r"^(?:before|after|create)[A-Z]\w*?(?:__.*)?\.sql$")
_IN_TRANSACTION = re.compile(r"^[ \t]*executeInTransaction\s*=\s*(\w+)", re.MULTILINE)
_ALONE = re.compile(
    r"(?:CREATE|DROP)(?: UNIQUE)? INDEX CONCURRENTLY|(?:CREATE|DROP) (?:DATABASE|TABLESPACE|SUBSCRIPTION)|ALTER SYSTEM"
    r"|REINDEX(?: VERBOSE)? (?:SCHEMA|DATABASE|SYSTEM)|VACUUM|DISCARD ALL"
)
"""Statements of PostgreSQL for which Flyway leaves the transaction out (PostgreSQLParser)."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """What stands beside a migration."""

    undo: bytes | None
    in_transaction: bool | None
    """As its ``.conf`` says; None when it does not."""


class Flyway(MigrationTool):
    """Reads versioned and repeatable migrations."""

    name = "flyway"
    late = Late.REFUSES
    refuses_edits = True
    refuses_gone = True

    def recognises(self, path: str, data: bytes) -> bool:
        """``V<version>__<title>.sql``, ``R__<title>.sql``; a program by its name and what it imports."""
        found = _NAME.match(PurePosixPath(path).name)
        if found is None or found["title"] is None:
            return False
        if found["suffix"] in _LANGUAGES:
            return b"org.flywaydb" in data
        return found["suffix"].lower() == ".sql" and marked_for(data) is None

    def folders(self, recognised: Sequence[str], paths: Collection[str]) -> tuple[str, ...]:
        """The outermost folders: Flyway looks into those below. One below ``db/migration`` is that folder's."""
        found: list[str] = []
        for folder in sorted({_location(path) for path in recognised}, key=lambda path: path.count("/")):
            if not any(folder == other or folder.startswith(f"{other}/") for other in found):
                found.append(folder)
        return tuple(sorted(found))

    def scripts(self, files: Files, folder: str) -> Scripts:
        """The migrations of the folder and all below it."""
        inside = below(files, folder)
        undo = {
            _version(found["version"]): data
            for path, data in inside.items()
            if (found := _NAME.match(PurePosixPath(path).name))
            and found["prefix"] == "U"
            and found["suffix"].lower() == ".sql"
        }
        versioned: list[Script] = []
        repeatable: list[Script] = []
        findings: list[Finding] = []
        for path, data in inside.items():
            name = PurePosixPath(path).name
            found = _NAME.match(name)
            if found is None or found["suffix"].lower() not in (".sql", *_LANGUAGES):
                findings += _not_taken(path, name)
                continue
            if found["prefix"] == "U":
                continue
            conf = inside.get(f"{path}.conf")
            parts = _Parts(undo.get(_version(found["version"] or "")), _in_transaction(conf))
            script = _script(path, data, found, parts)
            (repeatable if script.repeatable else versioned).append(script)
        ordered = [*sorted(versioned, key=_place), *sorted(repeatable, key=lambda script: script.title)]
        order = {id(script): index for index, script in enumerate(ordered)}
        return Scripts(chained(ordered, lambda script: (order[id(script)],)), tuple(findings))

    def commands(self, script: Script, folder: str) -> Commands:
        """``-target``: of repeatable migrations, all that changed run after the versioned ones."""
        flyway = f'flyway -url="$DATABASE_URL" -locations={shlex.quote(f"filesystem:{folder}")}'
        if script.repeatable:
            return Commands(f"{flyway} migrate", "", f"{flyway} info")
        target = f"-target={script.id.removeprefix('B')}"
        parts = script.content
        undo = f"{flyway} {target} undo" if isinstance(parts, _Parts) and parts.undo is not None else ""
        return Commands(f"{flyway} {target} migrate", undo, f"{flyway} info")

    def identity(self, script: Script) -> object:
        """The numbers of the version: ``1``, ``1.0`` and ``01`` are one."""
        return script.id if script.repeatable or script.baseline else _version(script.id)

    def reader(self, engine: Engine) -> BodyReader:
        """Reads SQL with its placeholders as names; programs are questions."""

        def read(script: Script) -> Body:
            parts = script.content if isinstance(script.content, _Parts) else _Parts(None, None)
            has_down = does_something(parts.undo)
            language = _LANGUAGES.get(PurePosixPath(script.path).suffix)
            if language is not None:
                return code_body(script.path, language, has_down=has_down)
            sql = named(decoded(script.data), FLYWAY)
            wraps = parts.in_transaction
            if wraps is None:
                wraps = engine is not Engine.POSTGRES or not _all_alone(sql, engine)
            return sql_body(sql, engine, has_down=has_down, in_transaction=wraps)

        return read


def _script(path: str, data: bytes, found: re.Match[str], parts: _Parts) -> Script:
    title = title_of(found["title"] or "")
    problem = text_problem(path, data)
    if found["repeatable"]:
        number = f"R__{found['title']}"
        return Script(number, title, path, (), data, content=parts, repeatable=True, problem=problem)
    number = found["version"].replace("_", ".")
    baseline = found["prefix"] == "B"
    number = f"B{number}" if baseline else number
    return Script(number, title, path, (), data, content=parts, baseline=baseline, problem=problem)


def _place(script: Script) -> tuple[object, ...]:
    """A baseline comes after the version for which it stands."""
    return (_version(script.id.removeprefix("B")), script.baseline, script.path)


def _version(text: str) -> tuple[int, ...]:
    """The numbers of a version without zeros at its end."""
    numbers = [int(part) for part in re.split(r"[._]", text) if part]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _location(path: str) -> str:
    """The folder that Flyway would be pointed to: ``db/migration`` by convention, else where the file lies."""
    folder = PurePosixPath(path).parent
    for parent in (folder, *folder.parents):
        if parent.parts[-2:] == ("db", "migration"):
            return str(parent)
    return str(folder)


def _in_transaction(conf: bytes | None) -> bool | None:
    found = _IN_TRANSACTION.search(decoded(conf)) if conf is not None else None
    return found[1].lower() == "true" if found else None


def _all_alone(sql: str, engine: Engine) -> bool:
    """Whether every statement is one that Flyway runs outside of a transaction."""
    if not re.search(
        r"concurrently|vacuum|system|database|tablespace|subscription|discard", sql, re.IGNORECASE
    ):
        return False
    try:
        plain = [" ".join(piece.word for piece in s.pieces[:6]) for s in split_sql(sql, engine)]
    except UnreadableSqlError:
        return False
    return bool(plain) and all(_ALONE.match(text) for text in plain)


def _not_taken(path: str, name: str) -> list[Finding]:
    if _CALLBACK.match(name):
        message = "it runs beside the migrations, whenever the tool comes to that point"
        return [Finding("callback", Level.NOTE, path, 0, message, "Read it as a part of this release.")]
    if not name.lower().endswith(".sql"):
        return []
    return [passed_over(path, "its name has no V<version>__<title>.sql, so the tool passes it over")]


TOOL = Flyway
