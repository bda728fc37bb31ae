"""Prisma Migrate: a folder ``<timestamp>_<title>`` for each migration, with ``migration.sql``.

Source: prisma.io documentation, "prisma migrate deploy" and "About migration histories"; prisma/prisma#9829 (deploy
warns of a migration that was edited, and goes on). All that is pending is applied, in the order of the folders' names,
and nothing is undone. The file is sent to the database as it is.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Sequence
from pathlib import PurePosixPath

from runbook_tui.migrations.changes import Body
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.model import Finding, Level
from runbook_tui.migrations.sql.files import (
    decoded,
    sent_at_once,
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

_FOLDER = re.compile(r"^(\d+)_(.+)$", re.DOTALL)
_LOCK = "migration_lock.toml"


class Prisma(MigrationTool):
    """Reads folders with a ``migration.sql``."""

    name = "prisma"
    stops = False

    def recognises(self, path: str, data: bytes) -> bool:
        """``<timestamp>_<title>/migration.sql``."""
        place = PurePosixPath(path)
        return place.name == "migration.sql" and _FOLDER.match(place.parent.name) is not None

    def marks(self, paths: Collection[str], folder: str) -> bool:
        """``migration_lock.toml`` in the folder, or in its ``migrations``."""
        place = PurePosixPath(folder)
        return not {str(place / _LOCK), str(place / "migrations" / _LOCK)}.isdisjoint(paths)

    def folders(self, recognised: Sequence[str], paths: Collection[str]) -> tuple[str, ...]:
        """The folders around those of the migrations."""
        return around_folders(recognised)

    def scripts(self, files: Files, folder: str) -> Scripts:
        """One migration for each folder; ``folder`` may be that of the schema, with ``migrations`` in it."""
        root = _root(files, folder)
        found: list[Script] = []
        findings: list[Finding] = []
        seen: dict[PurePosixPath, bool] = {}
        for path, data in below(files, str(root)).items():
            place = PurePosixPath(path)
            if place.parent.parent != root:
                continue
            seen[place.parent] = seen.get(place.parent, False) or place.name == "migration.sql"
            if place.name == "migration.sql":
                name = place.parent.name
                title = _FOLDER.match(name)
                problem = text_problem(path, data)
                found.append(
                    Script(name, title_of(title[2] if title else name), path, (), data, problem=problem)
                )
        for missing in sorted(str(place) for place, there in seen.items() if not there):
            why = "the folder has no migration.sql, and the tool stops at it"
            findings.append(
                Finding("unreadable", Level.ERROR, missing, 0, why, "Add it, or delete the folder.")
            )
        return Scripts(chained(found, lambda script: (script.id,)), tuple(findings))

    def commands(self, script: Script, folder: str) -> Commands:
        """Applies all that is pending; there is no way back. The schema beside the folder names the database."""
        schema = PurePosixPath(script.path).parent.parent.parent / "schema.prisma"
        prisma = f"npx prisma migrate {{}} --schema {shlex.quote(str(schema))}"
        return Commands(prisma.format("deploy"), "", prisma.format("status"))

    def reader(self, engine: Engine) -> BodyReader:
        """Reads ``migration.sql``."""
        return lambda script: _read(script, engine)


def _read(script: Script, engine: Engine) -> Body:
    return sent_at_once(decoded(script.data), engine, has_down=False)


def _root(files: Files, folder: str) -> PurePosixPath:
    place = PurePosixPath(folder)
    inner = place / "migrations"
    own = any(PurePosixPath(path).parent.parent == place for path in files if path.endswith("/migration.sql"))
    return place if own or not below(files, str(inner)) else inner


TOOL = Prisma
