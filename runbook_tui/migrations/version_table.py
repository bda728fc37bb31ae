"""Where a migration tool writes down what it applied, and what is read of it: values, which a tool may bring itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

Rows = Sequence[Mapping[str, str | None]]
"""Rows as column -> text, in the order of :attr:`VersionTable.order`."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A migration that the tool began and did not finish."""

    key: str
    why: str
    """What the table says about it: ``dirty``, ``success is false``."""


@dataclass(frozen=True, slots=True)
class Records:
    """What a version table says. Keys are ids as the table's :attr:`VersionTable.key` makes them."""

    applied: frozenset[str] = frozenset()
    heads: bool = False
    """Whether only the ends are recorded: all that lies before them is applied as well (Alembic)."""
    up_to: str | None = None
    """Every number up to and with this one counts as applied (golang-migrate's version, a baseline)."""
    failed: tuple[Failed, ...] = ()


@dataclass(frozen=True, slots=True)
class Lock:
    """The table with which a tool keeps a second run of itself out."""

    table: str
    column: str
    """True, or 1, while it is held."""
    holder: str = ""
    """Column that says who holds it."""


@dataclass(frozen=True, slots=True)
class VersionTable:
    """Where a tool writes down what it applied."""

    tool: str
    names: tuple[str, ...]
    """What it may be called unless the manifest says otherwise, in lower case."""
    columns: tuple[str, ...]
    """Columns that are read; a table without one of them is not this tool's."""
    read: Callable[[Rows], Records]
    key: Callable[[str], str] = str
    """From a migration's id to what ``read`` makes of its row."""
    align: Callable[[Collection[str], Collection[str]], frozenset[str]] = lambda recorded, _: frozenset(
        recorded
    )
    """From recorded keys and those of the files to keys of the files, where the tool records more or less."""
    without: frozenset[str] = frozenset()
    """Columns of another tool's table of the same name."""
    order: str = ""
    """Column that says which row is the later one."""
    schemas: tuple[str, ...] = ()
    """Schemas (databases of MySQL) of the tool's own."""
    lock: Lock | None = None
    beside: str = ""
    """Name of an SQLite file of the tool's own, beside the one that is migrated."""

    def is_it(self, columns: Collection[str]) -> bool:
        """Whether a table with these columns is this tool's."""
        return set(self.columns).issubset(columns) and self.without.isdisjoint(columns)
