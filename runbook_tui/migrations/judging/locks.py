"""The lock of one change: that of its row in the safety table, but for what the row cannot know."""

from __future__ import annotations

from runbook_tui.migrations.changes import Change, Default, Generated
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.judging.safety import (
    AX,
    AX_CASCADE,
    AX_PROVED,
    AX_REWRITE,
    AX_SCAN_BOTH,
    AX_WHOLE,
    BRIEF,
    CANNOT,
    EX_FILLED,
    INSTANT,
    PLACE_SHARED,
    REBUILD,
    SCANNED,
    SRX,
    SRX_ONE,
    SRX_PARENT,
    SUX_ATTACH_NEW,
    SUX_DETACH,
    Lock,
    Row,
)
from runbook_tui.migrations.judging.schema import Schema

_ADDED = frozenset({"add-column-nullable", "add-column-defaulted", "add-column-required"})


def lock_of(change: Change, row: Row, schema: Schema, engine: Engine) -> Lock:
    """What ``change`` locks. ``schema`` is what the tables look like before it."""
    if engine is Engine.SQLITE and change.with_column:  # the one place where SQLite takes a constraint
        return {"add-unique": CANNOT, "add-check": SCANNED}.get(row.kind, BRIEF)
    if engine is Engine.POSTGRES:
        return _postgres(change, row, schema) or row.postgres
    if engine is Engine.MYSQL:
        return _mysql(change, row) or row.mysql
    return row.lock(engine)


def _postgres(change: Change, row: Row, schema: Schema) -> Lock | None:
    if row.kind == "create-table":
        return _created(change)
    if row.kind == "set-not-null" and schema.is_proved(change.table, change.name):
        return AX_PROVED  # since version 12
    if row.kind == "add-foreign-key" and change.with_column:
        return SRX if _starts_null(change, schema) else AX_SCAN_BOTH  # in the statement that adds the column
    if row.kind in _ADDED and _of_domain(change, schema):
        return AX_REWRITE  # its rule is checked row by row, even for NULL
    if row.kind == "replace-routine" and change.kind == "create-trigger":
        return AX if change.detail == "anew" else SRX_ONE  # dropped first, or CREATE OR REPLACE
    if row.kind == "refresh-view" and change.detail == "concurrently":
        return EX_FILLED
    if row.kind.endswith("tach-partition"):
        return _partition(change, schema)
    return AX_CASCADE if change.cascades and not row.kind.endswith("-concurrently") else None


def _partition(change: Change, schema: Schema) -> Lock | None:
    if change.detail == "finalize":
        return SUX_DETACH
    # nobody reads it yet
    return SUX_ATTACH_NEW if change.kind == "attach-partition" and schema.is_new_table(change.name) else None


def _mysql(change: Change, row: Row) -> Lock | None:
    if row.kind == "create-index" and change.detail == "fulltext":
        return PLACE_SHARED
    if row.kind == "add-unique" and change.with_column:
        return REBUILD  # an index of a column that is only now added
    if row.kind == "state-only" and change.statement is not None:
        return INSTANT  # the statement runs all the same
    return None


def _created(change: Change) -> Lock | None:
    if change.partition_of:
        return AX_WHOLE
    return SRX_PARENT if change.points_elsewhere else None


def _starts_null(change: Change, schema: Schema) -> bool:
    """Whether a column that is added with its foreign key has no value to be looked up yet."""
    column = schema.column(change.table, change.over[0]) if change.over else None
    return column is not None and column.default is Default.NONE and column.generated is Generated.NO


def _of_domain(change: Change, schema: Schema) -> bool:
    kind = change.column.type if change.column else None
    return kind is not None and kind.name in schema.domains
