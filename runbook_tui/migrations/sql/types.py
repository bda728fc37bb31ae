"""A column's type that stands alone, as text."""

from __future__ import annotations

from functools import cache

from runbook_tui.migrations.changes import Column
from runbook_tui.migrations.engine import Engine


@cache
def column_of_type(text: str, engine: Engine) -> Column | None:
    """A column of the type ``text``, such as ``bigserial``; None when it does not parse."""
    from runbook_tui.migrations.sql.reader import read_sql

    changes = read_sql(f"CREATE TABLE t (c {text})", engine)
    if len(changes) != 1 or changes[0].kind != "create-table" or len(changes[0].columns) != 1:
        return None
    return changes[0].columns[0]
