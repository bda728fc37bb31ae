"""Columns as changelogs define them: name, type, default and constraints."""

from __future__ import annotations

import re
from functools import lru_cache

from runbook_tui.migrations.changes import Column, ColumnType, Default, Generated
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.liquibase.nodes import Node
from runbook_tui.migrations.sql.defaults import default_of_sql

_SERIAL = frozenset({"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"})
_INTEGERS = frozenset({"tinyint", "smallint", "mediumint", "int", "integer", "bigint"})
_SAME = {
    "varchar2": "varchar",
    "nvarchar": "varchar",
    "nvarchar2": "varchar",
    "number": "decimal",
    "currency": "decimal",
}
_LARGE_TEXT = frozenset({"clob", "nclob", "longvarchar", "longnvarchar"})
_TYPE = re.compile(r"^([A-Za-z0-9_.${}]+)\s*(\(.*)?", re.DOTALL)
_NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?$")
_DATE = re.compile(r"^\d{4}-\d\d-\d\d([T ][0-9:.]+)?$|^\d\d:\d\d(:\d\d)?$")


def bare(name: str) -> str:
    """A name without quotes; Liquibase adds its own."""
    return name.strip().strip('`"[]')


def table_of(node: Node, prefix: str = "") -> str | None:
    """``schema.table`` of ``tableName`` and ``schemaName``, or of those with a prefix (``baseTableName``)."""
    keys = (f"{prefix}TableName", f"{prefix}TableSchemaName") if prefix else ("tableName", "schemaName")
    name, schema = bare(node.get(keys[0])), bare(node.get(keys[1]))
    return f"{schema}.{name}" if schema and name else name or None


def listed(text: str) -> tuple[str, ...]:
    """Names with commas between them."""
    return tuple(bare(name) for name in text.split(",") if bare(name))


@lru_cache(maxsize=4096)
def column_type_of(text: str, engine: Engine) -> ColumnType | None:
    """A type as Liquibase gives it to the engine, as far as the names differ; None when nothing is written."""
    text = text.strip().removeprefix("java.sql.Types.")
    found = _TYPE.match(text)
    if found is None:
        return None
    name = _SAME.get(found[1].lower(), found[1].lower())
    if name in _LARGE_TEXT:
        return ColumnType("longtext" if engine is Engine.MYSQL else "text")
    if name in _INTEGERS:
        return ColumnType("int" if name == "integer" else name)
    if engine is Engine.POSTGRES and name in ("datetime", "timestamp"):
        name, text = "timestamp", text.replace("(6)", "")  # the precision that it has anyway
    return _parsed(name + text[len(found[1]) :], engine) or ColumnType(" ".join(text.lower().split()))


def _parsed(text: str, engine: Engine) -> ColumnType | None:
    from sqlglot import exp

    from runbook_tui.migrations.sql.columns import column_type

    try:
        return column_type(exp.DataType.build(text, dialect=engine.value))
    except Exception:  # a type of an extension, or no type at all: compared as it is written
        return None


def column_of(node: Node, engine: Engine) -> Column:
    """One ``column``. A flag that is only known when the tool runs leaves that part unknown."""
    rules = node.child("constraints") or Node("constraints", node.line)
    written = node.get("type")
    kind = column_type_of(written, engine)
    default, text = default_of(node, engine)
    generated = _generated(node, written)
    refused, primary = rules.flag("nullable", default=True), rules.flag("primaryKey")
    if node.flag("autoIncrement") is None and default is Default.NONE:
        default = Default.UNKNOWN
    not_null = " ".join(written.upper().split()).endswith(" NOT NULL")
    nullable = None if refused is None or primary is None else refused and not primary and not not_null
    return Column(
        bare(node.get("name")) or None,
        kind,
        nullable and not (kind is not None and kind.name in _SERIAL),
        default,
        text,
        generated,
        unique=rules.flag("unique") is not False,
        primary_key=primary is not False,
        references=_references(rules),
        check=bool(rules.get("checkConstraint")),
    )


def _generated(node: Node, written: str) -> Generated:
    plain = written.strip().lower()
    if node.flag("autoIncrement") or plain in _SERIAL or " auto_increment" in f" {plain}":
        return Generated.IDENTITY
    if "generated always as" in plain or node.flag("computed"):
        return Generated.IDENTITY if "identity" in plain else Generated.STORED
    return Generated.NO


def _references(rules: Node) -> str | None:
    written = rules.get("referencedTableName") or rules.get("references").partition("(")[0]
    return bare(written) or None


def default_of(node: Node, engine: Engine) -> tuple[Default, str]:
    """What ``defaultValue`` and its like write, and the text of it; unknown with a property that nobody defines."""
    default, text = _default_of(node, engine)
    return (Default.UNKNOWN, text) if "${" in text else (default, text)


def _default_of(node: Node, engine: Engine) -> tuple[Default, str]:
    plain = _first(node, "defaultValue", "defaultValueBoolean")
    if plain is not None:
        return (Default.NONE, "") if plain.strip().lower() == "null" else (Default.CONSTANT, plain)
    number = _first(node, "defaultValueNumeric")
    if number is not None:
        return (Default.CONSTANT if _NUMBER.match(number.strip()) else default_of_sql(number, engine)), number
    date = _first(node, "defaultValueDate")
    if date is not None:
        return (Default.CONSTANT if _DATE.match(date.strip()) else default_of_sql(date, engine)), date
    computed = _first(node, "defaultValueComputed")
    if computed is not None:
        return default_of_sql(computed, engine), computed
    sequence = _first(node, "defaultValueSequenceNext")
    return (Default.VOLATILE, f"nextval {sequence}") if sequence is not None else (Default.NONE, "")


def _first(node: Node, *names: str) -> str | None:
    return next((node.get(name) for name in names if name in node.attributes or node.get(name)), None)


def given_value(node: Node) -> bool:
    """Whether rows that are there are given a value (``value``, ``valueNumeric``, ``valueComputed``, ...)."""
    return any(
        name.startswith("value") for name in (*node.attributes, *(child.name for child in node.children))
    )
