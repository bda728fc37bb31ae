"""What a schema says, taken apart into assertions; and what is found when values are sought that fit it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field, fields, is_dataclass

from runbook_tui.contracts.documents.node import Node

KINDS = ("null", "boolean", "number", "string", "array", "object")
"""Types of values; an integer is a number without a fraction."""
Answer = bool | None
"""Yes, no, or unknown."""
Allows = Callable[["Schema", object], Answer]
"""Whether a schema allows a value."""


class Assertion(ABC):
    """One thing that a schema says."""

    __slots__ = ()

    @property
    def kind(self) -> str | None:
        """The only type of values that it limits; None where it may limit any."""
        return None

    @abstractmethod
    def holds(self, value: object, allows: Allows) -> Answer:
        """Whether it holds for a value of its kind."""

    def ways(self, kind: str, *, true: bool) -> list[list[Claim]] | None:
        """How it can be true (or false) of values of a type: any of several lists of claims, all of one list at once.

        No list at all: it cannot be. None: it says something about the value itself that cannot be taken apart.
        """
        return None


@dataclass(eq=False, slots=True)
class Schema:
    """A schema; two are the same only if they are one object. Read when it is first asked for."""

    read: Callable[[], tuple[Assertion, ...]]
    node: Node | None = None
    """Where it is written; None for one that only a search has made."""
    _assertions: tuple[Assertion, ...] | None = None

    @property
    def assertions(self) -> tuple[Assertion, ...]:
        """All that has to hold."""
        if self._assertions is None:
            self._assertions = self.read()
        return self._assertions

    @property
    def is_anything(self) -> bool:
        """Whether every value is allowed."""
        return not self.assertions


@dataclass(frozen=True, slots=True)
class Claim:
    """A schema fits, or does not; an assertion holds, or does not."""

    thing: Schema | Assertion
    true: bool


def fixed(*assertions: Assertion) -> Schema:
    """A schema of given assertions."""
    return Schema(lambda: assertions, None, assertions)


ANYTHING = fixed()
"""The schema that allows every value."""

Same = Callable[[Schema, Schema], bool]
"""Whether two schemas certainly say the same."""


def alike(one: Assertion, other: Assertion, same: Same) -> bool:
    """Whether two assertions certainly say the same."""
    if type(one) is not type(other):
        return False
    names: list[str] = [each.name for each in fields(one)] if is_dataclass(one) else []
    return bool(names) and all(_alike(getattr(one, name), getattr(other, name), same) for name in names)


def _alike(one: object, other: object, same: Same) -> bool:
    if isinstance(one, Schema) and isinstance(other, Schema):
        return same(one, other)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(lambda a, b: _alike(a, b, same), one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike(each, other[key], same) for key, each in one.items())
    return type(one) is type(other) and one == other


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: a value, or the proof that there is none, or neither."""

    value: object = None
    exists: bool = False
    unknown: bool = False


NOTHING = Found()
UNKNOWN = Found(unknown=True)


@dataclass(slots=True)
class Case:
    """Assertions about values of one type, none of which leaves a choice any more."""

    kind: str
    hold: list[Assertion] = field(default_factory=list)
    fail: list[Assertion] = field(default_factory=list)
    allowed: dict[Hashable, object] | None = None
    """The only values that are left, by their keys; None where there is no such list."""
    excluded: dict[Hashable, object] = field(default_factory=dict)

    def copy(self) -> Case:
        """A case that may go another way from here."""
        return Case(self.kind, list(self.hold), list(self.fail), self.allowed, dict(self.excluded))


def every(answers: Iterable[Answer]) -> Answer:
    """Whether all are yes; no as soon as one is."""
    unknown = False
    for answer in answers:
        if answer is False:
            return False
        unknown |= answer is None
    return None if unknown else True


def some(answers: Iterable[Answer]) -> Answer:
    """Whether any is yes."""
    return opposite(every(opposite(answer) for answer in answers))


def opposite(answer: Answer) -> Answer:
    """Yes for no, no for yes."""
    return None if answer is None else not answer
