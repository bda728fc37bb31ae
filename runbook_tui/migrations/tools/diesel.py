"""Diesel: a folder ``<version>_<title>`` for each migration, with ``up.sql``, ``down.sql``, ``metadata.toml``.

Source: diesel-rs/diesel, diesel_migrations/src/file_based_migrations.rs and migrations_internals/src/lib.rs. Every
pending migration is applied, also one below the applied ones; ``diesel migration run`` cannot be told where to stop.
"""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from runbook_tui.migrations.changes import Body, Change
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.model import Finding
from runbook_tui.migrations.sql.files import (
    decoded,
    does_something,
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
    around_folders,
    below,
    chained,
    title_of,
)

_FOLDER = re.compile(r"^(\d[\d-]*)_(.+)$", re.DOTALL)
_MANAGED = re.compile(r"SELECT diesel_manage_updated_at ?\( ?'([\w.\"]+)' ?\)", re.IGNORECASE)
"""Source: diesel-rs/diesel, diesel_cli/src/setup_sql/postgres/initial_setup/up.sql."""
_SETUP = "diesel_initial_setup"


class Diesel(MigrationTool):
    """Reads folders with an up and a down file."""

    name = "diesel"
    stops = False

    def recognises(self, path: str, data: bytes) -> bool:
        """``<version>_<title>/up.sql``."""
        place = PurePosixPath(path)
        return place.name == "up.sql" and _FOLDER.match(place.parent.name) is not None

    def marks(self, paths: Collection[str], folder: str) -> bool:
        """``diesel.toml`` in a folder around this one, or the migration with which Diesel begins."""
        around = {
            str(parent / "diesel.toml") for parent in (PurePosixPath(folder), *PurePosixPath(folder).parents)
        }
        prefix = "" if folder in (".", "") else f"{folder}/"
        return any(path in around or (path.startswith(prefix) and _SETUP in path) for path in paths)

    def folders(self, recognised: Sequence[str], paths: Collection[str]) -> tuple[str, ...]:
        """The folders around those of the migrations."""
        return around_folders(recognised)

    def scripts(self, files: Files, folder: str) -> Scripts:
        """One migration for each folder in the folder."""
        inside = below(files, folder)
        root = PurePosixPath(folder)
        places = {p.parent for path in inside if (p := PurePosixPath(path)).parent.parent == root}
        found: list[Script] = []
        findings: list[Finding] = []
        for place in sorted(place for place in places if not place.name.startswith(".")):
            path, down = str(place / "up.sql"), inside.get(str(place / "down.sql"))
            if path not in inside:
                remedy = "Add it, or move the folder away."
                findings.append(
                    refused(str(place), 0, "the folder has no up.sql, and the tool stops at it", remedy)
                )
                continue
            version, _, title = place.name.partition("_")
            metadata = inside.get(str(place / "metadata.toml"))
            # the options of a migration are a part of what it does
            data = (
                inside[path]
                if metadata is None
                else inside[path] + b"\n-- metadata.toml: " + _one_line(metadata)
            )
            problem = _empty(path, inside[path]) or text_problem(path, inside[path])
            content = (inside[path], down, _in_transaction(metadata))
            number = version.replace("-", "")
            found.append(Script(number, title_of(title), path, (), data, content=content, problem=problem))
        return Scripts(chained(found, lambda script: (script.id, script.path)), tuple(findings))

    def commands(self, script: Script, folder: str) -> Commands:
        """Applies all that is pending; ``revert`` undoes the last one."""
        diesel = f'diesel --database-url "$DATABASE_URL" --migration-dir {shlex.quote(folder)} migration'
        _, down, _ = _content(script)
        return Commands(f"{diesel} run", f"{diesel} revert" if down is not None else "", f"{diesel} list")

    def reader(self, engine: Engine) -> BodyReader:
        """Reads ``up.sql``."""

        def read(script: Script) -> Body:
            up, down, in_transaction = _content(script)
            has_down = does_something(down)
            if in_transaction:
                body = sql_body(decoded(up), engine, has_down=has_down, in_transaction=True)
            else:
                body = sent_at_once(decoded(up), engine, has_down=has_down)
            return replace(body, changes=tuple(map(_helped, body.changes)))

        return read


def _helped(change: Change) -> Change:
    """Diesel's own function sets a trigger that keeps ``updated_at``."""
    found = _MANAGED.fullmatch(change.detail) if change.kind == "opaque" else None
    return replace(change, kind="create-trigger", table=found[1], name="set_updated_at") if found else change


def _content(script: Script) -> tuple[bytes, bytes | None, bool]:
    match script.content:
        case (bytes() as up, (bytes() | None) as down, bool() as in_transaction):
            return up, down, in_transaction
    return script.data, None, True


def _in_transaction(metadata: bytes | None) -> bool:
    """A file that can be read and does not say it means no; one that cannot is taken for none."""
    try:
        return metadata is None or tomllib.loads(decoded(metadata)).get("run_in_transaction", False) is True
    except (tomllib.TOMLDecodeError, RecursionError):
        return True


def _one_line(data: bytes) -> bytes:
    return b" ".join(data.split())


def _empty(path: str, data: bytes) -> Finding | None:
    return (
        None
        if data
        else refused(path, 0, "it is empty, and the tool refuses that", "Write at least a comment.")
    )


TOOL = Diesel
