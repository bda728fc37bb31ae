"""Rows that an Ecto migration changes through its repository.

Source: elixir-ecto/ecto, lib/ecto/repo.ex and lib/ecto/query.ex.
"""

from __future__ import annotations

from dataclasses import dataclass

from runbook_tui.migrations.changes import Change
from runbook_tui.migrations.elixir.values import Alias, Call, Keywords, name_of
from runbook_tui.migrations.following.rows import holds_unknown, rows_unknown
from runbook_tui.migrations.following.values import Unknown

READING = frozenset({
    "all", "one", "one!", "get", "get!", "get_by", "get_by!", "exists?", "aggregate", "preload", "stream", "reload",
    "reload!", "config", "in_transaction?", "rollback", "checkout", "to_sql", "put_dynamic_repo", "get_dynamic_repo",
    "start_link", "stop", "default_options", "__adapter__", "checked_out?",
})  # fmt: skip
_OF_STRUCTS = {
    "insert": "insert-rows",
    "insert!": "insert-rows",
    "insert_or_update": "update-rows",
    "insert_or_update!": "update-rows",
    "update": "update-rows",
    "update!": "update-rows",
    "delete": "delete-rows",
    "delete!": "delete-rows",
}


@dataclass(frozen=True, slots=True)
class Query:
    """``from(o in "orders", ...)``."""

    table: str | None
    over: tuple[str, ...] = ()
    null_columns: frozenset[str] = frozenset()
    reads_tables: bool = False


def rows_changed(name: str, call: Call) -> Change | None:
    """The change that a function of the repository makes; None for one that only reads or is not known."""
    subject = call.get(0)
    if name in ("update_all", "delete_all", "insert_all"):
        query = subject if isinstance(subject, Query) else Query(_source(subject))
        if name == "delete_all":
            return Change("delete-rows", call.line, query.table)
        if name == "insert_all":
            return _inserted(query, call)
        over = query.over or set_columns(call.get(1) if len(call.arguments) > 1 else call.keywords)
        guarded = bool(over) and set(over) <= query.null_columns
        return Change(
            "update-rows", call.line, query.table, over=over, guarded=guarded, reads_tables=query.reads_tables
        )
    kind = _OF_STRUCTS.get(name)
    if kind is None:
        return None
    if kind == "insert-rows" and isinstance(subject, Unknown):
        return Change("opaque", call.line, detail=rows_unknown())
    return Change(kind, call.line, _source(subject))


def _source(value: object) -> str | None:
    if isinstance(value, tuple) and len(value) == 2:  # {"orders", Order}
        return name_of(value[0])
    return name_of(value)


def _inserted(query: Query, call: Call) -> Change:
    rows = call.get(1)
    if isinstance(rows, Query):
        return Change("copy-rows", call.line, query.table, reads_tables=True)
    if holds_unknown(rows):
        return Change("opaque", call.line, query.table, detail=rows_unknown(query.table))
    return Change("insert-rows", call.line, query.table)


def set_columns(updates: object) -> tuple[str, ...]:
    """The columns of ``set: [a: 1], inc: [b: 1]``."""
    found: list[str] = []
    for value in updates.values() if isinstance(updates, Keywords) else ():
        found += [str(name) for name in value] if isinstance(value, Keywords) else []
    return tuple(found)


def is_repository(owner: object) -> bool:
    """``repo()``, and a module whose name begins or ends with ``Repo``."""
    last = owner.name.rpartition(".")[2] if isinstance(owner, Alias) else ""
    return last.startswith("Repo") or last.endswith("Repo")
