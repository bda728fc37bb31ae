"""Rows that a migration inserts, in whatever language: whether they are written out."""

from __future__ import annotations

from runbook_tui.migrations.following.values import Unknown

_ROWS_UNKNOWN = "insert rows that are put together when it runs"


def rows_unknown(table: str | None = None) -> str:
    """What is said of rows that may come from anywhere."""
    return f"{_ROWS_UNKNOWN} into {table}" if table else _ROWS_UNKNOWN


def holds_unknown(value: object, *others: type) -> bool:
    """Whether something in a list or dictionary that is written out is not known, or of one of those types."""
    if isinstance(value, dict):
        return any(holds_unknown(item, *others) for item in value.values())
    if isinstance(value, list | tuple):
        return any(holds_unknown(item, *others) for item in value)
    return isinstance(value, (Unknown, *others))
