"""Knex's column types and defaults as the SQL that its dialects write.

Source: knex/knex, lib/schema/columncompiler.js and lib/dialects/{postgres,mysql,sqlite3}/schema/*-columncompiler.js.
"""

from __future__ import annotations

from runbook_tui.migrations.changes import Default
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.javascript.values import UNKNOWN, Call, Foreign, Text
from runbook_tui.migrations.sql.defaults import default_of_sql

COLUMN_METHODS = frozenset({
    "tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double", "real", "bit", "boolean",
    "serial", "date", "datetime", "timestamp", "time", "year", "geometry", "geography", "point", "char", "varchar",
    "tinytext", "tinyText", "text", "mediumtext", "mediumText", "longtext", "longText", "binary", "varbinary",
    "tinyblob", "tinyBlob", "mediumblob", "mediumBlob", "blob", "longblob", "longBlob", "enum", "set", "bool",
    "dateTime", "increments", "bigincrements", "bigIncrements", "integer", "biginteger", "bigInteger", "string",
    "json", "jsonb", "uuid", "enu", "specificType",
})  # fmt: skip
CHECKS = frozenset(
    {
        "check",
        "checkPositive",
        "checkNegative",
        "checkIn",
        "checkNotIn",
        "checkBetween",
        "checkLength",
        "checkRegex",
    }
)
_ALIASES = {
    "bool": "boolean",
    "int": "integer",
    "bigint": "biginteger",
    "enum": "enu",
    "varchar": "string",
    "real": "float",
}
_POSTGRES = {"binary": "bytea", "double": "double precision", "float": "real", "tinyint": "smallint"}
_NO_TEXT_DEFAULT = ("text", "blob")


def is_text(method: str) -> bool:
    """Whether Knex leaves out the default of a column of that type on MySQL."""
    return any(part in method.lower() for part in _NO_TEXT_DEFAULT)


def type_sql(method: str, call: Call, engine: Engine, *, unsigned: bool = False) -> str | None:
    """The SQL type of ``table.<method>(name, ...)``; None when an argument of it is not known."""
    name = _ALIASES.get(method.lower(), method.lower())
    first, second = call.get(1), call.get(2)
    if name == "specifictype":
        return str(first) if isinstance(first, str) else None
    if name in ("increments", "bigincrements"):
        big = name == "bigincrements"
        if engine is Engine.POSTGRES:
            return "bigserial" if big else "serial"
        integer = "bigint" if big else "int"
        return f"{integer} AUTO_INCREMENT" if engine is Engine.MYSQL else "integer"
    if name == "string":
        return _sized("varchar", 255 if first is None else first)
    if name == "decimal":
        if first is None and len(call.arguments) > 1:
            return "decimal"
        return _sized("decimal", 8 if first is None else first, 2 if second is None else second)
    if name == "enu":
        return _enum(first, call.get(2), engine)
    if name in ("datetime", "timestamp"):
        return _moment(name, first, engine)
    if name in ("char", "binary", "varbinary", "bit", "time"):
        known = {"binary": "bytea" if engine is Engine.POSTGRES else "blob"}.get(name, name)
        return _sized(known, first) if isinstance(first, int) and known not in ("bytea", "blob") else known
    if name == "text" and engine is Engine.MYSQL and isinstance(first, str):
        return first if first.endswith("text") else f"{first}text"
    if name == "uuid" and engine is not Engine.POSTGRES:
        return "char(36)"
    if name in ("json", "jsonb") and engine is Engine.MYSQL:
        return "json"
    plain = {"integer": "int", "biginteger": "bigint"}.get(name, name)
    plain = _POSTGRES.get(plain, plain) if engine is Engine.POSTGRES else plain
    return f"{plain} unsigned" if unsigned and engine is Engine.MYSQL else plain


def _sized(name: str, *sizes: object) -> str | None:
    if not all(isinstance(size, int | str) for size in sizes):
        return None
    return f"{name}({', '.join(map(str, sizes))})"


def _enum(values: object, options: object, engine: Engine) -> str | None:
    if engine is Engine.POSTGRES:
        if isinstance(options, dict) and options.get("useNative") is True:
            name = options.get("enumName")
            return f'"{name}"' if isinstance(name, str) else None
        return "text"
    if engine is Engine.SQLITE:
        return "text"
    items = [item for item in values if isinstance(item, str)] if isinstance(values, list) else []
    whole = isinstance(values, list) and len(items) == len(values) and bool(items)
    return (
        "enum({})".format(", ".join("'" + item.replace("'", "''") + "'" for item in items)) if whole else None
    )


def _moment(name: str, first: object, engine: Engine) -> str:
    if engine is not Engine.POSTGRES:
        return name
    without = first is True or (isinstance(first, dict) and first.get("useTz") is False)
    return "timestamp" if without else "timestamptz"


def default_of(value: object, engine: Engine) -> tuple[Default, str]:
    """What ``defaultTo(value)`` makes the database write, and the default as written."""
    from runbook_tui.migrations.javascript.queries import Raw

    if value is None:
        return Default.NONE, ""
    if isinstance(value, Raw):
        return (
            (default_of_sql(value.sql, engine), value.sql)
            if value.sql is not None
            else (Default.VOLATILE, "")
        )
    if isinstance(value, bool | int | float | str | list | dict):
        plain = value.replace("\n", " ") if isinstance(value, Text) else value
        return Default.CONSTANT, repr(plain)
    if isinstance(value, Foreign) and value.imported:
        return Default.UNKNOWN, value.path
    if value is UNKNOWN or isinstance(value, Foreign):
        return Default.UNKNOWN, ""
    return Default.VOLATILE, ""
