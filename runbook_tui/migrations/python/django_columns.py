"""Django operations on fields: columns, and the tables of many-to-many fields."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from runbook_tui.migrations.changes import (
    ADD_COLUMN,
    ALTER_COLUMN,
    RESTATE_COLUMN,
    Alteration,
    Change,
    Default,
)
from runbook_tui.migrations.python.django_fields import ModelField, model_field
from runbook_tui.migrations.python.django_state import nothing_changes, only_pending
from runbook_tui.migrations.python.values import Arguments, Call

if TYPE_CHECKING:
    from runbook_tui.migrations.python.django_ops import Operations


def add_field(reader: Operations, call: Call) -> list[Change]:
    """AddField: a column, or the table of a many-to-many field."""
    arguments = Arguments(call, "model_name", "name", "field")
    model_name, name = arguments.text("model_name"), arguments.text("name")
    table, model = reader.state.table(reader.app, model_name), reader.state.model(reader.app, model_name)
    found = model_field(name or "", arguments.get("field"), reader.app)
    if found is None or name is None:
        reader.reversible = False
        return [Change("opaque", call.line, table=table, detail=f"AddField {table}.{name}, not written out")]
    if model is not None:
        model.fields[name] = found
        if not model.managed:
            return [nothing_changes(call, f"{model_name} has no table of its own")]
    if found.joins:
        return [Change("create-table", call.line, f"{table}_{name}")]
    if found.column is None:
        return [nothing_changes(call, f"{model_name}.{name} has no column")]
    return [Change(ADD_COLUMN, call.line, table, found.column.name, column=found.column)]


def remove_field(reader: Operations, call: Call) -> list[Change]:
    """RemoveField: the column or the joining table goes."""
    arguments = Arguments(call, "model_name", "name")
    model_name, name = arguments.text("model_name"), arguments.text("name") or ""
    table, model = reader.state.table(reader.app, model_name), reader.state.model(reader.app, model_name)
    column = reader.state.column(reader.app, model_name, name)
    found = model.fields.pop(name, None) if model else None
    if only_pending(arguments):
        return [nothing_changes(call, f"{model_name}.{name} leaves the models, its column stays")]
    if (model is not None and not model.managed) or (found is not None and found.has_nothing):
        return [nothing_changes(call, f"{model_name}.{name} has no column")]
    if found is not None and found.joins:
        return [Change("drop-table", call.line, f"{table}_{name}")]
    return [Change("drop-column", call.line, table, column)]


def alter_field(reader: Operations, call: Call) -> list[Change]:
    """AlterField: the whole field is defined anew."""
    arguments = Arguments(call, "model_name", "name", "field")
    model_name, name = arguments.text("model_name"), arguments.text("name") or ""
    table, model = reader.state.table(reader.app, model_name), reader.state.model(reader.app, model_name)
    now = model_field(name, arguments.get("field"), reader.app)
    before = model.fields.get(name) if model else None
    if model is not None and now is not None:
        model.fields[name] = now
    if model is not None and not model.managed:
        return [nothing_changes(call, f"{model_name} has no table of its own")]
    if now is None or (now.column is None) != (before is None or before.column is None):
        return _unknown_alteration(call, table, name, before, now)
    if now.column is None:
        if before is not None and now.signature == before.signature:
            return [nothing_changes(call, f"{model_name}.{name} stays as it is")]
        return [Change("opaque", call.line, table=table, detail=f"AlterField {table}.{name}, many-to-many")]
    old = before.column.name if before and before.column else now.column.name
    to = now.column.name if now.column.name != old else None
    return [
        Change(
            RESTATE_COLUMN,
            call.line,
            table,
            old,
            to,
            column=now.column,
            existing=before.column if before else None,
        )
    ]


def _unknown_alteration(
    call: Call, table: str | None, name: str, before: ModelField | None, now: ModelField | None
) -> list[Change]:
    column = now.column.name if now and now.column else name
    if before is None and now is not None and now.column is not None:
        return [Change(RESTATE_COLUMN, call.line, table, column, column=now.column)]
    return [Change("opaque", call.line, table=table, detail=f"AlterField {table}.{name}, not written out")]


def add_default(reader: Operations, call: Call) -> list[Change]:
    """AddDefaultValue of django-add-default-value: the database's own default, before Django had ``db_default``."""
    arguments = Arguments(call, "model_name", "name", "value")
    model_name, name = arguments.text("model_name"), arguments.text("name")
    table = reader.state.table(reader.app, model_name)
    column = reader.state.column(reader.app, model_name, name or "")
    alteration = Alteration(default=Default.CONSTANT)
    return [Change(ALTER_COLUMN, call.line, table, column, alteration=alteration)]


def rename_field(reader: Operations, call: Call) -> list[Change]:
    """RenameField: the column takes the new name, unless ``db_column`` names it."""
    arguments = Arguments(call, "model_name", "old_name", "new_name")
    model_name, old, new = (
        arguments.text("model_name"),
        arguments.text("old_name"),
        arguments.text("new_name"),
    )
    table, model = reader.state.table(reader.app, model_name), reader.state.model(reader.app, model_name)
    found = model.fields.pop(old or "", None) if model else None
    if model is None or found is None or new is None:
        return [Change("rename-column", call.line, table, old, new)]
    before = found.column.name if found.column else None
    if found.column is not None and not found.explicit_column:
        suffix = "_id" if before == f"{old}_id" else ""
        found = replace(found, column=replace(found.column, name=f"{new}{suffix}"))
    model.fields[new] = found
    if not model.managed or found.has_nothing or found.explicit_column:
        return [nothing_changes(call, f"{model_name}.{new} keeps its column")]
    if found.column is None:
        return [Change("rename-table", call.line, f"{table}_{old}", to=f"{table}_{new}")]
    return [Change("rename-column", call.line, table, before, found.column.name)]
