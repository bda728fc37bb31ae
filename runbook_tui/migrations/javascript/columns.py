"""Knex's column types and defaults as the SQL that its dialects write.

Source: knex/knex, lib/schema/columncompiler.js and lib/dialects/{postgres,mysql,sqlite3}/schema/*-columncompiler.js.
"""

from __future__ import annotations

from collections.abc import Callable

from runbook_tui.migrations.changes import Default
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.following.values import UNKNOWN, Text
from runbook_tui.migrations.javascript.queries import Raw
from runbook_tui.migrations.javascript.values import Call, Foreign
from runbook_tui.migrations.sql.defaults import computed_default

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
_PLAIN = {
    Engine.POSTGRES: {
        "integer": "int",
        "biginteger": "bigint",
        "binary": "bytea",
        "double": "double precision",
        "float": "real",
        "tinyint": "smallint",
    },
    Engine.MYSQL: {
        "integer": "int",
        "biginteger": "bigint",
        "binary": "blob",
        "uuid": "char(36)",
        "jsonb": "json",
    },
    Engine.SQLITE: {"biginteger": "bigint", "binary": "blob", "uuid": "char(36)"},
}
_NO_TEXT_DEFAULT = ("text", "blob")


def is_text(method: str) -> bool:
    """Whether Knex leaves out the default of a column of that type on MySQL."""
    return any(part in method.lower() for part in _NO_TEXT_DEFAULT)


def type_sql(method: str, call: Call, engine: Engine, *, unsigned: bool = False) -> str | None:
    """The SQL type of ``table.<method>(name, ...)``; None when an argument of it is not known."""
    name = _ALIASES.get(method.lower(), method.lower())
    made = _MADE.get(name)
    if made is not None:
        return made(name, call, engine)
    plain = _PLAIN[engine].get(name, name)
    return f"{plain} unsigned" if unsigned and engine is Engine.MYSQL else plain


def _specific(name: str, call: Call, engine: Engine) -> str | None:
    written = call.get(1)
    return str(written) if isinstance(written, str) else None


def _counted(name: str, call: Call, engine: Engine) -> str | None:
    big = name == "bigincrements"
    if engine is Engine.POSTGRES:
        return "bigserial" if big else "serial"
    return f"{'bigint' if big else 'int'} AUTO_INCREMENT" if engine is Engine.MYSQL else "integer"


def _string(name: str, call: Call, engine: Engine) -> str | None:
    size = call.get(1)
    return _sized("varchar", 255 if size is None else size)


def _decimal(name: str, call: Call, engine: Engine) -> str | None:
    precision, scale = call.get(1), call.get(2)
    if precision is None and len(call.arguments) > 1:
        return "decimal"
    return _sized("decimal", 8 if precision is None else precision, 2 if scale is None else scale)


def _measured(name: str, call: Call, engine: Engine) -> str | None:
    size = call.get(1)
    plain = _PLAIN[engine].get(name, name)
    return _sized(plain, size) if isinstance(size, int) and plain == name else plain


def _text(name: str, call: Call, engine: Engine) -> str | None:
    size = call.get(1)
    if engine is not Engine.MYSQL or not isinstance(size, str):
        return "text"
    return size if size.endswith("text") else f"{size}text"


def _sized(name: str, *sizes: object) -> str | None:
    if not all(isinstance(size, int | str) for size in sizes):
        return None
    return f"{name}({', '.join(map(str, sizes))})"


def _enum(name: str, call: Call, engine: Engine) -> str | None:
    values, options = call.get(1), call.get(2)
    if engine is Engine.POSTGRES and isinstance(options, dict) and options.get("useNative") is True:
        kind = options.get("enumName")
        return f'"{kind}"' if isinstance(kind, str) else None
    if engine is not Engine.MYSQL:
        return "text"
    items = values if isinstance(values, list) else []
    if not items or not all(isinstance(item, str) for item in items):
        return None
    quoted = ("'" + str(item).replace("'", "''") + "'" for item in items)
    return f"enum({', '.join(quoted)})"


def _moment(name: str, call: Call, engine: Engine) -> str | None:
    first = call.get(1)
    if engine is not Engine.POSTGRES:
        return name
    without = first is True or (isinstance(first, dict) and first.get("useTz") is False)
    return "timestamp" if without else "timestamptz"


_MADE: dict[str, Callable[[str, Call, Engine], str | None]] = {
    "specifictype": _specific,
    "increments": _counted,
    "bigincrements": _counted,
    "string": _string,
    "decimal": _decimal,
    "enu": _enum,
    "datetime": _moment,
    "timestamp": _moment,
    "text": _text,
    **dict.fromkeys(("char", "binary", "varbinary", "bit", "time"), _measured),
}


def default_of(value: object, engine: Engine) -> tuple[Default, str]:
    """What ``defaultTo(value)`` makes the database write, and the default as written."""
    if value is None:
        return Default.NONE, ""
    if isinstance(value, Raw):
        return computed_default(value.sql, engine)
    if isinstance(value, bool | int | float | str | list | dict):
        plain = value.replace("\n", " ") if isinstance(value, Text) else value
        return Default.CONSTANT, repr(plain)
    if isinstance(value, Foreign) and value.imported:
        return Default.UNKNOWN, value.path
    if value is UNKNOWN or isinstance(value, Foreign):
        return Default.UNKNOWN, ""
    return Default.VOLATILE, ""
