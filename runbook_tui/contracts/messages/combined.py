"""Assertions that are put together from other schemas.

Source: https://json-schema.org/draft/2020-12/json-schema-core#section-10.2
"""

from __future__ import annotations

from dataclasses import dataclass

from runbook_tui.contracts.messages.containers import Required
from runbook_tui.contracts.messages.model import (
    Allows,
    Answer,
    Assertion,
    Claim,
    Schema,
    every,
    opposite,
    some,
)


@dataclass(frozen=True, slots=True, eq=False)
class All(Assertion):
    """Every one of several schemas fits."""

    schemas: tuple[Schema, ...]

    def holds(self, value: object, allows: Allows) -> Answer:
        """Whether all fit."""
        return every(allows(schema, value) for schema in self.schemas)

    def ways(self, kind: str, *, true: bool) -> list[list[Claim]]:
        """All at once, or one that does not fit."""
        claims = [Claim(schema, true) for schema in self.schemas]
        return [claims] if true else [[claim] for claim in claims]


@dataclass(frozen=True, slots=True, eq=False)
class AnyOf(Assertion):
    """At least one of several schemas fits."""

    schemas: tuple[Schema, ...]

    def holds(self, value: object, allows: Allows) -> Answer:
        """Whether one fits."""
        return some(allows(schema, value) for schema in self.schemas)

    def ways(self, kind: str, *, true: bool) -> list[list[Claim]]:
        """One of them, or none."""
        claims = [Claim(schema, true) for schema in self.schemas]
        return [[claim] for claim in claims] if true else [claims]


@dataclass(frozen=True, slots=True, eq=False)
class OneOf(Assertion):
    """Exactly one of several schemas fits."""

    schemas: tuple[Schema, ...]

    def holds(self, value: object, allows: Allows) -> Answer:
        """Whether one fits and no other."""
        answers = [allows(schema, value) for schema in self.schemas]
        if answers.count(True) > 1 or answers.count(False) == len(answers):
            return False
        return None if None in answers else True

    def ways(self, kind: str, *, true: bool) -> list[list[Claim]]:
        """One and none of the others; or none at all, or two."""
        if true:
            return [
                [Claim(each, index == chosen) for index, each in enumerate(self.schemas)]
                for chosen in range(len(self.schemas))
            ]
        none = [Claim(each, False) for each in self.schemas]
        return [none, *([Claim(first, True), Claim(AnyOf(others), True)] for first, others in self._pairs())]

    def _pairs(self) -> list[tuple[Schema, tuple[Schema, ...]]]:
        return [(each, self.schemas[index:]) for index, each in enumerate(self.schemas[:-1], start=1)]


@dataclass(frozen=True, slots=True, eq=False)
class Not(Assertion):
    """A schema does not fit."""

    schema: Schema

    def holds(self, value: object, allows: Allows) -> Answer:
        """Whether it does not fit."""
        return opposite(allows(self.schema, value))

    def ways(self, kind: str, *, true: bool) -> list[list[Claim]]:
        """The opposite."""
        return [[Claim(self.schema, not true)]]


@dataclass(frozen=True, slots=True, eq=False)
class If(Assertion):
    """One of two schemas fits, depending on a third."""

    condition: Schema
    then: Schema | None
    otherwise: Schema | None

    def holds(self, value: object, allows: Allows) -> Answer:
        """Whether the schema fits that is in force."""
        condition = allows(self.condition, value)
        then = True if self.then is None else allows(self.then, value)
        otherwise = True if self.otherwise is None else allows(self.otherwise, value)
        if condition is None:
            return then if then == otherwise else None
        return then if condition else otherwise

    def ways(self, kind: str, *, true: bool) -> list[list[Claim]]:
        """The condition and what follows from it, or neither."""
        found: list[list[Claim]] = []
        for met, schema in ((True, self.then), (False, self.otherwise)):
            if schema is not None:
                found.append([Claim(self.condition, met), Claim(schema, true)])
            elif true:
                found.append([Claim(self.condition, met)])
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Depends(Assertion):
    """An object that has a member fits a schema."""

    name: str
    schema: Schema

    @property
    def kind(self) -> str:
        """Objects."""
        return "object"

    def holds(self, value: object, allows: Allows) -> Answer:
        """Whether the member is not there, or the schema fits."""
        there = isinstance(value, dict) and self.name in value
        return allows(self.schema, value) if there else True

    def ways(self, kind: str, *, true: bool) -> list[list[Claim]]:
        """Without the member, or with all that it needs."""
        there = Required(self.name)
        if true:
            return [[Claim(there, False)], [Claim(there, True), Claim(self.schema, True)]]
        return [[Claim(there, True), Claim(self.schema, False)]]
