"""Alembic's operations one by one: what a call of ``op.x(...)`` or ``batch_op.x(...)`` changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from runbook_tui.migrations.changes import ADD_COLUMN, ALTER_COLUMN, Alteration, Change, Column, Default
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.python.alembic_columns import (
    column_names,
    column_of,
    is_column,
    server_default,
    type_of,
)
from runbook_tui.migrations.python.effects import computed_rows, values_unknown
from runbook_tui.migrations.python.values import Arguments, Call, root_call, text_of
from runbook_tui.migrations.sql.checks import read_check


def batch_table(call: Call) -> str | None:
    """The table of ``op.batch_alter_table("t")`` that a call hangs on."""
    root = root_call(call.func)
    return Arguments(root, "table_name", "schema").text("table_name") if root is not None else None


def _table(arguments: Arguments, batch_table: str | None, parameter: str = "table_name") -> str | None:
    name = batch_table or arguments.text(parameter)
    schema = arguments.text("schema") or arguments.text("source_schema")
    return f"{schema}.{name}" if schema and name else name


def _create_table(call: Call, table: str | None, batch: bool, engine: Engine) -> list[Change]:
    arguments = Arguments(call, "table_name")
    columns = tuple(column_of(item, engine) for item in arguments.rest if is_column(item))
    constraints = []
    for item in arguments.rest:
        if isinstance(item, Call) and item.path.endswith(("Constraint", ".Index")):
            name = text_of(item.keywords.get("name")) or ""
            texts = tuple(text for text in map(text_of, item.arguments) if text is not None)
            first = column_names(item.arguments[0]) if item.arguments else ()
            constraints.append((name, first or texts))
    known = tuple((name, over) for name, over in constraints if name)
    keys = [
        item
        for item in arguments.rest
        if isinstance(item, Call) and item.path.endswith("ForeignKeyConstraint")
    ]
    rules = tuple(("", "FOREIGN KEY") for _ in keys)
    exists = arguments.flag("if_not_exists") is True
    return [
        Change(
            "create-table",
            call.line,
            _table(arguments, None),
            columns=columns,
            constraints=known,
            rules=rules,
            if_exists=exists,
        )
    ]


def _drop_table(call: Call, table: str | None, batch: bool, engine: Engine) -> list[Change]:
    arguments = Arguments(call, "table_name")
    return [
        Change(
            "drop-table", call.line, _table(arguments, None), if_exists=arguments.flag("if_exists") is True
        )
    ]


def _rename_table(call: Call, table: str | None, batch: bool, engine: Engine) -> list[Change]:
    arguments = Arguments(call, "old_table_name", "new_table_name")
    old = _table(arguments, None, "old_table_name")
    return [Change("rename-table", call.line, old, to=_table(arguments, None, "new_table_name"))]


def _add_column(call: Call, table: str | None, batch: bool, engine: Engine) -> list[Change]:
    arguments = Arguments(call, "column") if batch else Arguments(call, "table_name", "column")
    column = column_of(arguments.get("column"), engine)
    exists = arguments.flag("if_not_exists") is True
    return [
        Change(ADD_COLUMN, call.line, _table(arguments, table), column.name, column=column, if_exists=exists)
    ]


def _drop_column(call: Call, table: str | None, batch: bool, engine: Engine) -> list[Change]:
    arguments = Arguments(call, "column_name") if batch else Arguments(call, "table_name", "column_name")
    name = arguments.text("column_name")
    exists = arguments.flag("if_exists") is True
    return [Change("drop-column", call.line, _table(arguments, table), name, if_exists=exists)]


def _alter_column(call: Call, table: str | None, batch: bool, engine: Engine) -> list[Change]:
    arguments = Arguments(call, "column_name") if batch else Arguments(call, "table_name", "column_name")
    owner, name = _table(arguments, table), arguments.text("column_name")
    changes: list[Change] = []
    alteration, read = _alteration(arguments, engine)
    if alteration != Alteration():
        existing = _existing(arguments, engine)
        changes.append(Change(ALTER_COLUMN, call.line, owner, name, alteration=alteration, existing=existing))
    if "new_column_name" in arguments and arguments.get("new_column_name") is not None:
        changes.append(Change("rename-column", call.line, owner, name, arguments.text("new_column_name")))
    if not changes:
        kind = "comment" if read else "alter-column-unknown"
        changes.append(Change(kind, call.line, owner, name))
    return changes


def _alteration(arguments: Arguments, engine: Engine) -> tuple[Alteration, bool]:
    """What is altered, and whether all of it could be read."""
    unread = arguments.partial
    nullable = None
    if "nullable" in arguments:
        nullable = arguments.flag("nullable")
        unread = unread or nullable is None
    new_type = None
    if arguments.get("type_") is not None and "type_" in arguments:
        new_type = type_of(arguments.get("type_"))
        unread = unread or new_type is None
    default = None
    if "server_default" in arguments and arguments.get("server_default") is not False:
        default, _ = server_default(arguments.get("server_default"), engine)
        unread = unread or default is Default.UNKNOWN
    using = "postgresql_using" in arguments
    return Alteration(new_type, using, nullable, default, unread), not unread


def _existing(arguments: Arguments, engine: Engine) -> Column | None:
    """What ``existing_type`` and its like say of the column before."""
    given = [
        name
        for name in ("existing_type", "existing_nullable", "existing_server_default")
        if name in arguments
    ]
    if not given:
        return None
    default = Default.UNKNOWN
    stated = arguments.get("existing_server_default", False)
    if "existing_server_default" in arguments and stated is not False:
        default, _ = server_default(stated, engine)
    nullable = arguments.flag("existing_nullable") if "existing_nullable" in arguments else None
    return Column(arguments.text("column_name"), type_of(arguments.get("existing_type")), nullable, default)


def _create_index(call: Call, table: str | None, batch: bool, engine: Engine) -> list[Change]:
    arguments = (
        Arguments(call, "index_name", "columns")
        if batch
        else Arguments(call, "index_name", "table_name", "columns")
    )
    unique, concurrently = arguments.flag("unique"), arguments.flag("postgresql_concurrently")
    kind = "create-index" if unique is False else "create-unique-index"
    if concurrently and engine is Engine.POSTGRES:
        kind += "-concurrently"
    over = column_names(arguments.get("columns"))
    name = arguments.text("index_name")
    return [Change(kind, call.line, _table(arguments, table), name, over=over, refuses_null=False)]


def _drop_index(call: Call, table: str | None, batch: bool, engine: Engine) -> list[Change]:
    arguments = Arguments(call, "index_name") if batch else Arguments(call, "index_name", "table_name")
    concurrently = arguments.flag("postgresql_concurrently") and engine is Engine.POSTGRES
    kind = "drop-index-concurrently" if concurrently else "drop-index"
    return [Change(kind, call.line, _table(arguments, table), arguments.text("index_name"))]


def _create_unique(call: Call, table: str | None, batch: bool, engine: Engine) -> list[Change]:
    names = ("constraint_name", "columns") if batch else ("constraint_name", "table_name", "columns")
    arguments = Arguments(call, *names)
    return [_constraint("add-unique", call, arguments, table, "columns", refuses_null=False)]


def _create_foreign_key(call: Call, table: str | None, batch: bool, engine: Engine) -> list[Change]:
    names = ("constraint_name", "referent_table", "local_cols", "remote_cols")
    arguments = Arguments(call, *(names if batch else ("constraint_name", "source_table", *names[1:])))
    not_valid = "-not-valid" if arguments.flag("postgresql_not_valid") else ""
    owner = _table(arguments, table, "source_table")
    over = column_names(arguments.get("local_cols"))
    name = arguments.text("constraint_name")
    return [Change(f"add-foreign-key{not_valid}", call.line, owner, name, over=over, refuses_null=False)]


def _create_check(call: Call, table: str | None, batch: bool, engine: Engine) -> list[Change]:
    names = ("constraint_name", "condition") if batch else ("constraint_name", "table_name", "condition")
    arguments = Arguments(call, *names)
    not_valid = "-not-valid" if arguments.flag("postgresql_not_valid") else ""
    change = _constraint(f"add-check{not_valid}", call, arguments, table, None)
    read = read_check(arguments.get("condition"), engine)
    if read is None:
        return [change]
    return [replace(change, over=read.over, refuses_null=read.refuses_null, not_null=read.not_null)]


def _create_primary_key(call: Call, table: str | None, batch: bool, engine: Engine) -> list[Change]:
    names = ("constraint_name", "columns") if batch else ("constraint_name", "table_name", "columns")
    return [_constraint("add-primary-key", call, Arguments(call, *names), table, "columns")]


def _create_exclude(call: Call, table: str | None, batch: bool, engine: Engine) -> list[Change]:
    names = ("constraint_name",) if batch else ("constraint_name", "table_name")
    return [_constraint("add-exclusion", call, Arguments(call, *names), table, None)]


def _constraint(
    kind: str,
    call: Call,
    arguments: Arguments,
    table: str | None,
    columns: str | None,
    *,
    refuses_null: bool = True,
) -> Change:
    over = column_names(arguments.get(columns)) if columns else ()
    name = arguments.text("constraint_name")
    return Change(kind, call.line, _table(arguments, table), name, over=over, refuses_null=refuses_null)


def _drop_constraint(call: Call, table: str | None, batch: bool, engine: Engine) -> list[Change]:
    names = ("constraint_name", "type_") if batch else ("constraint_name", "table_name", "type_")
    arguments = Arguments(call, *names)
    kind = "drop-primary-key" if arguments.text("type_") == "primary" else "drop-constraint"
    return [Change(kind, call.line, _table(arguments, table), arguments.text("constraint_name"))]


def _bulk_insert(call: Call, table: str | None, batch: bool, engine: Engine) -> list[Change]:
    root = root_call(call.arguments[0]) if call.arguments else None
    name = text_of(root.arguments[0]) if root is not None and root.arguments else None
    rows = Arguments(call, "table", "rows").get("rows")
    if values_unknown(rows):
        return [computed_rows(name, call.line)]
    return [Change("insert-rows", call.line, name)]


_Reader = Callable[[Call, str | None, bool, Engine], list[Change]]
OPERATIONS: dict[str, _Reader] = {
    "create_table": _create_table,
    "drop_table": _drop_table,
    "rename_table": _rename_table,
    "add_column": _add_column,
    "drop_column": _drop_column,
    "alter_column": _alter_column,
    "create_index": _create_index,
    "drop_index": _drop_index,
    "create_unique_constraint": _create_unique,
    "create_foreign_key": _create_foreign_key,
    "create_check_constraint": _create_check,
    "create_primary_key": _create_primary_key,
    "create_exclude_constraint": _create_exclude,
    "drop_constraint": _drop_constraint,
    "bulk_insert": _bulk_insert,
}
"""Name of the operation to its reader: call, table of the batch, whether in a batch, engine."""
