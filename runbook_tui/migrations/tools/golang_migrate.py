"""golang-migrate: ``<version>_<title>.up.sql`` with ``.down.sql``, walked from the current version upwards.

Source: golang-migrate/migrate, MIGRATIONS.md and source/parse.go. A file is sent to the database as it is; PostgreSQL
runs several statements that come together in one transaction, and a single one in none.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import PurePosixPath

from runbook_tui.migrations.changes import Body
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.model import Finding
from runbook_tui.migrations.sql.files import (
    decoded,
    does_something,
    passed_over,
    sent_at_once,
    text_problem,
)
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

_NAME = re.compile(r"^(\d+)_(.*)\.(up|down)\.(\w+)$")
_OF_POP = re.compile(r"^(\d+_.*)\.(?:mysql|mariadb|postgres|cockroach|sqlite3?)(?:\.autocommit)?\.up\.sql$")
"""One migration for several engines: files of gobuffalo/pop (file_migrator.go), which golang-migrate refuses."""


class GolangMigrate(MigrationTool):
    """Reads pairs of up and down files."""

    name = "golang-migrate"
    late = Late.SKIPS
    starts_from_last = True

    def recognises(self, path: str, data: bytes) -> bool:
        """``<digits>_<title>.up.sql``."""
        found = _NAME.match(PurePosixPath(path).name)
        return found is not None and found[4] == "sql"

    def folders(self, recognised: Sequence[str], paths: Collection[str]) -> tuple[str, ...]:
        """Every folder with such a file, unless it has one migration for several engines."""
        names = [(place.parent, _OF_POP.match(place.name)) for place in map(PurePosixPath, recognised)]
        engines = Counter((folder, name[1]) for folder, name in names if name)
        several = {str(folder) for (folder, _), count in engines.items() if count > 1}
        return tuple(path for path in super().folders(recognised, paths) if path not in several)

    def scripts(self, files: Files, folder: str) -> Scripts:
        """The up files of the folder itself; the tool looks into no other."""
        ups: list[Script] = []
        findings: list[Finding] = []
        inside = directly_in(files, folder)
        downs = _downs(inside)
        for path, data in inside.items():
            name = PurePosixPath(path).name
            found = _NAME.match(name)
            if found is None:
                if name.endswith(".sql"):
                    why = "its name has no <version>_<title>.up.sql, so the tool passes it over"
                    findings.append(passed_over(path, why))
            elif found[3] == "up":
                down = downs.get(int(found[1]))
                title, problem = title_of(found[2]), text_problem(path, data)
                ups.append(Script(found[1], title, path, (), data, content=down, problem=problem))
            elif path.replace(".down.", ".up.") not in inside:
                findings.append(passed_over(path, "it undoes a migration that is not there"))
        return Scripts(by_number(ups), tuple(findings))

    def commands(self, script: Script, folder: str) -> Commands:
        """``goto`` a version; ``down`` steps before the first."""
        migrate = f'migrate -path {shlex.quote(folder)} -database "$DATABASE_URL"'
        back = f"goto {shlex.quote(script.parents[0])}" if script.parents else "down 1"
        return Commands(f"{migrate} goto {shlex.quote(script.id)}", f"{migrate} {back}", f"{migrate} version")

    def identity(self, script: Script) -> object:
        """The number: leading zeros do not count."""
        return int(script.id)

    def reader(self, engine: Engine) -> BodyReader:
        """Reads the up file."""

        def read(script: Script) -> Body:
            has_down = does_something(script.content)
            return sent_at_once(decoded(script.data), engine, has_down=has_down)

        return read


def _downs(files: Files) -> dict[int, bytes]:
    """What undoes each version; the first of several."""
    found: dict[int, bytes] = {}
    for path, data in files.items():
        name = _NAME.match(PurePosixPath(path).name)
        if name is not None and name[3] == "down":
            found.setdefault(int(name[1]), data)
    return found


TOOL = GolangMigrate
