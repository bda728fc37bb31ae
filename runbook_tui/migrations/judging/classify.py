"""From changes to operations: the row of the safety table that applies, given what the tables look like.

One rule stands above the table: running code does not know what a pending migration itself created, so nothing that
is done to it can break that code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from runbook_tui.migrations.changes import (
    ADD_COLUMN,
    ALTER_COLUMN,
    RESTATE_COLUMN,
    Change,
    Column,
    Default,
    Generated,
    table_key,
)
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.judging.column_changes import added, altered, restated
from runbook_tui.migrations.judging.idioms import simplify
from runbook_tui.migrations.judging.locks import lock_of
from runbook_tui.migrations.judging.safety import TABLE, Lock, Row
from runbook_tui.migrations.judging.schema import Schema
from runbook_tui.migrations.judging.words import NEW_TABLE, describe
from runbook_tui.migrations.model import Operation, Phase, Reversal

_OWN_DATA = frozenset({"copy-rows", "update-rows"})
_NEW_COLUMN_ROWS = frozenset(
    {
        "rename-column",
        "change-type",
        "widen-type",
        "widen-type-rewrite",
        "change-default",
        "alter-column-unknown",
    }
)
_CONSTRAINTS = ("add-unique", "add-foreign-key", "add-check", "create-unique-index")
_ROWS = frozenset({"insert-rows", "copy-rows", "update-rows", "delete-rows"})
_TAKES_AWAY = frozenset(
    {"drop-table", "rename-table", "truncate", "delete-rows", "drop-column", "rename-column"}
)
_CATALOG = re.compile(r"(?:pg_catalog|information_schema|mysql|sys)\.|pg_(?!\w*\.)|sqlite_")
"""The engine's own tables: who changes their rows changes the schema."""
_DROPPED_ROUTINES = frozenset({"drop-function", "drop-trigger", "drop-view", "drop-type", "drop-object"})
_ALTERED_ROUTINES = frozenset(
    {"alter-routine", "change-owner", "rename-object", "rename-enum-value", "add-enum-value"}
)
_REACHES_COLUMNS = frozenset({"drop-type", "drop-object", "drop-function"})
"""With CASCADE the columns go that use it: a type, an extension with its types, a generated column's function."""
_REPLACEABLE = frozenset({"create-function", "create-trigger"})


@dataclass(frozen=True, slots=True)
class Judged:
    """One operation with the change behind it, and what has to be said about it besides its phase."""

    operation: Operation
    change: Change
    lock: Lock
    harmless: bool
    """No running code knows the object, so its locks do not matter."""
    before: Column | None = None
    """The column as it was, for those that touch one."""
    views: tuple[str, ...] = ()
    """Views that use the column."""
    unique: tuple[str, ...] = ()
    """Columns that a dropped constraint or index kept unique."""


def classify(
    changes: Sequence[Change], schema: Schema, engine: Engine, *, transactional: bool = False
) -> list[Judged]:
    """The operations of one pending migration, all in one transaction or not. ``schema`` is brought up to date."""
    judged: list[Judged] = []
    for change in simplify(changes, schema, engine, transactional=transactional):
        resolved = list(_resolve(change, schema, engine))
        if change.kind == ADD_COLUMN:  # what comes with a new column is judged beside it
            schema.apply(change, pending=True)
        judged += [_judge(part, schema, engine) for part in resolved]
        if change.kind != ADD_COLUMN:
            schema.apply(change, pending=True)
    return _together(judged)


def _together(judged: Sequence[Judged]) -> list[Judged]:
    """Operations whose moment is that of another one in the same file."""
    forbidden = {(j.operation.table, j.operation.name) for j in judged if j.operation.kind == "set-not-null"}
    harmless = {
        (j.operation.table, j.operation.name)
        for j in judged
        if j.operation.kind.endswith("-not-valid") and j.operation.phase is Phase.EXPAND
    }

    def phase(item: Judged) -> Phase:
        operation = item.operation
        place = (operation.table, operation.name)
        # a default that is set together with NOT NULL is there to make that possible
        if operation.kind == "set-default" and place in forbidden and not item.harmless:
            return Phase.CONTRACT if operation.phase is Phase.EXPAND else operation.phase
        # what cannot refuse a row when it is added cannot refuse one when it is validated
        return (
            Phase.EXPAND if operation.kind == "validate-constraint" and place in harmless else operation.phase
        )

    return [replace(item, operation=replace(item.operation, phase=phase(item))) for item in judged]


def _resolve(change: Change, schema: Schema, engine: Engine) -> Iterator[Change]:
    """A change in terms of the safety table's rows."""
    known = schema.column(change.table, change.name)
    if change.kind == ADD_COLUMN:
        yield from added(change)
    elif change.kind == ALTER_COLUMN:
        yield from altered(change, _merged(known, change.existing), engine)
    elif change.kind == RESTATE_COLUMN:
        yield from restated(change, change.existing or known, engine)
    else:
        yield change


def _merged(known: Column | None, stated: Column | None) -> Column | None:
    """The column as the file itself states it, else as the history knows it."""
    if stated is None or known is None:
        return stated or known
    return Column(
        known.name,
        stated.type or known.type,
        known.nullable if stated.nullable is None else stated.nullable,
        known.default if stated.default is Default.UNKNOWN else stated.default,
        generated=known.generated,
    )


def _judge(change: Change, schema: Schema, engine: Engine) -> Judged:
    row = _row(change, schema, engine)
    phase, new = _phase(change, row, schema)
    lock = lock_of(change, row, schema, engine)
    suffix = NEW_TABLE if new and row.kind != "create-table" and change.table else ""
    operation = Operation(
        kind=row.kind,
        phase=phase,
        line=change.line,
        text=describe(change, row) + suffix,
        table=change.table,
        name=change.name,
        reversal=_reversal(change, row, schema, new=new),
        conditional=change.conditional,
        lock=lock.text,
    )
    before, views = schema.column(change.table, change.name), schema.views_of(change.table, change.name)
    drops = row.kind.startswith(("drop-constraint", "drop-index"))
    unique = schema.kept_unique(change.table, change.name) if drops else ()
    return Judged(operation, change, lock, harmless=new, before=before, views=views, unique=unique)


def _row(change: Change, schema: Schema, engine: Engine) -> Row:
    """The table's row; functions, triggers and views that replace an older one have their own."""
    kind = change.kind
    name = (change.name or "").lower()
    if kind == "drop-constraint" and engine is Engine.POSTGRES and name == _default_key(change):
        kind = "drop-primary-key"
    replaces = bool(change.detail) and schema.knows_routine(change.name)
    if kind in _REPLACEABLE and change.detail in ("or replace", "anew") and replaces:
        kind = "replace-routine"
    elif kind == "create-view" and (replaces or change.detail == "anew"):
        # PostgreSQL refuses to take columns away in CREATE OR REPLACE; the others do not
        kept = engine is Engine.POSTGRES and change.detail == "or replace"
        kind = "replace-view" if kept else "reshape-view"
    return TABLE[kind]


def _default_key(change: Change) -> str:
    """The name that PostgreSQL gives to a primary key."""
    return f"{table_key(change.table or '').rpartition('.')[2]}_pkey"


def _phase(change: Change, row: Row, schema: Schema) -> tuple[Phase, bool]:
    """The phase, and whether the object is unknown to running code."""
    if schema.is_temporary(change.table) or (row.kind == "create-table" and change.detail == "temporary"):
        return Phase.NONE, True
    older = row.kind in _TAKES_AWAY and schema.may_be_older(change.table)
    if schema.is_new_table(change.table) and not older:
        return _phase_on_new_table(change, row), True
    if row.kind in _ROWS and _CATALOG.match(table_key(change.table or "")):
        return Phase.ASK, False
    if row.kind in _DROPPED_ROUTINES and schema.is_new_routine(change.name) and not change.cascades:
        return Phase.NONE, True
    of_type = row.kind.endswith("-enum-value") and change.alteration is None and change.column is None
    if row.kind == "refresh-view" and schema.is_new_table(change.name):
        return Phase.EXPAND, True
    if row.kind in _ALTERED_ROUTINES and schema.is_new_routine(change.table if of_type else change.name):
        return Phase.EXPAND, True
    return _phase_on_known_table(change, row, schema), False


def _phase_on_known_table(change: Change, row: Row, schema: Schema) -> Phase:
    older = row.kind in _TAKES_AWAY and schema.may_be_older(change.table, change.name)
    if schema.is_new_column(change.table, change.name) and not older:
        return _phase_on_new_column(row, schema.column(change.table, change.name))
    if row.kind.startswith(_CONSTRAINTS) and _spares_old_rows(change, row, schema):
        return Phase.EXPAND
    if row.kind == "drop-constraint" and schema.is_new_constraint(change.table, change.name):
        return Phase.NONE
    if row.kind.startswith("create-unique-index") and schema.is_view(change.table):
        return Phase.EXPAND
    if row.kind in ("disable-trigger", "enable-trigger") and change.detail == "meanwhile":
        return Phase.NONE
    if row.kind == "rename-table" and change.aliased:
        return Phase.EXPAND
    if change.part_of_narrowing and row.phase is Phase.EXPAND:
        return Phase.CONTRACT
    return row.phase


def _phase_on_new_table(change: Change, row: Row) -> Phase:
    if row.kind in _OWN_DATA and (change.reads_tables or row.kind == "copy-rows"):
        return row.phase
    if row.kind in ("drop-table", "drop-column", "drop-index", "drop-constraint") or row.phase is Phase.NONE:
        return Phase.NONE
    return Phase.EXPAND


def _phase_on_new_column(row: Row, column: Column | None) -> Phase:
    if row.kind == "drop-column":
        return Phase.NONE
    if row.kind in _NEW_COLUMN_ROWS:
        return Phase.EXPAND
    if row.kind == "drop-default" and column is not None and column.nullable:
        return Phase.EXPAND
    return row.phase


def _spares_old_rows(change: Change, row: Row, schema: Schema) -> bool:
    """Whether a constraint cannot refuse what the old code writes: it leaves new columns to the database."""
    columns = [_new_column(schema, change.table, name) for name in change.over]
    if not columns:
        return False
    stays_null = [column is not None and _stays_null(column) for column in columns]
    # a constant default gives new rows what the rows that are there already got, and those are checked now
    constant = [column is not None and column.default is Default.CONSTANT for column in columns]
    if row.kind.startswith("add-check"):
        return all(
            fixed or (null and not change.refuses_null)
            for fixed, null in zip(constant, stays_null, strict=True)
        )
    # one NULL is enough for UNIQUE and for a foreign key
    null_passes = any(stays_null) and not change.refuses_null
    return null_passes or (row.kind.startswith("add-foreign-key") and all(constant))


def _new_column(schema: Schema, table: str | None, name: str) -> Column | None:
    return schema.column(table, name) if schema.is_new_column(table, name) else None


def _stays_null(column: Column) -> bool:
    return bool(column.nullable) and column.default is Default.NONE and column.generated is Generated.NO


def _reversal(change: Change, row: Row, schema: Schema, *, new: bool) -> Reversal:
    if row.kind == "update-rows":
        only_new = bool(change.over) and all(schema.is_new_column(change.table, name) for name in change.over)
        return Reversal.LOSS if only_new or change.guarded or new else row.reversal
    if row.kind in _REACHES_COLUMNS and change.cascades:
        return Reversal.NO
    new = new or schema.is_new_column(change.table, change.name)
    return Reversal.LOSS if new and row.reversal in (Reversal.NO, Reversal.UNKNOWN) else row.reversal
