"""Assertions about values of every type, numbers and texts.

Source: https://json-schema.org/draft/2020-12/json-schema-validation
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from runbook_tui.contracts.messages.automaton import matches
from runbook_tui.contracts.messages.formats import is_a
from runbook_tui.contracts.messages.model import Allows, Answer, Assertion, Claim
from runbook_tui.contracts.messages.values import exact, key_of, kind_of


@dataclass(frozen=True, slots=True)
class Never(Assertion):
    """Nothing is allowed."""

    def holds(self, value: object, allows: Allows) -> Answer:
        """No."""
        return False

    def ways(self, kind: str, *, true: bool) -> list[list[Claim]]:
        """Never true."""
        return [] if true else [[]]


@dataclass(frozen=True, slots=True)
class Opaque(Assertion):
    """Something that cannot be decided; equal ones mean the same."""

    text: str
    limits: str | None = None

    @property
    def kind(self) -> str | None:
        """The type of values that it is about."""
        return self.limits

    def holds(self, value: object, allows: Allows) -> Answer:
        """Unknown."""
        return None


@dataclass(frozen=True, slots=True)
class Types(Assertion):
    """The type is one of these; ``integer`` is a number without a fraction."""

    names: frozenset[str]

    def holds(self, value: object, allows: Allows) -> Answer:
        """Whether the type of a value is listed."""
        number = exact(value)
        whole = number is not None and number.denominator == 1
        return kind_of(value) in self.names or (whole and "integer" in self.names)

    def ways(self, kind: str, *, true: bool) -> list[list[Claim]]:
        """Always or never, but for integers among numbers."""
        if kind == "number" and "integer" in self.names and "number" not in self.names:
            return [[Claim(Multiple(Fraction(1)), true)]]
        return [[]] if (kind in self.names) is true else []


@dataclass(frozen=True, slots=True, eq=False)
class Values(Assertion):
    """The value is one of these."""

    by_key: dict[Hashable, object]

    def holds(self, value: object, allows: Allows) -> Answer:
        """Whether a value is listed."""
        return key_of(value) in self.by_key


def listed(values: Iterable[object]) -> Values:
    """The assertion that a value is one of a list."""
    return Values({key_of(value): value for value in values})


@dataclass(frozen=True, slots=True)
class Bound(Assertion):
    """A number is not beyond a limit."""

    limit: Fraction
    upper: bool
    exclusive: bool

    @property
    def kind(self) -> str:
        """Numbers."""
        return "number"

    def holds(self, value: object, allows: Allows) -> Answer:
        """Whether a number is within the limit."""
        number = exact(value)
        if number is None:
            return None
        if number == self.limit:
            return not self.exclusive
        return (number < self.limit) is self.upper

    def ways(self, kind: str, *, true: bool) -> list[list[Claim]] | None:
        """The opposite of a limit is another limit."""
        return None if true else [[Claim(Bound(self.limit, not self.upper, not self.exclusive), True)]]


@dataclass(frozen=True, slots=True)
class Multiple(Assertion):
    """A number is a multiple of another."""

    of: Fraction

    @property
    def kind(self) -> str:
        """Numbers."""
        return "number"

    def holds(self, value: object, allows: Allows) -> Answer:
        """Whether it divides a number."""
        number = exact(value)
        return None if number is None else number % self.of == 0


@dataclass(frozen=True, slots=True)
class Count(Assertion):
    """A text has at least (or most) so many characters, a list so many items, an object so many members."""

    limits: str
    limit: int
    upper: bool

    @property
    def kind(self) -> str:
        """The type of what is counted."""
        return self.limits

    def holds(self, value: object, allows: Allows) -> Answer:
        """Whether there are as many."""
        size = len(value) if isinstance(value, (str, list, dict)) else 0
        return size <= self.limit if self.upper else size >= self.limit

    def ways(self, kind: str, *, true: bool) -> list[list[Claim]] | None:
        """Not at most three are at least four."""
        if true:
            return None
        return [[Claim(Count(self.limits, self.limit + (1 if self.upper else -1), not self.upper), True)]]


@dataclass(frozen=True, slots=True)
class Pattern(Assertion):
    """A text holds a match of an expression."""

    text: str

    @property
    def kind(self) -> str:
        """Texts."""
        return "string"

    def holds(self, value: object, allows: Allows) -> Answer:
        """Whether a text matches; unknown for expressions that cannot be read."""
        return matches(self.text, str(value))


@dataclass(frozen=True, slots=True)
class Format(Assertion):
    """A text has a format."""

    name: str

    @property
    def kind(self) -> str:
        """Texts."""
        return "string"

    def holds(self, value: object, allows: Allows) -> Answer:
        """Known of samples only."""
        return is_a(str(value), self.name)


@dataclass(frozen=True, slots=True, eq=False)
class Unique(Assertion):
    """No two items of a list are equal."""

    @property
    def kind(self) -> str:
        """Lists."""
        return "array"

    def holds(self, value: object, allows: Allows) -> Answer:
        """Whether no item comes twice."""
        items = value if isinstance(value, list) else []
        return len(set(map(key_of, items))) == len(items)
