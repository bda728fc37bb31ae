"""Values of a Python file that is read but never run.

What is written out (strings, numbers, lists of them) is known as such. What a library would make of it stays the call
that it is: ``sa.String(50)`` is a :class:`Call` of ``sqlalchemy.String`` with one argument. The rest is
``UNKNOWN``.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from runbook_tui.migrations.following.values import UNKNOWN


@dataclass(frozen=True, slots=True)
class Symbol:
    """Something imported or built in, by its full dotted name: ``sqlalchemy.Column``."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A call that was not made."""

    func: object
    arguments: tuple[object, ...]
    keywords: Mapping[str, object]
    line: int
    partial: bool = False
    """Some arguments stand behind ``*`` or ``**`` and are not known."""

    @property
    def path(self) -> str:
        """What is called, as :func:`path_of` writes it."""
        return path_of(self.func)


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """An attribute of something that is not known."""

    of: object
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function that the file itself defines."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    around: Mapping[str, object]
    """The names of the function that it is defined in; empty at the top of the file."""


def path_of(value: object) -> str:
    """A dotted path to match on: ``alembic.op.get_bind().execute``; ``?`` stands for what is not known."""
    parts: list[str] = []
    while True:
        if isinstance(value, Member):
            parts.append(f".{value.name}")
            value = value.of
        elif isinstance(value, Call):
            parts.append("()")
            value = value.func
        else:
            break
    root = (
        value.name
        if isinstance(value, Symbol)
        else f"<{value.node.name}>"
        if isinstance(value, Function)
        else "?"
    )
    return root + "".join(reversed(parts))


def root_call(value: object) -> Call | None:
    """The first call of a chain: that of ``table("x")`` in ``table("x").update().values()``."""
    found: Call | None = None
    while isinstance(value, Call | Member):
        if isinstance(value, Call):
            found = value
            value = value.func
        else:
            value = value.of
    return found


def chained(value: object) -> dict[str, Call]:
    """The methods called in a chain, by their last name: ``update``, ``values`` of the example above."""
    found: dict[str, Call] = {}
    while isinstance(value, Call | Member):
        if isinstance(value, Call):
            found[value.path.rpartition(".")[2]] = value
            value = value.func
        else:
            value = value.of
    return found


class Arguments:
    """The arguments of a call by the names of the function's parameters."""

    def __init__(self, call: Call, *parameters: str) -> None:
        self._values = dict(zip(parameters, call.arguments, strict=False)) | dict(call.keywords)
        self.partial = call.partial
        self.rest = call.arguments[len(parameters) :]

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def get(self, name: str, otherwise: object = None) -> object:
        """The value given for a parameter; UNKNOWN when it may hide behind ``**``."""
        if name in self._values:
            return self._values[name]
        return UNKNOWN if self.partial else otherwise

    def text(self, name: str) -> str | None:
        """The value when it is a known string."""
        return text_of(self._values.get(name))

    def flag(self, name: str, *, otherwise: bool = False) -> bool | None:
        """The value when it is a known truth value; None when it is not known."""
        value = self.get(name, otherwise)
        return value if isinstance(value, bool) else bool(value) if isinstance(value, int) else None


def text_of(value: object) -> str | None:
    """A known string, also inside the wrappers that only mark a name as final."""
    if isinstance(value, str):
        return value
    wrapped = isinstance(value, Call) and value.path.endswith((".f", ".quoted_name", ".gettext_lazy"))
    return text_of(value.arguments[0]) if wrapped and isinstance(value, Call) and value.arguments else None


def texts_of(value: object) -> tuple[str, ...]:
    """The known strings of a list or tuple; empty when one of them is not known."""
    items = [text_of(item) for item in value] if isinstance(value, list | tuple) else []
    return tuple(item for item in items if item is not None) if None not in items else ()
