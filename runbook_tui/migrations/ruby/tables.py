"""``create_table`` and ``change_table`` with what stands in their blocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from runbook_tui.migrations.changes import Change, Column, ColumnType, Default, Generated
from runbook_tui.migrations.following.values import UNKNOWN
from runbook_tui.migrations.ruby.column_operations import join_table
from runbook_tui.migrations.ruby.columns import TYPES, column_of, references_of, timestamps_of
from runbook_tui.migrations.ruby.constraint_operations import (
    columns_of,
    foreign_key_column,
    index_name,
    singular,
)
from runbook_tui.migrations.ruby.place import Place
from runbook_tui.migrations.ruby.values import Builder, Call, Changes, texts_of

CREATING = frozenset(
    {"create_table", "create_join_table", "create_table_with_constraints", "create_unlogged_table"}
)
_RENAMED = {
    "remove": "remove_columns",
    "rename": "rename_column",
    "change": "change_column",
    "change_default": "change_column_default",
    "change_null": "change_column_null",
    "index": "add_index",
    "references": "add_reference",
    "belongs_to": "add_reference",
    "remove_belongs_to": "remove_reference",
    "timestamps": "add_timestamps",
    "column": "add_column",
    "foreign_key": "add_foreign_key",
    "check_constraint": "add_check_constraint",
    "unique_constraint": "add_unique_constraint",
    "exclusion_constraint": "add_exclusion_constraint",
}
"""A method of the table in ``change_table`` to that of the migration."""
_AS_THEY_ARE = frozenset({
    "remove_index", "rename_index", "remove_references", "remove_timestamps", "remove_foreign_key",
    "remove_check_constraint", "remove_unique_constraint", "remove_exclusion_constraint",
    "validate_constraint", "validate_check_constraint",
})  # fmt: skip


def begin(call: Call, place: Place) -> Builder:
    """The table that the block of ``create_table`` fills: with its primary key."""
    joined = call.name == "create_join_table"
    builder = Builder(join_table(call) if joined else call.text(0), creating=True)
    if joined:
        options = call.options.get("column_options")
        given = {"null": False} | (options if isinstance(options, dict) else {})
        for name in (call.text(0), call.text(1)):
            inner = Call(None, "references", (), given, call.line)
            single = singular(name.rpartition(".")[2]) if name else None
            builder.columns += references_of(inner, single, place.engine, place.version)
        return builder
    key = call.get("primary_key", "id")
    kind = call.get("id", "bigint" if place.version >= (5, 1) else "integer")
    if kind is False or isinstance(key, list) or kind is UNKNOWN:
        return builder
    text = kind if isinstance(kind, str) else "bigint"
    generated = Generated.NO if text in ("uuid", "string") else Generated.IDENTITY
    default = Default.VOLATILE if text == "uuid" else Default.NONE
    name = key if isinstance(key, str) else "id"
    column_type = ColumnType("int" if text == "integer" else text)
    builder.columns.append(Column(name, column_type, False, default, generated=generated, primary_key=True))
    return builder


def created(call: Call, builder: Builder) -> Changes:
    """``create_table`` once its block was read. ``force:`` drops the table that is there."""
    exists = call.flag("if_not_exists") is True
    found: Changes = []
    if call.get("force") not in (None, False):
        found.append(Change("drop-table", call.line, builder.table, if_exists=True))
    detail = "temporary" if call.flag("temporary") else ""
    change = Change(
        "create-table",
        call.line,
        builder.table,
        columns=tuple(builder.columns),
        constraints=tuple(builder.constraints),
        rules=tuple(builder.rules),
        detail=detail,
        if_exists=exists,
    )
    return [*found, change]


def fill(builder: Builder, call: Call, place: Place) -> None:
    """One method of the table inside ``create_table``. What is not known of a new table breaks nobody."""
    name = call.name
    if name in ("references", "belongs_to"):
        for given in call.arguments:
            builder.columns += _references(call, given, place)
    elif name == "timestamps":
        builder.columns += timestamps_of(call, place.engine, place.version)
    elif name == "column":
        builder.columns.append(column_of(call.text(0), call.argument(1), call, place.engine))
    elif name == "index":
        over = columns_of(call.argument(0))
        index = call.named("name") or index_name(builder.table, over)
        if index:
            builder.constraints.append((index, over))
    elif name in ("foreign_key", "check_constraint", "unique_constraint", "exclusion_constraint"):
        if name == "foreign_key":
            builder.rules.append(("", "FOREIGN KEY"))
        if constraint := call.named("name"):
            moved = replace(call, arguments=(builder.table, *call.arguments))
            over = foreign_key_column(moved) if name == "foreign_key" else texts_of(call.argument(0))
            builder.constraints.append((constraint, over if name != "check_constraint" else ()))
    elif name in TYPES:
        for given in call.arguments:
            column = column_of(given if isinstance(given, str) else None, name, call, place.engine)
            builder.columns.append(column)


def _references(call: Call, given: object, place: Place) -> list[Column]:
    name = given if isinstance(given, str) else None
    found = list(references_of(call, name, place.engine, place.version))
    key = call.get("foreign_key")
    if key not in (None, False):
        to = key.get("to_table") if isinstance(key, dict) else None
        found[0] = replace(found[0], references=to if isinstance(to, str) else "")
    return found


def altering(builder: Builder, call: Call) -> list[Call] | None:
    """The calls of the migration that a method of the table in ``change_table`` stands for; None when unknown."""
    name, table = call.name, builder.table

    def own(method: str, *arguments: object) -> Call:
        return replace(call, receiver=None, name=method, arguments=(table, *arguments), block=None)

    if name in ("references", "belongs_to", "remove_references", "remove_belongs_to"):
        method = _RENAMED.get(name, "remove_reference")
        return [own(method, given) for given in call.arguments]
    if name in _RENAMED or name in _AS_THEY_ARE:
        return [own(_RENAMED.get(name, name), *call.arguments)]
    if name in TYPES:
        found = [own("add_column", given, name) for given in call.arguments]
        return found + [_index(own, call, given) for given in call.arguments if call.get("index")]
    return None


def _index(own: Callable[..., Call], call: Call, column: object) -> Call:
    """``t.string :code, index: { unique: true }``."""
    options = call.get("index")
    return replace(own("add_index", column), options=options if isinstance(options, dict) else {})
