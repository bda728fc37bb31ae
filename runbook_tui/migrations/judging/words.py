"""An operation in a few words, the way a release engineer would say it."""

from __future__ import annotations

from runbook_tui.migrations.changes import Change
from runbook_tui.migrations.judging.safety import Row

_COLUMN_KINDS = ("add-column", "drop-column", "rename-column", "alter-column")
_COLUMN_ROWS = frozenset(
    {
        "widen-type",
        "widen-type-rewrite",
        "change-type",
        "set-default",
        "change-default",
        "drop-default",
        "drop-not-null",
        "set-not-null",
        "add-enum-value-inside",
        "remove-enum-value",
    }
)
_UNKNOWN = "(not written out)"
NEW_TABLE = " (new table)"
"""Said of what is done to a table that no running code knows."""


def describe(change: Change, row: Row) -> str:
    """What the change does: ``rename column invoices.total to amount``."""
    text = row.words.format(_object(change, row))
    if change.to and row.kind.startswith("rename"):
        text += f" to {change.to}"
    if change.detail and row.kind in _COLUMN_ROWS:
        text += f" {change.detail}"
    return text


def _object(change: Change, row: Row) -> str:
    if row.kind in ("opaque", "unreadable", "state-only", "query"):
        return change.detail
    if row.kind.startswith(_COLUMN_KINDS) or row.kind in _COLUMN_ROWS:
        return f"{change.table or _UNKNOWN}.{change.name}" if change.name else change.table or _UNKNOWN
    if row.kind == "setting":
        return change.name or change.detail
    if row.kind == "add-enum-value" and change.table and change.name:
        return (
            f"'{change.name}' to {change.table}" if not change.column else f"to {change.table}.{change.name}"
        )
    if change.name and change.table:
        return f"{change.name} on {change.table}"
    if change.table and change.over and row.kind not in ("insert-rows", "copy-rows", "update-rows"):
        return f"on {change.table} ({', '.join(change.over)})"
    return change.name or change.table or _UNKNOWN
