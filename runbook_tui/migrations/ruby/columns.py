"""Columns as migrations of Rails define them: types, options and defaults.

Source: rails/rails, ``ActiveRecord::ConnectionAdapters::TableDefinition`` and the ``NATIVE_DATABASE_TYPES`` of the
adapters; what older versions did otherwise is in ``ActiveRecord::Migration::Compatibility``.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterator
from dataclasses import replace

from runbook_tui.migrations.changes import Column, ColumnType, Default, Generated
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.following.values import UNKNOWN
from runbook_tui.migrations.ruby.values import Call, Constant, Lambda, root_of
from runbook_tui.migrations.sql.defaults import computed_default, default_of_sql
from runbook_tui.migrations.sql.types import column_of_type

Version = tuple[int, int]
"""Of Rails, as in ``ActiveRecord::Migration[7.1]``; (4, 2) when the file names none."""

_SERIAL = frozenset({"primary_key", "serial", "bigserial", "smallserial"})
_NAMES = {
    "numeric": "decimal",
    "int": "int",
    "binary": "blob",
    "character varying": "varchar",
}
TYPES = frozenset({
    "string", "text", "integer", "bigint", "float", "decimal", "numeric", "datetime", "timestamp", "time",
    "date", "binary", "blob", "boolean", "json", "jsonb", "uuid", "inet", "cidr", "macaddr", "hstore",
    "citext", "xml", "tsvector", "point", "line", "lseg", "box", "path", "polygon", "circle", "money",
    "interval", "bit", "bit_varying", "oid", "daterange", "int4range", "int8range", "numrange", "tsrange",
    "tstzrange", "ltree", "timestamptz", "enum", "serial", "bigserial", "smallserial", "primary_key",
    "virtual", "tinyint", "smallint", "mediumint", "tinytext", "mediumtext", "longtext", "tinyblob",
    "mediumblob", "longblob", "unsigned_integer", "unsigned_bigint", "unsigned_float", "unsigned_decimal",
    "geometry", "geography", "st_point", "vector", "halfvec", "int", "smallmoney",
})  # fmt: skip
"""Names that may be called on the table of a block: ``t.string :name``."""
_AT_ONCE = frozenset(
    {"now", "current", "today", "yesterday", "tomorrow", "ago", "uuid", "hex", "to_json", "utc"}
)


def column_of(name: str | None, kind: object, call: Call, engine: Engine) -> Column:
    """The column of ``add_column :table, :name, :kind, ...`` and its like. What is not written out is None."""
    nullable = call.flag("null", otherwise=True)
    default, text = default_of(call.get("default"), kind, engine)
    references = None
    generated = Generated.NO
    if kind in _SERIAL or call.flag("auto_increment"):
        generated, nullable = Generated.IDENTITY, False
    elif kind == "virtual" or call.options.get("as") is not None:
        generated = Generated.VIRTUAL if call.flag("stored") is False else Generated.STORED
        kind = call.options.get("type", kind)
    if call.flag("primary_key"):
        nullable = False
    if isinstance(kind, str) and " " in kind:  # SQL, which may say more than a type
        written = column_of_type(kind, engine)
        if written is None:
            return Column(name, None, None)
        if replace(written, name=None, type=None) != Column(None):
            return replace(written, name=name, nullable=written.nullable and nullable)
    return Column(
        name,
        type_of(kind, call, engine),
        nullable,
        default,
        text,
        generated=generated,
        primary_key=kind == "primary_key" or call.flag("primary_key") is True,
        references=references,
    )


def type_of(kind: object, call: Call, engine: Engine) -> ColumnType | None:
    """A type with its options in the words of the SQL reader; None when it is not written out."""
    if not isinstance(kind, str):
        return None
    sizes = [call.options.get(option) for option in ("limit", "precision", "scale")]
    if any(size is not None and not isinstance(size, int) for size in sizes) or call.partial:
        return ColumnType(f"{kind}#{call.line}.{id(call)}")  # equal to no other
    limit, precision, scale = (size if isinstance(size, int) else None for size in sizes)
    suffix = "[]" if call.flag("array") else ""
    if kind == "string":
        limit = limit or (255 if engine is Engine.MYSQL else None)
        return ColumnType(f"varchar{suffix}", (limit,) if limit else ())
    if kind == "integer":
        return ColumnType(_integer(limit, engine) + suffix)
    if kind in ("decimal", "numeric"):
        sizes_given = (precision,) if scale is None else (precision or 0, scale)
        return ColumnType(f"decimal{suffix}", tuple(size for size in sizes_given if size is not None))
    if kind == "enum" and call.named("enum_type"):
        return ColumnType(str(call.named("enum_type")) + suffix)
    if kind == "text" and engine is Engine.MYSQL:
        return ColumnType(_mysql_text(limit, call.named("size")))
    arguments = tuple(size for size in (limit, precision, scale) if size is not None)
    name = "timestamp" if kind == "datetime" and engine is Engine.POSTGRES else kind.lower()
    return ColumnType(_NAMES.get(name, name) + suffix, arguments)


def _integer(limit: int | None, engine: Engine) -> str:
    if limit is None or limit == 4:
        return "int"
    if limit > 4:
        return "bigint"
    if engine is Engine.MYSQL:
        return {1: "tinyint", 2: "smallint", 3: "mediumint"}.get(limit, "int")
    return "smallint" if limit <= 2 else "int"


def _mysql_text(limit: int | None, size: str | None) -> str:
    if size is not None:
        return f"{size}text" if size in ("tiny", "medium", "long") else "text"
    if limit is None or 0xFF < limit <= 0xFFFF:
        return "text"
    return "tinytext" if limit <= 0xFF else "mediumtext" if limit <= 0xFFFFFF else "longtext"


def default_of(value: object, kind: object, engine: Engine) -> tuple[Default, str]:
    """What a ``default:`` makes the database write, and the default as written."""
    if value is None:
        return Default.NONE, ""
    if isinstance(value, Lambda):
        text = value.value
        return computed_default(text if isinstance(text, str) else None, engine)
    if kind == "uuid" and isinstance(value, str) and "()" in value:
        return default_of_sql(value, engine), value  # the one string that Rails does not quote
    if isinstance(value, str | int | float | list | dict):
        return Default.CONSTANT, reprlib.repr(value)
    if isinstance(value, Call) and value.name in _AT_ONCE and isinstance(root_of(value), Constant | int):
        return Default.CONSTANT, ""  # worked out once, when the migration runs
    return Default.UNKNOWN, ""


def references_of(call: Call, name: str | None, engine: Engine, version: Version) -> Iterator[Column]:
    """The columns of ``add_reference`` and ``t.references``: the id, and the type of a polymorphic one."""
    default_kind = "bigint" if version >= (5, 1) and engine is not Engine.SQLITE else "integer"
    polymorphic = call.get("polymorphic")
    options = {
        key: value
        for key, value in call.options.items()
        if key not in ("index", "foreign_key", "polymorphic", "type", "primary_key")
    }
    own = Call(call.receiver, call.name, call.arguments, options, call.line, None, call.partial)
    yield column_of(f"{name}_id" if name else None, call.options.get("type", default_kind), own, engine)
    if polymorphic not in (None, False):
        given = polymorphic if isinstance(polymorphic, dict) else {}
        both = {key: options[key] for key in ("null",) if key in options} | given
        kind = Call(
            call.receiver, call.name, (), both, call.line, None, call.partial or polymorphic is UNKNOWN
        )
        yield column_of(f"{name}_type" if name else None, "string", kind, engine)


def timestamps_of(call: Call, engine: Engine, version: Version) -> Iterator[Column]:
    """``created_at`` and ``updated_at``: since Rails 5 they are NOT NULL, and have no default."""
    options = {"null": version < (5, 0)} | dict(call.options)
    own = Call(call.receiver, call.name, (), options, call.line, None, call.partial)
    for name in ("created_at", "updated_at"):
        yield column_of(name, "datetime", own, engine)
