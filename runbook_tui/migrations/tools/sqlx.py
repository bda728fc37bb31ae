"""sqlx: ``<version>_<title>.sql``, or ``.up.sql`` with ``.down.sql``, for Rust.

Source: launchbadge/sqlx, sqlx-core/src/migrate/source.rs, sqlx-cli/src/migrate.rs. The files look like anybody's
numbered SQL and like golang-migrate's, so only a Rust project around them shows whose they are. Applied files are held
to their checksums; a file that begins with ``-- no-transaction`` runs in none.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection
from pathlib import PurePosixPath

from runbook_tui.migrations.changes import Body
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.model import Finding
from runbook_tui.migrations.sql.files import (
    decoded,
    does_something,
    marked_for,
    passed_over,
    refused,
    sent_at_once,
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
    by_number,
    directly_in,
    title_of,
)

_NAME = re.compile(r"^(\d+)_(.*?)(\.up|\.down)?\.sql$", re.DOTALL)
_OWN = frozenset({"sqlx.toml", "sqlx-data.json"})
_NO_TRANSACTION = "-- no-transaction"


class Sqlx(MigrationTool):
    """Reads numbered SQL files of Rust projects."""

    name = "sqlx"
    refuses_edits = True
    refuses_gone = True
    marked = True

    def recognises(self, path: str, data: bytes) -> bool:
        """``<version>_<title>.sql`` with no mark of another tool."""
        return _NAME.match(PurePosixPath(path).name) is not None and marked_for(data) is None

    def marks(self, paths: Collection[str], folder: str) -> bool:
        """Files of sqlx itself in a folder around this one, or a Rust project and no Go module."""
        around = {str(parent) for parent in (PurePosixPath(folder), *PurePosixPath(folder).parents)}
        names = {p.name for path in paths if str((p := PurePosixPath(path)).parent) in around}
        cached = any(
            str(PurePosixPath(path).parent.parent) in around for path in paths if "/.sqlx/" in f"/{path}"
        )
        lock = any(name == "atlas.sum" for name in names)
        return not lock and (
            bool(names & _OWN) or cached or ("Cargo.toml" in names and "go.mod" not in names)
        )

    def scripts(self, files: Files, folder: str) -> Scripts:
        """The SQL files of the folder itself; the tool looks into no other."""
        inside = directly_in(files, folder)
        downs = {
            int(name[1]): data
            for path, data in inside.items()
            if (name := _matched(path)) and name[3] == ".down"
        }
        found: list[Script] = []
        findings: list[Finding] = []
        for path, data in inside.items():
            name = _matched(path)
            if name is None:
                findings += _not_taken(path)
            elif name[3] != ".down":
                down = downs.get(int(name[1])) if name[3] == ".up" else None
                title, problem = title_of(name[2]), text_problem(path, data)
                found.append(Script(str(int(name[1])), title, path, (), data, content=down, problem=problem))
        ups = {int(script.id) for script in found}
        for path in inside:
            name = _matched(path)
            if name is not None and name[3] == ".down" and int(name[1]) not in ups:
                findings.append(passed_over(path, "it undoes a migration that is not there"))
        return Scripts(by_number(found), tuple(findings))

    def commands(self, script: Script, folder: str) -> Commands:
        """``--target-version``; going back needs a down file."""
        source = f'--source {shlex.quote(folder)} --database-url "$DATABASE_URL"'
        back = script.parents[0] if script.parents else "0"
        down = f"sqlx migrate revert {source} --target-version {back}" if script.content is not None else ""
        return Commands(
            f"sqlx migrate run {source} --target-version {script.id}", down, f"sqlx migrate info {source}"
        )

    def reader(self, engine: Engine) -> BodyReader:
        """Reads the up file."""

        def read(script: Script) -> Body:
            sql = decoded(script.data)
            has_down = does_something(script.content)
            if sql.startswith(_NO_TRANSACTION):
                return sent_at_once(sql, engine, has_down=has_down)
            return sql_body(sql, engine, has_down=has_down, in_transaction=True)

        return read


def _matched(path: str) -> re.Match[str] | None:
    return _NAME.match(PurePosixPath(path).name)


def _not_taken(path: str) -> list[Finding]:
    name = PurePosixPath(path).name
    if not name.endswith(".sql"):
        return []
    if "_" in name:
        return [
            refused(
                path, 0, "its name has no number before the first _, and the tool stops at it", "Rename it."
            )
        ]
    return [passed_over(path, "its name has no <version>_<title>.sql, so the tool passes it over")]


TOOL = Sqlx
