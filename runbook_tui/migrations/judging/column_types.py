"""Whether a new column type takes everything that the old one took."""

from __future__ import annotations

from enum import StrEnum

from runbook_tui.migrations.changes import ColumnType
from runbook_tui.migrations.engine import Engine


class TypeChange(StrEnum):
    """What a change of type means for stored values and for the table."""

    SAME = "same"
    WIDER = "wider"
    """Takes more than before, and the table is left as it is."""
    WIDER_REWRITE = "wider-rewrite"
    """Takes more than before, and the table is copied."""
    ENUM_APPEND = "enum-append"
    ENUM_INSERT = "enum-insert"
    """New enum values that do not stand at the end: the table is copied."""
    ENUM_REMOVE = "enum-remove"
    INCOMPATIBLE = "incompatible"


_INTEGERS = ("tinyint", "smallint", "mediumint", "int", "bigint")
_TIMES = frozenset({"timestamp", "timestamptz", "time", "timetz", "interval"})
_UNBOUNDED = frozenset({ColumnType("text"), ColumnType("varchar")})


def compare_types(old: ColumnType | None, new: ColumnType, engine: Engine) -> TypeChange:
    """How ``new`` relates to ``old``; an unknown old type is incompatible.

    PostgreSQL rewrites no table for a longer varchar or varbit, text, a numeric of higher precision and the same
    scale, a timestamp, time or interval of more digits or of all, or inet from cidr; tests/locks proves each.
    InnoDB keeps a varchar in place only while its length takes the same number of bytes (one up to 255 bytes), and
    copies the table for other types: MySQL 8.4 manual, "Online DDL Operations". SQLite has no ALTER TYPE.
    """
    if old is None:
        return TypeChange.INCOMPATIBLE
    if old == new:
        return TypeChange.SAME
    if old.name == new.name == "enum" and engine is Engine.MYSQL:
        return _compare_enums(old.arguments, new.arguments)
    if not _takes_more(old, new, engine):
        return TypeChange.INCOMPATIBLE
    return TypeChange.WIDER if _in_place(old, new, engine) else TypeChange.WIDER_REWRITE


def _compare_enums(old: tuple[int | str, ...], new: tuple[int | str, ...]) -> TypeChange:
    if new[: len(old)] == old:
        return TypeChange.ENUM_APPEND
    return TypeChange.ENUM_INSERT if set(old) <= set(new) else TypeChange.ENUM_REMOVE


def _takes_more(old: ColumnType, new: ColumnType, engine: Engine) -> bool:
    if old.name == new.name and old.name in ("varchar", "varbit"):
        return not new.arguments or (bool(old.arguments) and _first(old) <= _first(new))
    if old.name in ("varchar", "text") and new in _UNBOUNDED:
        return True
    if old.name == new.name == "decimal":
        return not new.arguments or (
            bool(old.arguments) and _first(old) <= _first(new) and _scale(old) == _scale(new)
        )
    if engine is Engine.POSTGRES and old.name in _TIMES:
        return old.name == new.name and _fraction(old) <= _fraction(new)
    if engine is Engine.POSTGRES and (old.name, new.name) == ("cidr", "inet"):
        return True
    # one integer type of up to eight bytes in SQLite; elsewhere a wider one rewrites the table under full lock
    return engine is Engine.SQLITE and old.name in _INTEGERS and _rank(old) < _rank(new)


def _in_place(old: ColumnType, new: ColumnType, engine: Engine) -> bool:
    if engine is Engine.POSTGRES:
        return True
    if engine is Engine.MYSQL and old.name == new.name == "varchar" and old.arguments and new.arguments:
        # up to 63 characters are below 256 bytes in every character set, 256 and more are above in every one
        return _first(new) <= 63 or _first(old) >= 256
    return False


def _first(column_type: ColumnType) -> int:
    value = column_type.arguments[0] if column_type.arguments else 0
    return value if isinstance(value, int) else 0


def _fraction(column_type: ColumnType) -> int:
    """Digits of a second; six where none are given."""
    return _first(column_type) if column_type.arguments else 6


def _scale(column_type: ColumnType) -> int | str:
    return column_type.arguments[1] if len(column_type.arguments) > 1 else 0


def _rank(column_type: ColumnType) -> int:
    return _INTEGERS.index(column_type.name) if column_type.name in _INTEGERS else -1
