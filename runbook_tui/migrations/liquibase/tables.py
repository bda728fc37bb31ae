"""Change types of tables and columns: what each changes."""

from __future__ import annotations

from dataclasses import replace

from runbook_tui.migrations.changes import (
    ADD_COLUMN,
    ALTER_COLUMN,
    RESTATE_COLUMN,
    Alteration,
    Change,
    Column,
    Default,
)
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.liquibase.columns import (
    bare,
    column_of,
    column_type_of,
    default_of,
    given_value,
    listed,
    table_of,
)
from runbook_tui.migrations.liquibase.nodes import Node


def create_table(node: Node, engine: Engine) -> list[Change]:
    """``createTable`` with the columns and constraints that are written inside it."""
    columns = tuple(column_of(column, engine) for column in node.all("column"))
    named = []
    for column in node.all("column"):
        rules = column.child("constraints")
        for key in ("uniqueConstraintName", "foreignKeyName", "primaryKeyName") if rules is not None else ():
            if rules is not None and rules.get(key):
                named.append((bare(rules.get(key)), (bare(column.get("name")),)))
    exists = node.flag("ifNotExists") is True
    of_session = "temporary" in node.get("tableType").lower()
    return [
        Change(
            "create-table",
            node.line,
            table_of(node),
            columns=columns,
            constraints=tuple(named),
            if_exists=exists,
            detail="temporary" if of_session else "",
        )
    ]


def drop_table(node: Node, engine: Engine) -> list[Change]:
    """``dropTable``."""
    return [Change("drop-table", node.line, table_of(node))]


def rename_table(node: Node, engine: Engine) -> list[Change]:
    """``renameTable``."""
    schema = bare(node.get("schemaName"))
    old, new = bare(node.get("oldTableName")), bare(node.get("newTableName"))
    prefix = f"{schema}." if schema else ""
    return [Change("rename-table", node.line, f"{prefix}{old}", to=f"{prefix}{new}")]


def add_column(node: Node, engine: Engine) -> list[Change]:
    """``addColumn``. A ``value`` is written into all rows; NOT NULL then comes after that."""
    table = table_of(node)
    found: list[Change] = []
    later: list[Change] = []
    for item in node.all("column"):
        column = column_of(item, engine)
        if given_value(item):
            later.append(Change("update-rows", item.line, table, over=(column.name or "",)))
            if column.nullable is False and not column.primary_key:
                forbid = Alteration(nullable=False)
                later.append(Change(ALTER_COLUMN, item.line, table, column.name, alteration=forbid))
                column = replace(column, nullable=True)
        found.append(Change(ADD_COLUMN, item.line, table, column.name, column=column))
    return found + later


def drop_column(node: Node, engine: Engine) -> list[Change]:
    """``dropColumn``: one by name, or several inside."""
    names = [bare(node.get("columnName"))] if node.get("columnName") else []
    lines = [(name, node.line) for name in names]
    lines += [(bare(item.get("name")), item.line) for item in node.all("column")]
    return [Change("drop-column", line, table_of(node), name) for name, line in lines]


def rename_column(node: Node, engine: Engine) -> list[Change]:
    """``renameColumn``."""
    old, new = bare(node.get("oldColumnName")), bare(node.get("newColumnName"))
    return [Change("rename-column", node.line, table_of(node), old, new)]


def modify_data_type(node: Node, engine: Engine) -> list[Change]:
    """``modifyDataType``. MySQL's MODIFY states the whole column: what is not named is lost."""
    name, written = bare(node.get("columnName")), node.get("newDataType")
    kind = column_type_of(written, engine)
    table = table_of(node)
    if engine is Engine.MYSQL:
        words = " ".join(written.upper().split())
        default = Default.UNKNOWN if " DEFAULT " in words else Default.NONE
        column = Column(name, kind, not words.endswith(" NOT NULL"), default)
        return [Change(RESTATE_COLUMN, node.line, table, name, column=column)]
    alteration = Alteration(kind, unread=kind is None)
    return [Change(ALTER_COLUMN, node.line, table, name, alteration=alteration)]


def add_not_null(node: Node, engine: Engine) -> list[Change]:
    """``addNotNullConstraint``: ``defaultNullValue`` is written where there is none."""
    table, name = table_of(node), bare(node.get("columnName"))
    found = []
    if node.get("defaultNullValue") and node.get("defaultNullValue").lower() != "null":
        found.append(Change("update-rows", node.line, table, over=(name,), guarded=True))
    forbid = Alteration(nullable=False)
    return [*found, Change(ALTER_COLUMN, node.line, table, name, alteration=forbid)]


def drop_not_null(node: Node, engine: Engine) -> list[Change]:
    """``dropNotNullConstraint``."""
    allow = Alteration(nullable=True)
    name = bare(node.get("columnName"))
    return [Change(ALTER_COLUMN, node.line, table_of(node), name, alteration=allow)]


def add_default(node: Node, engine: Engine) -> list[Change]:
    """``addDefaultValue``."""
    default, _ = default_of(node, engine)
    unknown = default is Default.UNKNOWN
    alteration = Alteration(default=None if unknown else default, unread=unknown)
    name = bare(node.get("columnName"))
    return [Change(ALTER_COLUMN, node.line, table_of(node), name, alteration=alteration)]


def drop_default(node: Node, engine: Engine) -> list[Change]:
    """``dropDefaultValue``."""
    drop = Alteration(default=Default.NONE)
    return [Change(ALTER_COLUMN, node.line, table_of(node), bare(node.get("columnName")), alteration=drop)]


def add_auto_increment(node: Node, engine: Engine) -> list[Change]:
    """``addAutoIncrement``: PostgreSQL gets a sequence as default; MySQL's MODIFY states the whole column."""
    table, name = table_of(node), bare(node.get("columnName"))
    if engine is Engine.POSTGRES:
        alteration = Alteration(nullable=False, default=Default.VOLATILE)
        made = Change("create-object", node.line, name=f"{table}_{name}_seq")
        return [made, Change(ALTER_COLUMN, node.line, table, name, alteration=alteration)]
    return [Change(ALTER_COLUMN, node.line, table, name, alteration=Alteration(unread=True))]


def merge_columns(node: Node, engine: Engine) -> list[Change]:
    """``mergeColumns``: a new column, filled from two that are then dropped."""
    table, name = table_of(node), bare(node.get("finalColumnName"))
    column = Column(name, column_type_of(node.get("finalColumnType"), engine))
    old = [bare(node.get(key)) for key in ("column1Name", "column2Name")]
    return [
        Change(ADD_COLUMN, node.line, table, name, column=column),
        Change("update-rows", node.line, table, over=(name,)),
        *(Change("drop-column", node.line, table, each) for each in old if each != name),
    ]


def add_lookup_table(node: Node, engine: Engine) -> list[Change]:
    """``addLookupTable``: a table of a column's values, which the column then points to."""
    made, owner = _lookup(node, "new"), _lookup(node, "existing")
    key = bare(node.get("newColumnName"))
    column = Column(key, column_type_of(node.get("newColumnDataType"), engine), False, primary_key=True)
    points = bare(node.get("existingColumnName"))
    return [
        Change("create-table", node.line, made, columns=(column,)),
        Change("copy-rows", node.line, made, reads_tables=True),
        Change(
            "add-foreign-key",
            node.line,
            owner,
            bare(node.get("constraintName")) or None,
            over=(points,),
            refuses_null=False,
        ),
    ]


def _lookup(node: Node, prefix: str) -> str:
    schema, name = bare(node.get(f"{prefix}TableSchemaName")), bare(node.get(f"{prefix}TableName"))
    return f"{schema}.{name}" if schema else name


def remarks(node: Node, engine: Engine) -> list[Change]:
    """``setTableRemarks``, ``setColumnRemarks``: the latter states a column of MySQL anew."""
    name = bare(node.get("columnName"))
    if name and engine is Engine.MYSQL:
        return [Change(ALTER_COLUMN, node.line, table_of(node), name, alteration=Alteration(unread=True))]
    return [Change("comment", node.line, table_of(node), name or None)]


def names_inside(node: Node) -> tuple[str, ...]:
    """Columns by ``columnNames``, ``columnName`` or ``column`` elements."""
    written = node.get("columnNames") or node.get("columnName")
    return listed(written) or tuple(bare(item.get("name")) for item in node.all("column"))
