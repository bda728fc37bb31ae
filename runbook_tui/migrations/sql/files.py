"""What the tools that keep plain SQL have in common."""

from __future__ import annotations

import re

from runbook_tui.migrations.changes import Body, Change
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.sql.reader import read_sql


def decoded(data: bytes) -> str:
    """The text of a file; bytes that are not UTF-8 are replaced, a byte order mark is dropped."""
    return data.decode("utf-8-sig", "replace")


def without_comments(sql: str) -> str:
    """SQL without comments, spaces and semicolons at its ends: empty when it does nothing."""
    return re.sub(r"--[^\n]*|/\*.*?\*/", "", sql, flags=re.DOTALL).strip(" ;\n\t\r")


def sql_body(
    sql: str, engine: Engine, *, has_down: bool, transactional: bool, wraps_transaction: bool
) -> Body:
    """What a piece of SQL does. Lines count from the start of ``sql``: pad it to where it stands in its file."""
    changes: tuple[Change, ...] = tuple(read_sql(sql, engine))
    return Body(changes, has_down, transactional, wraps_transaction)
