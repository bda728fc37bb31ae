"""bin/migrate SERVICE COMMIT REVISION [--down]: bring the service's database to a revision.

The migrations are those of the commit, exported for it: never those of a work tree in which somebody is busy.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
from pathlib import Path

from lib import shop, sql_migrations
from lib.shop import Failed, Service, say


def main(arguments: list[str]) -> None:
    """Migrate, and say from where to where."""
    down = "--down" in arguments
    name, ref, revision = (argument for argument in arguments if argument != "--down")
    service = shop.service(name)
    if service.database is None or service.tool is None or service.migrations is None:
        raise Failed(f"{name} has no migrations of its own")
    tree = shop.export(service, shop.commit(service, ref))
    before = sql_migrations.revision(service.database)
    if service.tool == "alembic":
        _alembic(service, tree, service.database, "downgrade" if down else "upgrade", revision)
    else:
        _sql(service.tool, service.database, tree / service.migrations, down, revision)
    after = sql_migrations.revision(service.database)
    say(
        f"{service.datastore}: {before or 'empty'} -> {after or 'empty'}"
        + (", nothing to do" * (before == after))
    )


def _sql(tool: str, database: Path, folder: Path, down: bool, revision: str) -> None:
    try:
        runner = sql_migrations.LAYOUTS[tool](database, folder)
        (runner.down if down else runner.up)(revision)
    except sqlite3.Error as error:
        raise Failed(f"{database.name}: {error}") from error


def _alembic(service: Service, tree: Path, database: Path, direction: str, revision: str) -> None:
    command = [shop.python(), "-B", "-E", "-s", "-m", "alembic", direction, revision]
    done = subprocess.run(command, cwd=tree, env={**os.environ, "DATABASE": str(database)}, check=False)
    if done.returncode:
        raise Failed(f"alembic {direction} {revision} of {service.name} ended with status {done.returncode}")


if __name__ == "__main__":
    shop.run(main)
