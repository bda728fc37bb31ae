"""Queries of steps and checks against SQLite files, which are only ever read."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

MAX_ROWS = 1000
MAX_TEXT = 1024 * 1024
_READING = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_PRAGMA,
    }
)
_INSTRUCTIONS = 10_000
_LONGEST_VALUE = 16 * 1024 * 1024
"""Bytes of one value, also of those that are only computed: ``zeroblob(1000000000)`` takes no memory."""


class QueryFailed(Exception):
    """There is no result; the text says why."""


def query(database: Path, text: str, *, timeout: float, interrupted: Callable[[], bool]) -> str:
    """The rows of one query, a line each, with `` | `` between the columns.

    Args:
        database: an existing SQLite file. It is opened read-only, and only statements that read are let through:
            ``ATTACH`` could write elsewhere.
        text: one statement.
        timeout: seconds, waiting for a lock included.
        interrupted: asked while it runs; the query is given up when it says yes.

    Raises:
        QueryFailed: it cannot be opened, the statement is wrong, writes, or takes too long.
    """
    if not database.is_file():
        raise QueryFailed(f"{database}: no such database file")
    deadline = time.monotonic() + timeout
    late = False

    def overdue() -> bool:
        nonlocal late
        late = time.monotonic() >= deadline
        return late or interrupted()

    try:
        address = f"file:{quote(os.fsencode(database.absolute()))}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=timeout, isolation_level=None)) as connection:
            connection.set_authorizer(
                lambda action, *_: sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY
            )
            connection.set_progress_handler(overdue, _INSTRUCTIONS)
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
            return _table(connection.execute(text))
    except (sqlite3.Error, sqlite3.Warning, OverflowError, ValueError) as error:
        if late:
            raise QueryFailed(f"{database.name}: no result within {timeout:g} s") from error
        reason = "only statements that read are allowed" if str(error) == "not authorized" else str(error)
        raise QueryFailed(f"{database.name}: {reason}") from error


def _table(rows: Iterable[Sequence[object]]) -> str:
    lines: list[str] = []
    size = 0
    for row in rows:
        if len(lines) == MAX_ROWS:
            lines.append(f"[more than {MAX_ROWS} rows]")
            break
        lines.append(" | ".join(_shown(value) for value in row))
        size += len(lines[-1]) + 1
        if size > MAX_TEXT:
            break
    return "\n".join(lines)[:MAX_TEXT]


def _shown(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    return str(value)
