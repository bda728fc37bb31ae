"""Values of a JavaScript or TypeScript file that is read but never run.

Strings, numbers, booleans, lists and dictionaries stand for what is written out; None for null and undefined. What the
tool hands to a migration is a :class:`Host`. The rest is ``UNKNOWN``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook_tui.migrations.following.scope import Scope
from runbook_tui.migrations.following.values import UNKNOWN

if TYPE_CHECKING:
    from tree_sitter import Node

    from runbook_tui.migrations.javascript.calls import Calls


@dataclass(frozen=True, eq=False, slots=True)
class Function:
    """A function that the file itself defines, with the names that it can see."""

    node: Node
    scope: Scope


@dataclass(frozen=True, slots=True)
class Foreign:
    """Something imported or built in, by its path: ``lodash.chunk``, ``console.log``."""

    path: str
    imported: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Call:
    """The arguments of a call."""

    arguments: tuple[object, ...]
    line: int
    partial: bool = False
    """Some arguments stand behind ``...`` and are not known."""

    def get(self, index: int) -> object:
        """An argument; None when it is left out, UNKNOWN when it may hide behind ``...``."""
        if index < len(self.arguments):
            return self.arguments[index]
        return UNKNOWN if self.partial else None

    @property
    def functions(self) -> Iterator[Function]:
        """The arguments that are functions of the file."""
        return (item for item in self.arguments if isinstance(item, Function))


class Host:
    """An object of the tool: what its members and methods give. Methods note what they change."""

    def member(self, name: str) -> object:
        """A property that is read."""
        return UNKNOWN

    def method(self, name: str, call: Call, reader: Calls) -> object:
        """A method that is called. Functions given to one that is not known may or may not run."""
        reader.perhaps(call)
        return UNKNOWN

    def called(self, call: Call, reader: Calls) -> object:
        """The object itself is called."""
        return self.method("", call, reader)

    def settled(self) -> object:
        """What ``await`` or ``.then`` gives."""
        return UNKNOWN


def truth(value: object) -> bool | None:
    """Whether a condition holds; None when only running it would tell."""
    if value is None or isinstance(value, bool | int | float | str):
        return bool(value)
    return True if isinstance(value, list | dict | Function) else None


def items_of(value: object) -> list[object] | None:
    """The items of a list that is written out."""
    return list(value) if isinstance(value, list) else None


def name_of(value: object) -> str | None:
    """A table's or column's name: text, or the constant that stands for it, as it is written.

    A constant that is imported (``TableName.Users``) is the same object wherever it is written.
    """
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Foreign) and value.imported:
        return ".".join(value.path.split("#")[-1].split(".")[-2:])
    return None
