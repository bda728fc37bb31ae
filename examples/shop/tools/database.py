"""bin/database check|revision|backup DATASTORE: look at a database, or copy it."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

from lib import shop, sql_migrations
from lib.shop import Failed, say


def main(arguments: list[str]) -> None:
    """Do one of the three."""
    action, datastore = arguments
    if not shop.database(datastore).exists():
        raise Failed(f"there is no database {datastore}")
    {"check": check, "revision": revision, "backup": backup}[action](datastore)


def check(datastore: str) -> None:
    """Read the whole file once: SQLite's own quick check."""
    with sqlite3.connect(f"{shop.database(datastore).as_uri()}?mode=ro", uri=True) as connection:
        (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if answer != "ok":
        raise Failed(f"{datastore}: {answer}")
    size = shop.database(datastore).stat().st_size // 1024
    say(f"{datastore}: ok, {size} KiB")


def revision(datastore: str) -> None:
    """Say which migration was applied last."""
    say(f"{datastore} is at {sql_migrations.revision(shop.database(datastore)) or 'no revision'}")


def backup(datastore: str) -> None:
    """Copy the database while it is in use."""
    folder = shop.ROOT / "backups"
    folder.mkdir(exist_ok=True)
    copy = folder / f"{datastore}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.db"
    with sqlite3.connect(shop.database(datastore)) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    say(f"{datastore}: backup in {copy.relative_to(shop.ROOT)}, {copy.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    shop.run(main)
