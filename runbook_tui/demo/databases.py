"""The databases of an example: migrated to the deployed commits, filled, and kept for a reset."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from runbook_tui.demo.processes import run_tool
from runbook_tui.files.problems import RunbookError

LIVE, DEPLOYED = "databases", "databases-deployed"
"""Folders: what the services use, and the copies that a reset brings back."""


def make_database(folder: Path, seeds: Path, datastore: str, owner: str, deployed: str) -> None:
    """Bring a new database to where it stands before the release.

    Args:
        folder: of the example.
        seeds: folder with a file ``<datastore>.sql`` of its rows, if it has any.
        datastore: its name.
        owner: the service whose migrations are applied.
        deployed: the ref whose migrations are applied.

    Raises:
        RunbookError: a migration or the seed fails.
    """
    database = folder / LIVE / f"{datastore}.db"
    run_tool(folder, "migrate", owner, deployed, "head")
    seed = seeds / f"{datastore}.sql"
    if seed.exists():
        try:
            with closing(sqlite3.connect(database)) as connection:
                connection.executescript(f"BEGIN; {seed.read_text('utf-8')} COMMIT;")
        except sqlite3.Error as error:
            raise RunbookError(f"{seed.name} cannot be loaded: {error}") from error
    (folder / DEPLOYED).mkdir(exist_ok=True)
    shutil.copyfile(database, folder / DEPLOYED / database.name)


def restore_databases(folder: Path) -> None:
    """Bring every database back to where it stands before the release. Nothing may be using them."""
    for copy in sorted((folder / DEPLOYED).glob("*.db")):
        for leftover in _besides(folder / LIVE / copy.name):
            leftover.unlink(missing_ok=True)
        shutil.copyfile(copy, folder / LIVE / copy.name)


def _besides(database: Path) -> Iterable[Path]:
    """Journals of SQLite, which belong to the old content."""
    return (database.with_name(f"{database.name}-{suffix}") for suffix in ("journal", "wal", "shm"))
