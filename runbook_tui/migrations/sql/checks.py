"""The condition of a CHECK, where a program in another language gives it as SQL text."""

from __future__ import annotations

from runbook_tui.migrations.changes import Change
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.sql.reader import read_sql


def read_check(condition: object, engine: Engine) -> Change | None:
    """What the condition says: its columns, and which of them it keeps from NULL; None when it is not one text."""
    if not isinstance(condition, str):
        return None
    found = read_sql(f"ALTER TABLE t ADD CONSTRAINT c CHECK ({condition})", engine)
    return found[0] if len(found) == 1 and found[0].kind == "add-check" else None
