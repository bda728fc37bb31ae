"""SQL that is proposed to people: names and types as one engine writes them."""

from __future__ import annotations

import re

from runbook_tui.migrations.changes import ColumnType
from runbook_tui.migrations.engine import Engine

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_RESERVED = frozenset({
    "all", "analyze", "and", "as", "asc", "between", "by", "case", "check", "column", "condition", "constraint",
    "create", "cross", "current_date", "current_user", "default", "delete", "desc", "distinct", "do", "drop", "else",
    "end", "except", "exists", "false", "fetch", "for", "foreign", "from", "function", "grant", "group", "groups",
    "having", "in", "index", "inner", "insert", "interval", "into", "is", "join", "key", "keys", "lead", "left", "like",
    "limit", "lock", "match", "not", "null", "of", "offset", "on", "option", "or", "order", "outer", "primary", "range",
    "rank", "read", "references", "release", "rename", "replace", "right", "row", "rows", "select", "session_user",
    "set", "some", "system", "table", "then", "to", "transaction", "trigger", "true", "union", "unique", "update",
    "usage", "user", "using", "values", "when", "where", "window", "with", "write",
})  # fmt: skip
"""Words that one of the engines does not take as a name without quotes."""
_LONGEST = 63
"""Bytes of a PostgreSQL name."""


def quoted(name: str, engine: Engine) -> str:
    """A possibly dotted name, each part in quotes where it needs them."""
    return ".".join(_quoted(part, engine) for part in name.split("."))


def _quoted(name: str, engine: Engine) -> str:
    if _PLAIN.fullmatch(name) and name not in _RESERVED:
        return name
    mark = "`" if engine is Engine.MYSQL else '"'
    return mark + name.replace(mark, mark * 2) + mark


def literal(text: str) -> str:
    """A string in SQL."""
    return "'" + text.replace("'", "''") + "'"


def constraint_name(table: str, column: str, suffix: str) -> str:
    """A name for a new constraint of a column."""
    own = f"_{suffix}"
    return f"{table.rpartition('.')[2]}_{column}"[: _LONGEST - len(own)] + own


def type_sql(column_type: ColumnType | None, engine: Engine) -> str | None:
    """A built-in type as the engine writes it; None for one that is not known by its name."""
    if column_type is None or not re.fullmatch(r"[a-z][a-z0-9 ]*", column_type.name):
        return None
    texts = any(isinstance(argument, str) for argument in column_type.arguments)
    if texts and (column_type.name != "enum" or engine is not Engine.MYSQL):
        return None
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    parts = [literal(part) if isinstance(part, str) else str(part) for part in column_type.arguments]
    text = f"{column_type.name}({', '.join(parts)})" if parts else column_type.name
    try:
        return exp.DataType.build(text).sql(dialect=engine.value).lower() if not texts else text
    except (SqlglotError, ValueError):
        return None
