"""Django's model fields as the columns that they make."""

from __future__ import annotations

from dataclasses import dataclass

from runbook_tui.migrations.changes import Column, ColumnType, Default, Generated
from runbook_tui.migrations.following.values import Unknown
from runbook_tui.migrations.python.values import Arguments, Call, Member, Symbol, path_of, text_of

_TYPES = {
    "CharField": "varchar",
    "TextField": "text",
    "IntegerField": "int",
    "PositiveIntegerField": "int",
    "SmallIntegerField": "smallint",
    "PositiveSmallIntegerField": "smallint",
    "BigIntegerField": "bigint",
    "PositiveBigIntegerField": "bigint",
    "AutoField": "int",
    "SmallAutoField": "smallint",
    "BigAutoField": "bigint",
    "BooleanField": "boolean",
    "NullBooleanField": "boolean",
    "DecimalField": "decimal",
}
_LENGTHS = {
    "SlugField": 50,
    "EmailField": 254,
    "URLField": 200,
    "FileField": 100,
    "ImageField": 100,
    "FilePathField": 100,
}
"""Fields that are a varchar of this length unless they say otherwise."""
_RELATIONS = frozenset({"ForeignKey", "OneToOneField"})
_PYTHON_ONLY = frozenset({
    "auto_now", "auto_now_add", "blank", "choices", "db_comment", "default", "editable", "error_messages",
    "help_text", "limit_choices_to", "on_delete", "parent_link", "related_name", "related_query_name", "serialize",
    "storage", "swappable", "unique_for_date", "unique_for_month", "unique_for_year", "upload_to", "validators",
    "verbose_name",
})  # fmt: skip
"""Arguments that the database never sees. ``default`` is one: Django drops it right after the column is added."""
_COLUMN_ARGUMENTS = frozenset({
    "db_column", "db_constraint", "db_default", "db_index", "db_tablespace", "decimal_places", "max_digits",
    "max_length", "null", "primary_key", "to", "unique",
})  # fmt: skip
"""Arguments that have a place of their own in :class:`Column`."""


@dataclass(frozen=True, slots=True)
class ModelField:
    """One field of a model: its column, or the table that joins two models."""

    kind: str
    column: Column | None
    """None for a many-to-many field, and for one that has no column at all."""
    joins: bool = False
    """Many-to-many with a table of its own."""
    explicit_column: bool = False
    signature: str = ""
    """What a many-to-many field says, to see that it changed."""

    @property
    def has_nothing(self) -> bool:
        """Whether the database has nothing for it."""
        return self.column is None and not self.joins


def model_field(name: str, value: object, app: str) -> ModelField | None:
    """A field such as ``models.CharField(max_length=3)``; None when it is not written out."""
    if not isinstance(value, Call):
        return None
    kind = value.path.rpartition(".")[2]
    arguments = Arguments(value)
    if kind == "ManyToManyField":
        through = arguments.get("through")
        signature = f"{_target(value, arguments, app)} {_signature(value, frozenset({'to'}))}"
        return ModelField(kind, None, joins=through is None, signature=signature)
    if kind in ("GenericForeignKey", "GenericRelation"):
        return ModelField(kind, None)
    explicit = arguments.text("db_column")
    column_name = explicit or (f"{name}_id" if kind in _RELATIONS else name)
    return ModelField(
        kind, _column(column_name, kind, value, arguments, app), explicit_column=explicit is not None
    )


def _column(name: str, kind: str, value: Call, arguments: Arguments, app: str) -> Column:
    primary_key = arguments.flag("primary_key") is True
    default, text = db_default(arguments.get("db_default"), given="db_default" in arguments)
    nullable = True if kind == "NullBooleanField" else arguments.flag("null")
    related = kind in _RELATIONS
    unique = arguments.flag("unique") is True or kind == "OneToOneField"
    indexed = arguments.flag("db_index", otherwise=related or kind == "SlugField") is True and not unique
    constrained = related and arguments.flag("db_constraint", otherwise=True) is not False
    return Column(
        name,
        _type(kind, value, arguments),
        False if primary_key else nullable,
        default,
        text,
        generated=_generated(kind, arguments),
        unique=unique,
        primary_key=primary_key,
        indexed=indexed,
        references=_target(value, arguments, app) if constrained else None,
        check=kind.startswith("Positive"),
        check_refuses_null=False,
        fills_existing="default" in arguments,
    )


def _type(kind: str, value: Call, arguments: Arguments) -> ColumnType:
    """The column's type. What is special about it stands in its name, so that it is like no other."""
    if kind in _RELATIONS:
        return ColumnType("key of the related model")
    special = _signature(value, _COLUMN_ARGUMENTS)
    name, sizes = _TYPES.get(kind, kind), []
    if kind in _LENGTHS or kind == "CharField":
        name, sizes = "varchar", [arguments.get("max_length", _LENGTHS.get(kind))]
    elif kind == "DecimalField":
        sizes = [arguments.get("max_digits"), arguments.get("decimal_places")]
    known = tuple(size for size in sizes if isinstance(size, int))
    if len(known) != len(sizes) and sizes != [None]:
        special = f"{special} {shown_value(sizes)}".strip()
    return ColumnType(f"{name} {special}".strip(), known)


def _signature(value: Call, apart_from: frozenset[str]) -> str:
    """The arguments that the database may see, in a form that can be compared."""
    ignored = _PYTHON_ONLY | apart_from
    shown = [
        f"{name}={shown_value(value.keywords[name])}"
        for name in sorted(value.keywords)
        if name not in ignored
    ]
    return ", ".join(shown) + (", ..." if value.partial else "")


def shown_value(value: object) -> str:
    """A value as text; two that look the same are the same, as far as the file tells."""
    if isinstance(value, Call):
        inner = [shown_value(item) for item in value.arguments]
        inner += [f"{name}={shown_value(item)}" for name, item in sorted(value.keywords.items())]
        return f"{value.path}({', '.join(inner)})"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(shown_value, value))}]"
    if isinstance(value, Symbol | Member):
        return path_of(value)
    return "?" if isinstance(value, Unknown) else repr(value)


def db_default(value: object, *, given: bool) -> tuple[Default, str]:
    """What ``db_default`` (Django 5) makes the database write."""
    last = path_of(value).removesuffix("()").rpartition(".")[2]
    plain = value.arguments[0] if isinstance(value, Call) and value.arguments and last == "Value" else value
    if not given or plain is None or last == "NOT_PROVIDED":
        return Default.NONE, ""
    if isinstance(value, Unknown):
        return Default.UNKNOWN, ""
    if isinstance(value, Call) and last not in ("Value", "Now"):
        return Default.VOLATILE, shown_value(value)
    return Default.CONSTANT, shown_value(value)


def _generated(kind: str, arguments: Arguments) -> Generated:
    if kind.endswith("AutoField"):
        return Generated.IDENTITY
    if kind == "GeneratedField":
        return Generated.STORED if arguments.flag("db_persist") is not False else Generated.VIRTUAL
    return Generated.NO


def _target(value: Call, arguments: Arguments, app: str) -> str:
    """The related model as ``app.model`` in lower case."""
    to = arguments.get("to") if "to" in arguments else value.arguments[0] if value.arguments else None
    text = text_of(to)
    if text is None:
        return shown_value(to)
    return (text if "." in text else f"{app}.{text}").lower()
