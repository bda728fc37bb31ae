"""SQLAlchemy's columns and types as they are written in Alembic revisions."""

from __future__ import annotations

from runbook_tui.migrations.changes import Column, ColumnType, Default, Generated
from runbook_tui.migrations.engine import Engine
from runbook_tui.migrations.following.values import Unknown
from runbook_tui.migrations.python.values import Arguments, Call, Symbol, path_of, text_of
from runbook_tui.migrations.sql.defaults import default_of_sql

_NAMES = {
    "string": "varchar",
    "unicode": "varchar",
    "varchar": "varchar",
    "nvarchar": "varchar",
    "autostring": "varchar",
    "text": "text",
    "unicodetext": "text",
    "integer": "int",
    "int": "int",
    "biginteger": "bigint",
    "bigint": "bigint",
    "smallinteger": "smallint",
    "smallint": "smallint",
    "numeric": "decimal",
    "decimal": "decimal",
    "enum": "enum",
    "boolean": "boolean",
    "datetime": "datetime",
}
"""SQLAlchemy's type to the name that the SQL reader gives the same type."""
_SIZES = frozenset({"length", "precision", "scale"})
_COLUMNS = (".Column", ".column")
_STABLE_FUNCTIONS = frozenset({"now", "current_timestamp", "current_date", "localtimestamp"})


def is_column(value: object) -> bool:
    """Whether a value is a column definition."""
    return isinstance(value, Call) and value.path.endswith(_COLUMNS)


def type_of(value: object) -> ColumnType | None:
    """A type such as ``sa.String(50)`` or ``sa.Integer``; None when it is not written out."""
    if isinstance(value, Symbol):
        return _named(value.name, ())
    if isinstance(value, Call) and not value.partial:
        name = value.path
        given = [*value.arguments, *(value.keywords[key] for key in sorted(value.keywords) if key in _SIZES)]
        if not all(isinstance(item, int | str) for item in given):
            return ColumnType(f"{name}#{id(value)}")  # equal to no other
        arguments = tuple(item for item in given if isinstance(item, int | str))
        if value.keywords.get("timezone") is True:
            return ColumnType("timestamptz", arguments)
        return _named(name, arguments)
    return None


def _named(name: str, arguments: tuple[int | str, ...]) -> ColumnType:
    module, _, last = name.lower().rpartition(".")
    if last == "json" and not module.startswith("sqlalchemy"):  # a project's own is jsonb as often as not
        return ColumnType(name.lower(), arguments)
    return ColumnType(_NAMES.get(last, last), arguments)


def column_of(value: object, engine: Engine) -> Column:
    """A ``sa.Column(...)``. What is not written out is None, or ``Default.UNKNOWN``."""
    if not isinstance(value, Call):
        return Column(None, None, None, Default.UNKNOWN)
    positional = list(value.arguments)
    name = text_of(positional.pop(0)) if positional and text_of(positional[0]) is not None else None
    arguments = Arguments(value)
    name = name or arguments.text("name")
    extras = [item for item in positional if isinstance(item, Call) and _is_extra(item)]
    types = [item for item in positional if item not in extras]
    primary_key = arguments.flag("primary_key")
    nullable = False if primary_key else arguments.flag("nullable", otherwise=True)
    default, text = server_default(arguments.get("server_default"), engine)
    return Column(
        name,
        type_of(types[0] if types else arguments.get("type_")),
        nullable,
        default,
        text,
        generated=_generated(extras, arguments.get("server_default")),
        unique=arguments.flag("unique") is True,
        primary_key=primary_key is True,
        indexed=arguments.flag("index") is True,
        references=_references(extras),
        check=any(item.path.endswith(".CheckConstraint") for item in extras),
    )


def _is_extra(item: Call) -> bool:
    return item.path.endswith(
        (".ForeignKey", ".Identity", ".Computed", ".CheckConstraint", ".Sequence", ".FetchedValue")
    )


def _references(extras: list[Call]) -> str | None:
    for item in extras:
        if item.path.endswith(".ForeignKey"):
            target = text_of(item.arguments[0]) if item.arguments else None
            return target.rpartition(".")[0] if target else ""
    return None


def _generated(extras: list[Call], default: object) -> Generated:
    found = [*extras, *([default] if isinstance(default, Call) else [])]
    for item in found:
        if item.path.endswith((".Identity", ".Sequence")):
            return Generated.IDENTITY
        if item.path.endswith(".Computed"):
            virtual = item.keywords.get("persisted") is False
            return Generated.VIRTUAL if virtual else Generated.STORED
    return Generated.NO


def server_default(value: object, engine: Engine) -> tuple[Default, str]:
    """What a ``server_default`` makes the database write, and the default as written."""
    if value is None or value is False:
        return Default.NONE, ""
    if isinstance(value, Unknown):
        return Default.UNKNOWN, ""
    if isinstance(value, str):
        return Default.CONSTANT, repr(str(value))
    path = path_of(value)
    if isinstance(value, Call) and path.endswith((".text()", ".literal_column()", ".literal()")):
        text = text_of(value.arguments[0]) if value.arguments else None
        return (default_of_sql(text, engine), text) if text is not None else (Default.VOLATILE, "")
    last = path.removesuffix("()").rpartition(".")[2].lower()
    if last in ("true", "false"):
        return Default.CONSTANT, last
    if last == "null":
        return Default.NONE, ""
    if last in _STABLE_FUNCTIONS:
        return Default.VOLATILE if engine is Engine.SQLITE else Default.CONSTANT, last
    # an imported name may stand for any value, also for None
    return (Default.VOLATILE if isinstance(value, Call) else Default.UNKNOWN), path


def column_names(value: object) -> tuple[str, ...]:
    """The names in a list of columns; those that are expressions or not known are left out."""
    items = list(value) if isinstance(value, list | tuple) else []
    return tuple(text for text in map(text_of, items) if text is not None)
