"""Assertions about lists and objects, whose parts have schemas of their own.

Source: https://json-schema.org/draft/2020-12/json-schema-core#section-10.3
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from runbook_tui.contracts.messages.automaton import matches
from runbook_tui.contracts.messages.model import Allows, Answer, Assertion, Claim, Schema, every


@dataclass(frozen=True, slots=True, eq=False)
class Items(Assertion):
    """Items of a list fit the schemas of their positions, the others the rest."""

    first: tuple[Schema, ...]
    rest: Schema | None

    @property
    def kind(self) -> str:
        """Lists."""
        return "array"

    def at(self, index: int) -> Schema | None:
        """What an item has to fit."""
        return self.first[index] if index < len(self.first) else self.rest

    def holds(self, value: object, allows: Allows) -> Answer:
        """Whether every item fits."""
        items = value if isinstance(value, list) else []
        pairs = ((self.at(index), item) for index, item in enumerate(items))
        return every(allows(schema, item) for schema, item in pairs if schema is not None)


@dataclass(frozen=True, slots=True, eq=False)
class Contains(Assertion):
    """So many items of a list fit a schema."""

    schema: Schema
    least: int
    most: int | None

    @property
    def kind(self) -> str:
        """Lists."""
        return "array"

    def holds(self, value: object, allows: Allows) -> Answer:
        """Whether there are neither fewer nor more."""
        answers = [allows(self.schema, item) for item in value] if isinstance(value, list) else []
        sure, possible = answers.count(True), len(answers) - answers.count(False)
        if possible < self.least or (self.most is not None and sure > self.most):
            return False
        return True if sure >= self.least and (self.most is None or possible <= self.most) else None

    def ways(self, kind: str, *, true: bool) -> list[list[Claim]] | None:
        """Fewer are another count, and so are more."""
        if true:
            return None
        found = [[Claim(Contains(self.schema, 0, self.least - 1), True)]] if self.least > 0 else []
        if self.most is not None:
            found.append([Claim(Contains(self.schema, self.most + 1, None), True)])
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Members(Assertion):
    """Members of an object fit the schemas of their names and of all expressions that match them, others the rest."""

    named: dict[str, Schema]
    matching: dict[str, Schema]
    rest: Schema | None

    @property
    def kind(self) -> str:
        """Objects."""
        return "object"

    def of(self, name: str) -> tuple[list[Schema], bool]:
        """What a member has to fit, and whether that is all: an expression may be one that cannot be read."""
        found = [self.named[name]] if name in self.named else []
        answers = [matches(pattern, name) for pattern in self.matching]
        pairs = zip(answers, self.matching.values(), strict=True)
        found += [schema for answer, schema in pairs if answer]
        if not found and self.rest is not None and None not in answers:
            found.append(self.rest)
        return found, None not in answers

    def holds(self, value: object, allows: Allows) -> Answer:
        """Whether every member fits."""
        return every(self._answers(value if isinstance(value, dict) else {}, allows))

    def _answers(self, value: dict[str, object], allows: Allows) -> Iterator[Answer]:
        for name, each in value.items():
            schemas, complete = self.of(name)
            yield from (allows(schema, each) for schema in schemas)
            if not complete:
                yield None


@dataclass(frozen=True, slots=True, eq=False)
class Names(Assertion):
    """Names of members fit a schema."""

    schema: Schema

    @property
    def kind(self) -> str:
        """Objects."""
        return "object"

    def holds(self, value: object, allows: Allows) -> Answer:
        """Whether every name fits."""
        return every(allows(self.schema, name) for name in value) if isinstance(value, dict) else True


@dataclass(frozen=True, slots=True)
class Required(Assertion):
    """An object has a member."""

    name: str

    @property
    def kind(self) -> str:
        """Objects."""
        return "object"

    def holds(self, value: object, allows: Allows) -> Answer:
        """Whether it is there."""
        return isinstance(value, dict) and self.name in value
