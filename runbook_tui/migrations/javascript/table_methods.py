"""Methods of Knex's table that name what they change: each is a statement by itself.

Source: knex/knex, lib/schema/tablebuilder.js and lib/schema/tablecompiler.js.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from runbook_tui.migrations.changes import ALTER_COLUMN, Alteration, Change
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.javascript.values import Call, items_of, name_of


@dataclass(eq=False)
class Table:
    """The table of ``createTable`` or ``alterTable``."""

    table: str | None
    creates: bool
    engine: Engine

    def index_name(self, over: tuple[str, ...], what: str) -> str | None:
        """The name that Knex gives an index or constraint."""
        if not self.table or not over:
            return None
        return f"{self.table.rpartition('.')[2].replace('-', '_')}_{'_'.join(over)}_{what}".lower()


def names_in(value: object) -> tuple[str, ...]:
    """The names in one, or in a list of them, or in a list of lists; those that are not known are left out."""
    items = items_of(value)
    if items is None:
        name = name_of(value)
        return (name,) if name else ()
    return tuple(name for item in items for name in names_in(item))


def _drop_columns(table: Table, name: str, call: Call) -> list[Change]:
    names = names_in(list(call.arguments))
    return [Change("drop-column", call.line, table.table, column) for column in names or (None,)]


def _drop_timestamps(table: Table, name: str, call: Call) -> list[Change]:
    columns = ("createdAt", "updatedAt") if call.get(0) is True else ("created_at", "updated_at")
    return [Change("drop-column", call.line, table.table, column) for column in columns]


def _rename_column(table: Table, name: str, call: Call) -> list[Change]:
    old, new = name_of(call.get(0)), name_of(call.get(1))
    return [Change("rename-column", call.line, table.table, old, new)]


def _nullable(table: Table, name: str, call: Call) -> list[Change]:
    alteration = Alteration(nullable=name == "setNullable")
    return [Change(ALTER_COLUMN, call.line, table.table, name_of(call.get(0)), alteration=alteration)]


def _drop_primary(table: Table, name: str, call: Call) -> list[Change]:
    return [Change("drop-primary-key", call.line, table.table, name_of(call.get(0)))]


def _drop_checks(table: Table, name: str, call: Call) -> list[Change]:
    names = names_in(list(call.arguments))
    return [Change("drop-constraint", call.line, table.table, check) for check in names or (None,)]


def _check(table: Table, name: str, call: Call) -> list[Change]:
    return [] if table.creates else [Change("add-check", call.line, table.table, name_of(call.get(2)))]


def _dropped(table: Table, name: str, call: Call) -> list[Change]:
    what = {"f": "foreign", "u": "unique", "i": "index"}[name[4].lower()]
    over = names_in(call.get(0))
    found = name_of(call.get(1)) or table.index_name(over, what)
    plain = what == "index" or (what == "unique" and table.engine is Engine.SQLITE)
    kind = "drop-index" if plain else "drop-constraint"
    exists = name.endswith("IfExists")
    return [Change(kind, call.line, table.table, found, over=over, if_exists=exists)]


TABLE_METHODS: dict[str, Callable[[Table, str, Call], list[Change]]] = {
    "dropColumn": _drop_columns,
    "dropColumns": _drop_columns,
    "dropTimestamps": _drop_timestamps,
    "renameColumn": _rename_column,
    "setNullable": _nullable,
    "dropNullable": _nullable,
    "dropPrimary": _drop_primary,
    "dropPrimaryIfExists": _drop_primary,
    "dropChecks": _drop_checks,
    "check": _check,
    "dropForeign": _dropped,
    "dropForeignIfExists": _dropped,
    "dropUnique": _dropped,
    "dropUniqueIfExists": _dropped,
    "dropIndex": _dropped,
}
"""Name of a method to the changes that it makes."""
