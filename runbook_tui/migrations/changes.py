"""What the readers say a migration file does, before anything is judged.

Every reader (SQL, Alembic, Django) turns a file into the same :class:`Change` values. What a change means for
running code depends on what the tables look like when it runs: see :mod:`runbook_tui.migrations.judging.classify`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

ADD_COLUMN = "add-column"
ALTER_COLUMN = "alter-column"
RESTATE_COLUMN = "restate-column"
"""The whole definition of a column is written again (MySQL's MODIFY, Django's AlterField)."""


class Default(StrEnum):
    """What the database writes when an INSERT leaves a column out."""

    NONE = "none"
    CONSTANT = "constant"
    """The same for every row of one statement: a literal, ``now()``."""
    VOLATILE = "volatile"
    """Computed for each row: ``gen_random_uuid()``, a sequence, any function that is not known."""
    UNKNOWN = "unknown"


class Generated(StrEnum):
    """Whether the database computes a column by itself."""

    NO = "no"
    STORED = "stored"
    VIRTUAL = "virtual"
    IDENTITY = "identity"
    """serial, AUTO_INCREMENT, GENERATED AS IDENTITY."""


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A type in lower case with its arguments: ``varchar (50,)``, ``enum ('new', 'paid')``."""

    name: str
    arguments: tuple[int | str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.arguments))})" if self.arguments else self.name


@dataclass(frozen=True, slots=True)
class Column:
    """A column's definition. None stands for what the file does not say."""

    name: str | None
    type: ColumnType | None = None
    nullable: bool | None = True
    default: Default = Default.NONE
    default_text: str = ""
    """The default as written, to see that it changed."""
    generated: Generated = Generated.NO
    unique: bool = False
    primary_key: bool = False
    indexed: bool = False
    references: str | None = None
    """Table that a foreign key points to."""
    check: bool = False
    check_refuses_null: bool = True
    meaning: tuple[str, ...] = ()
    """What else MySQL's definition says, as written: character set, collation, ON UPDATE, INVISIBLE."""
    fills_existing: bool = False
    """Rows that are there get a value when the column is added, though no default stays (Django's ``default``)."""

    @property
    def filled(self) -> bool:
        """Whether an INSERT may leave the column out."""
        has_default = self.default in (Default.CONSTANT, Default.VOLATILE)
        return bool(self.nullable) or has_default or self.generated is not Generated.NO


@dataclass(frozen=True, slots=True)
class Alteration:
    """What an ALTER COLUMN touches; None leaves it as it is."""

    type: ColumnType | None = None
    using: bool = False
    nullable: bool | None = None
    default: Default | None = None
    """``Default.NONE`` drops the default."""
    unread: bool = False
    """Some of it could not be read."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an upgrade path. ``kind`` is a row of the safety table, or one of the three above."""

    kind: str
    line: int
    table: str | None = None
    name: str | None = None
    """Column, index, constraint, enum value, or object that is not a table."""
    to: str | None = None
    """New name of a rename; for a view that only repeats one table, that table; for a copy of all rows, their table."""
    column: Column | None = None
    columns: tuple[Column, ...] = ()
    """Of a created table."""
    constraints: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Named constraints of a created table with their columns."""
    uniques: tuple[str, ...] = ()
    """Those of them that are UNIQUE."""
    rules: tuple[tuple[str, str], ...] = ()
    """Everything else that a created table says, as column (or nothing) and text, to compare two definitions."""
    over: tuple[str, ...] = ()
    """Columns of a constraint or index, or that an UPDATE sets."""
    alteration: Alteration | None = None
    existing: Column | None = None
    """What the file itself says about the column before (Alembic's ``existing_*``)."""
    detail: str = ""
    statement: tuple[int, int] | None = None
    """The SQL statement that it is part of: its first line, and which one it is; None outside SQL."""
    conditional: bool = False
    outside_transaction: bool = False
    if_exists: bool = False
    """IF EXISTS or IF NOT EXISTS."""
    refuses_null: bool = True
    """Whether a constraint can refuse a row in which its columns are NULL."""
    guarded: bool = False
    """An UPDATE that only fills what is still NULL."""
    bounded: bool = False
    """An UPDATE of rows that the statement writes out one by one."""
    copied: tuple[str, ...] = ()
    """Of rows that are copied: the column that each column of ``over`` takes as it is; empty where it is computed."""
    reads_tables: bool = False
    """An UPDATE or INSERT that takes its values from tables."""
    part_of_narrowing: bool = False
    """It only clears the way for what the same file drops or forbids."""
    with_column: bool = False
    """A constraint or index that is written inside ADD COLUMN."""
    not_null: tuple[str, ...] = ()
    """Columns of which a CHECK says that they are not NULL."""
    cascades: bool = False
    """DROP ... CASCADE: what depends on it goes as well."""
    partition_of: str | None = None
    """Of a created table: the table that it becomes a part of."""
    reads: tuple[tuple[str, str], ...] = ()
    """Of a view: the columns that it surely uses, as table and column; ``*`` for all that the table has."""
    aliased: bool = False
    """A rename after which a view of the old name stands for the table."""

    @property
    def points_elsewhere(self) -> bool:
        """Whether a created table has a foreign key."""
        inline = any(column.references is not None for column in self.columns)
        return inline or any("FOREIGN KEY" in text or "REFERENCES" in text for _, text in self.rules)


@dataclass(frozen=True, slots=True)
class Body:
    """What one file does when it is applied, and what it says about itself."""

    changes: tuple[Change, ...] = ()
    has_down: bool = True
    transactional: bool = True
    """As the tool runs it, before the engine has its say."""
    wraps_transaction: bool = True
    """Whether the tool itself says BEGIN and COMMIT around the file."""


def shifted(changes: Iterable[Change], lines: int) -> list[Change]:
    """The changes of a piece of SQL that stands ``lines`` lines into a file."""
    return [
        replace(
            change,
            line=change.line + lines,
            statement=(change.statement[0] + lines, change.statement[1]) if change.statement else None,
        )
        for change in changes
    ]


def table_key(name: str) -> str:
    """How two spellings of one table are compared: lower case, without the default schema."""
    return name.lower().removeprefix("public.").removeprefix("main.").removeprefix("dbo.")
