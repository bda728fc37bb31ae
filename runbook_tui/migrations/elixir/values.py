"""Values of an Elixir file that is read but never run.

Strings, numbers, booleans, lists, tuples and dictionaries stand for what is written out; None for nil. The rest is
``UNKNOWN``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook_tui.migrations.following.scope import Scope

if TYPE_CHECKING:
    from tree_sitter import Node


class Atom(str):
    """``:name``."""

    __slots__ = ()


class Keywords(dict[str, object]):
    """``[a: 1, b: 2]``."""

    unread = False
    """Some of it is not known."""


@dataclass(frozen=True, slots=True)
class Alias:
    """The name of a module: ``MyApp.Repo``."""

    name: str


@dataclass(frozen=True, eq=False, slots=True)
class Function:
    """``fn x -> ... end``, ``&f(&1)`` or ``&f/1``, with the names that it can see."""

    node: Node
    scope: Scope


@dataclass(frozen=True, eq=False, slots=True)
class Clause:
    """One ``def`` or ``defp``."""

    parameters: tuple[Node, ...]
    body: Node | None
    guarded: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Call:
    """The arguments of a call."""

    arguments: tuple[object, ...]
    keywords: Keywords
    line: int
    block: Node | None = None
    """``do ... end``."""

    def get(self, index: int) -> object:
        """An argument; None when it is left out."""
        return self.arguments[index] if index < len(self.arguments) else None

    @property
    def options(self) -> Mapping[str, object]:
        """The keywords at the end, also those that stand in brackets."""
        last = self.arguments[-1] if self.arguments else None
        return {**last, **self.keywords} if isinstance(last, Keywords) else self.keywords

    def unread(self, index: int) -> bool:
        """Whether the options, which begin with the argument at ``index``, are put together elsewhere."""
        return index < len(self.arguments) and not isinstance(self.arguments[index], Keywords)


def truth(value: object) -> bool | None:
    """Whether a condition holds; None when only running it would tell."""
    if value is None or isinstance(value, bool):
        return bool(value)
    return True if isinstance(value, str | int | float | list | tuple | dict) else None


def name_of(value: object) -> str | None:
    """A table's or column's name."""
    return str(value) if isinstance(value, str) else value.name if isinstance(value, Alias) else None
