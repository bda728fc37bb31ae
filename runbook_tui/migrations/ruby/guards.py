"""Conditions such as ``unless column_exists?(...)``: the change that stands behind one is certain all the same."""

from __future__ import annotations

from runbook_tui.migrations.changes import ADD_COLUMN, Change, table_key
from runbook_tui.migrations.following.values import UNKNOWN
from runbook_tui.migrations.ruby.constraint_operations import index_name
from runbook_tui.migrations.ruby.quiet import CONDITIONS
from runbook_tui.migrations.ruby.values import Call, Exists, texts_of


def exists_of(call: Call) -> object:
    """``column_exists?(:orders, :note)`` as something that may be so."""
    table = call.text(0)
    if table is None:
        return UNKNOWN
    what = CONDITIONS[call.name]
    names = (
        texts_of(call.argument(1)) + texts_of(call.options.get("name")) + texts_of(call.options.get("column"))
    )
    if what == "index" and call.name == "index_exists?":
        over = texts_of(call.argument(1))
        names = (*names, index_name(table, over) or "", "\0".join(over))
    return Exists(what, table, names)


def fits(guard: Exists, change: Change) -> bool:
    """Whether a change only makes what is not there, or only touches what is: as IF EXISTS would have it."""
    kind = change.kind
    if change.table is None or table_key(change.table) != table_key(guard.table):
        return False
    if guard.what == "table" and not guard.there:
        return True  # all that is done to a table that was not there
    if guard.what == "column" and not guard.there and change.over:
        return set(change.over) <= set(guard.names)  # what comes with the new column
    if (kind == ADD_COLUMN or kind.startswith(("create-", "add-"))) is guard.there:
        return False
    if guard.what == "table":
        return kind in ("drop-table", "rename-table")
    if guard.what == "column":
        return "column" in kind and change.name in guard.names
    if guard.what == "index":
        return "index" in kind and (change.name in guard.names or "\0".join(change.over) in guard.names)
    return guard.what == "constraint" and (
        "foreign-key" in kind or "check" in kind or kind == "drop-constraint"
    )
