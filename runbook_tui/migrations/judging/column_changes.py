"""What adding or altering a column amounts to: one change for each row of the safety table that it touches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from runbook_tui.migrations.changes import Alteration, Change, Column, ColumnType, Default, Generated
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.judging.column_types import TypeChange, compare_types

_TYPE_KINDS = {
    TypeChange.SAME: "widen-type",
    TypeChange.WIDER: "widen-type",
    TypeChange.WIDER_REWRITE: "widen-type-rewrite",
    TypeChange.ENUM_APPEND: "add-enum-value",
    TypeChange.ENUM_INSERT: "add-enum-value-inside",
    TypeChange.ENUM_REMOVE: "remove-enum-value",
    TypeChange.INCOMPATIBLE: "change-type",
}


def added(change: Change) -> Iterator[Change]:
    """ADD COLUMN: the column itself, then the constraints and the index that come with it."""
    column = change.column
    if column is None:
        yield replace(change, kind="add-column-unknown")
        return
    yield replace(change, kind=_added_kind(column))
    own = replace(change, name=None, column=None, over=(column.name or "",), with_column=True)
    if column.unique or (column.primary_key and column.generated is not Generated.IDENTITY):
        yield replace(own, kind="add-unique", refuses_null=False)
    if column.references is not None:
        yield replace(own, kind="add-foreign-key", refuses_null=False)
    if column.check:
        yield replace(own, kind="add-check", refuses_null=column.check_refuses_null)
    if column.indexed:
        yield replace(own, kind="create-index")


def _added_kind(column: Column) -> str:
    if column.generated in (Generated.IDENTITY, Generated.STORED) or column.default is Default.VOLATILE:
        return "add-column-rewrite"
    if column.generated is Generated.VIRTUAL:
        return "add-column-nullable"
    if column.default is Default.CONSTANT:
        return "add-column-defaulted"
    if column.nullable:
        return "add-column-nullable"
    if column.nullable is None or column.default is Default.UNKNOWN:
        return "add-column-unknown"
    return "add-column-required"


def altered(change: Change, before: Column | None, engine: Engine) -> Iterator[Change]:
    """ALTER COLUMN: its type, its NOT NULL and its default, each for itself."""
    alteration = change.alteration or Alteration(unread=True)
    found = list(_altered(change, alteration, before, engine))
    yield from found
    if not found:
        yield replace(change, kind="state-only", detail=f"column {change.table}.{change.name} stays as it is")


def _altered(
    change: Change, alteration: Alteration, before: Column | None, engine: Engine
) -> Iterator[Change]:
    if alteration.unread:
        yield replace(change, kind="alter-column-unknown")
    if alteration.type is not None and (alteration.using or before is None or alteration.type != before.type):
        yield _type_change(change, before, alteration.type, engine, using=alteration.using)
    if alteration.default is not None and not _has_no_default(before, alteration.default, engine):
        yield replace(change, kind=_default_kind(before, alteration.default))
    if alteration.nullable is not None and (before is None or before.nullable is not alteration.nullable):
        yield replace(change, kind="drop-not-null" if alteration.nullable else "set-not-null")


def _has_no_default(before: Column | None, now: Default, engine: Engine) -> bool:
    """Whether a default is taken from a column that is known to have none.

    MySQL's DROP DEFAULT takes even the NULL that an INSERT without the column writes: MySQL manual, "ALTER TABLE".
    """
    plain = before is not None and before.default is Default.NONE and before.generated is Generated.NO
    implied = engine is Engine.MYSQL and before is not None and before.nullable is not False
    return now is Default.NONE and plain and not implied


def restated(change: Change, before: Column | None, engine: Engine) -> Iterator[Change]:
    """A column defined anew: what differs from before. Without a known before, a person has to say."""
    now = change.column
    if change.to:
        yield replace(change, kind="rename-column")
    if before is None or now is None:
        yield replace(change, kind="alter-column-unknown")
        return
    found = list(_differences(change, before, now, engine))
    yield from found
    if not found and not change.to:
        yield replace(change, kind="state-only", detail=f"column {change.table}.{change.name} stays as it is")


def _differences(change: Change, before: Column, now: Column, engine: Engine) -> Iterator[Change]:
    if now.type is not None and now.type != before.type:
        yield _type_change(change, before, now.type, engine)
    if now.nullable is None or before.nullable is None or _means_otherwise(before, now):
        yield replace(change, kind="alter-column-unknown")
    elif now.nullable != before.nullable:
        yield replace(change, kind="drop-not-null" if now.nullable else "set-not-null")
    if (now.default, now.default_text) != (before.default, before.default_text):
        yield replace(change, kind=_default_kind(before, now.default))
    own = replace(change, name=None, column=None, over=(now.name or "",))
    if now.unique != before.unique:
        yield replace(own, kind="add-unique" if now.unique else "drop-constraint")
    if now.primary_key and not before.primary_key and change.existing is not None:
        yield replace(own, kind="add-primary-key")
    if now.references != before.references:
        if before.references is not None:
            yield replace(own, kind="drop-constraint")
        if now.references is not None:
            yield replace(own, kind="add-foreign-key")
    if now.indexed != before.indexed:
        yield replace(own, kind="create-index" if now.indexed else "drop-index")
    if now.check != before.check:
        yield replace(
            own, kind="add-check" if now.check else "drop-constraint", refuses_null=now.check_refuses_null
        )


def _means_otherwise(before: Column, now: Column) -> bool:
    """Whether values are computed, sorted or seen in another way."""
    return now.generated is not before.generated or now.meaning != before.meaning


def _type_change(
    change: Change, before: Column | None, now: ColumnType, engine: Engine, *, using: bool = False
) -> Change:
    old = before.type if before else None
    relation = TypeChange.INCOMPATIBLE if using else compare_types(old, now, engine)
    detail = f"from {old} to {now}" if old else f"to {now} from a type that the migrations do not tell"
    return replace(change, kind=_TYPE_KINDS[relation], detail=detail)


def _default_kind(before: Column | None, now: Default) -> str:
    if now is Default.NONE:
        return "drop-default"
    had_one = before is not None and before.default in (Default.CONSTANT, Default.VOLATILE)
    return "change-default" if had_one else "set-default"
