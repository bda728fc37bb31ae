"""Values of a Ruby file that is read but never run.

Strings and symbols are both ``str``: no method of a migration tells them apart. ``nil`` is None, arrays and hashes
are ``list`` and ``dict``. The rest is one of the classes below, or ``UNKNOWN``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from runbook_tui.migrations.following.values import UNKNOWN, Unknown

if TYPE_CHECKING:
    from tree_sitter import Node

    from runbook_tui.migrations.changes import Change, Column


SELF = Unknown("self")
"""The migration."""
CONNECTION = Unknown("connection")
"""What ``connection`` and ``SomeModel.connection`` give."""
DIRECTION = Unknown("direction")
"""The argument of ``reversible``'s block."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant that the file does not define: a model, a library's class."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """``{ ... }`` or ``do ... end``, with the variables of the method in which it stands."""

    node: Node
    names: dict[str, object]
    depth: int
    """How many methods were being followed there."""


@dataclass(frozen=True, slots=True, eq=False)
class Lambda:
    """``-> { ... }``, with what it gives."""

    value: object


@dataclass(frozen=True, slots=True)
class Exists:
    """``column_exists?(:orders, :note)``: what has to be there, or not, for what follows."""

    what: str
    """``table``, ``column``, ``index``, ``constraint`` or ``other``."""
    table: str
    names: tuple[str, ...] = ()
    there: bool = True

    @property
    def negated(self) -> Exists:
        """The opposite question."""
        return replace(self, there=not self.there)


@dataclass(slots=True, eq=False)
class Builder:
    """The argument of the block of ``create_table`` or ``change_table``."""

    table: str | None
    creating: bool
    columns: list[Column] = field(default_factory=list)
    constraints: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    rules: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A call that was not made."""

    receiver: object
    """None for a method of the migration itself."""
    name: str
    arguments: tuple[object, ...]
    options: Mapping[str, object]
    line: int
    block: Block | None = None
    partial: bool = False
    """Some arguments stand behind ``*`` or ``**`` and are not known."""
    passed: object = None
    """What stands behind ``&`` in the place of a block: ``"save"`` of ``each(&:save)``."""

    def get(self, name: str, otherwise: object = None) -> object:
        """An option; UNKNOWN when it may hide behind ``**``."""
        if name in self.options:
            return self.options[name]
        return UNKNOWN if self.partial else otherwise

    def flag(self, name: str, *, otherwise: bool = False) -> bool | None:
        """Whether an option is true in Ruby's sense; None when it is not known."""
        return truth(self.get(name, otherwise))

    def argument(self, place: int) -> object:
        """A positional argument; None when it is not given, UNKNOWN when that cannot be told."""
        if place < len(self.arguments):
            return self.arguments[place]
        return UNKNOWN if self.partial else None

    def text(self, place: int) -> str | None:
        """A positional argument that is a known string or symbol."""
        value = self.argument(place)
        return value if isinstance(value, str) else None

    def named(self, option: str) -> str | None:
        """An option that is a known string or symbol."""
        value = self.options.get(option)
        return value if isinstance(value, str) else None


Changes = list["Change"]


def truth(value: object) -> bool | None:
    """Whether a value counts as true; None when it is not known."""
    if value is None or isinstance(value, bool):
        return bool(value)
    return True if isinstance(value, str | int | float | list | dict) else None


def texts_of(value: object) -> tuple[str, ...]:
    """The known strings of a string or an array; empty when one of them is not known."""
    items = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(map(str, items)) if all(isinstance(item, str) for item in items) else ()


def path_of(value: object) -> str:
    """A chain of calls in words: ``User.where().update_all``; ``?`` stands for what is not known."""
    parts: list[str] = []
    while isinstance(value, Call):
        parts.append(value.name)
        value = value.receiver
    if isinstance(value, Constant):
        parts.append(value.name)
    elif value is not None and value is not SELF:
        parts.append("?")
    return ".".join(reversed(parts))


def chain_of(value: object) -> dict[str, Call]:
    """The calls of a chain by their names: ``where`` and ``update_all`` of the example above."""
    found: dict[str, Call] = {}
    while isinstance(value, Call):
        found[value.name] = value
        value = value.receiver
    return found


def root_of(value: object) -> object:
    """What a chain of calls begins with."""
    while isinstance(value, Call) and value.receiver is not None:
        value = value.receiver
    return value
