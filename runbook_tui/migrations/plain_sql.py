"""A file of SQL that belongs to no tool: judged by itself, as a person would run it with the database's own client."""

from __future__ import annotations

from pathlib import PurePosixPath

from runbook_tui.migrations.changes import Body
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.model import Finding, Level, PendingMigrations
from runbook_tui.migrations.read import Origin, Source, judge_scripts
from runbook_tui.migrations.sql.files import decoded, sql_body
from runbook_tui.migrations.tool import BodyReader, Files, MigrationTool, Script, Scripts, title_of


class PlainSql(MigrationTool):
    """No tool: files in the order of their names. It is not among the tools, because it would claim every file."""

    name = "sql"

    def recognises(self, path: str, data: bytes) -> bool:
        """Any file of SQL."""
        return path.endswith(".sql")

    def scripts(self, files: Files, folder: str) -> Scripts:
        """One migration a file."""
        names = {path: PurePosixPath(path).stem for path in sorted(files)}
        return Scripts(tuple(Script(n, title_of(n), p, (), files[p]) for p, n in names.items()))

    def reader(self, engine: Engine) -> BodyReader:
        """Reads the file. Clients commit each statement by itself, unless the file says otherwise."""

        def read(script: Script) -> Body:
            text = decoded(script.data)
            return sql_body(text, engine, has_down=False, in_transaction=False)

        return read


def judge_sql(path: str, data: bytes, *, source: Source, engine: Engine) -> PendingMigrations:
    """One file of SQL, without a history: what exists before it is not known."""
    tool = PlainSql()
    scripts = tool.scripts({path: data}, source.path).scripts
    message = "no tool knows the file as a migration: it is read as plain SQL, by itself"
    finding = Finding("not-recognised", Level.NOTE, path, 0, message)
    judged = judge_scripts(Origin("", source, tool, engine), scripts, None)
    return PendingMigrations("", "", tool.name, None, judged, linear=False, findings=(finding,))
