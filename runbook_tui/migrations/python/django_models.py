"""Django operations on whole models: their tables and what is unique or ordered in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runbook_tui.migrations.changes import ADD_COLUMN, Change, Column, ColumnType
from runbook_tui.migrations.python.django_fields import model_field
from runbook_tui.migrations.python.django_state import ModelState, nothing_changes, only_pending
from runbook_tui.migrations.python.values import Arguments, Call, text_of, texts_of

if TYPE_CHECKING:
    from runbook_tui.migrations.python.django_ops import Operations


def create_model(reader: Operations, call: Call) -> list[Change]:
    """CreateModel: a table, and one for each many-to-many field."""
    arguments = Arguments(call, "name", "fields", "options", "bases")
    name = arguments.text("name")
    options = arguments.get("options", {})
    model = ModelState(f"{reader.app}_{name}".lower())
    if isinstance(options, dict):
        explicit = text_of(options.get("db_table"))
        model.table, model.explicit_table = explicit or model.table, explicit is not None
        model.managed = options.get("managed") is not False and options.get("proxy") is not True
        for key in ("unique_together", "index_together"):
            model.together[key] = _sets(options.get(key))
    fields = arguments.get("fields")
    for item in fields if isinstance(fields, list | tuple) else ():
        if isinstance(item, tuple | list) and len(item) == 2 and isinstance(item[0], str):
            found = model_field(item[0], item[1], reader.app)
            if found is not None:
                model.fields[item[0]] = found
    reader.state.models[f"{reader.app}.{name}".lower()] = model
    if not model.managed:
        return [nothing_changes(call, f"{name} has no table of its own")]
    columns = tuple(found.column for found in model.fields.values() if found.column)
    joins = [field_name for field_name, found in model.fields.items() if found.joins]
    tables = [Change("create-table", call.line, model.table, columns=columns)]
    return tables + [Change("create-table", call.line, f"{model.table}_{join}") for join in joins]


def delete_model(reader: Operations, call: Call) -> list[Change]:
    """DeleteModel: its table goes."""
    arguments = Arguments(call, "name")
    name = arguments.text("name")
    table, model = reader.state.table(reader.app, name), reader.state.model(reader.app, name)
    reader.state.models.pop(f"{reader.app}.{name}".lower(), None)
    if only_pending(arguments):
        return [nothing_changes(call, f"{name} leaves the models, its table stays")]
    if model is not None and not model.managed:
        return [nothing_changes(call, f"{name} has no table of its own")]
    joins = [field_name for field_name, found in model.fields.items() if found.joins] if model else []
    dropped = [Change("drop-table", call.line, f"{table}_{join}") for join in joins]
    return [*dropped, Change("drop-table", call.line, table)]


def rename_model(reader: Operations, call: Call) -> list[Change]:
    """RenameModel: the table takes the new name, unless ``db_table`` names it."""
    arguments = Arguments(call, "old_name", "new_name")
    old, new = arguments.text("old_name"), arguments.text("new_name")
    table, model = reader.state.table(reader.app, old), reader.state.model(reader.app, old)
    if model is not None:
        reader.state.models[f"{reader.app}.{new}".lower()] = reader.state.models.pop(
            f"{reader.app}.{old}".lower()
        )
        if model.explicit_table or not model.managed:
            return [nothing_changes(call, f"{old} keeps its table")]
        model.table = f"{reader.app}_{new}".lower()
    return [Change("rename-table", call.line, table, to=f"{reader.app}_{new}".lower())]


def alter_table(reader: Operations, call: Call) -> list[Change]:
    """AlterModelTable."""
    arguments = Arguments(call, "name", "table")
    name, table = arguments.text("name"), arguments.get("table")
    before, model = reader.state.table(reader.app, name), reader.state.model(reader.app, name)
    after = text_of(table) or f"{reader.app}_{name}".lower()
    if model is not None:
        model.table, model.explicit_table = after, text_of(table) is not None
    if before == after:
        return [nothing_changes(call, f"table {after} stays as it is")]
    return [Change("rename-table", call.line, before, to=after)]


def alter_together(reader: Operations, call: Call) -> list[Change]:
    """AlterUniqueTogether and AlterIndexTogether: what is new is added, what is gone is dropped."""
    key = "unique_together" if call.path.endswith("AlterUniqueTogether") else "index_together"
    arguments = Arguments(call, "name", key)
    name = arguments.text("name")
    model = reader.state.model(reader.app, name)
    now = _sets(arguments.get(key))
    before = model.together.get(key, frozenset()) if model else frozenset()
    if model is not None:
        model.together[key] = now
    table = reader.state.table(reader.app, name)
    add, drop = (
        ("add-unique", "drop-constraint") if key == "unique_together" else ("create-index", "drop-index")
    )
    added = [
        Change(add, call.line, table, over=reader.columns(name, over), refuses_null=False)
        for over in sorted(now - before)
    ]
    if not now and not before and model is None:
        return [Change(drop, call.line, table)]
    dropped = [
        Change(drop, call.line, table, over=reader.columns(name, over)) for over in sorted(before - now)
    ]
    return [*dropped, *added] or [nothing_changes(call, f"{key} of {name} stays as it is")]


def alter_order(reader: Operations, call: Call) -> list[Change]:
    """AlterOrderWithRespectTo: Django keeps the order in a column of its own, which has no default."""
    arguments = Arguments(call, "name", "order_with_respect_to")
    table = reader.state.table(reader.app, arguments.text("name"))
    if arguments.get("order_with_respect_to") is None:
        return [Change("drop-column", call.line, table, "_order")]
    column = Column("_order", ColumnType("int"), nullable=False)
    return [Change(ADD_COLUMN, call.line, table, "_order", column=column)]


def _sets(value: object) -> frozenset[tuple[str, ...]]:
    """``unique_together`` in its forms: a list of lists, or one list of names."""
    if not isinstance(value, list | tuple):
        return frozenset()
    if value and all(isinstance(item, str) for item in value):
        return frozenset({texts_of(value)})
    return frozenset(texts_of(item) for item in value if texts_of(item))
