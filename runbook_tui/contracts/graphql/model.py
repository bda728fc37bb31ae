"""A GraphQL schema as the names and types that messages can show, each with its place.

It is not checked: a type that is used and not defined, or an unknown directive, is normal for one part of a federation.
A type reference is its text, such as ``[Int!]!``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

BUILT_IN_DIRECTIVES = frozenset({"deprecated", "include", "oneOf", "skip", "specifiedBy"})
"""Every server has them (https://spec.graphql.org/draft/#sec-Type-System.Directives)."""

BUILT_IN_SCALARS = frozenset({"Boolean", "Float", "ID", "Int", "String"})


class Shape(StrEnum):
    """What a type is; the value is the keyword of its definition."""

    SCALAR = "scalar"
    OBJECT = "type"
    INTERFACE = "interface"
    UNION = "union"
    ENUM = "enum"
    INPUT = "input"


class Operation(StrEnum):
    """What a root type is for."""

    QUERY = "query"
    MUTATION = "mutation"
    SUBSCRIPTION = "subscription"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is defined."""

    path: str
    line: int = 0
    """From 1; 0 where it is not known."""
    column: int = 0


@dataclass(frozen=True, slots=True)
class Notes:
    """What a definition says beside its type."""

    deprecated: str | None = None
    """The reason; None when it is not deprecated."""
    applied: tuple[str, ...] = ()
    """Directives on it as text, without what is told in another way."""


@dataclass(frozen=True, slots=True)
class Input:
    """An argument, or a field of an input type."""

    name: str
    type: str
    place: Place
    default: str | None = None
    """Its text, with the keys of objects in order."""
    notes: Notes = Notes()

    @property
    def required(self) -> bool:
        """Whether a request that leaves it out is rejected."""
        return self.type.endswith("!") and self.default is None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object or interface."""

    name: str
    type: str
    place: Place
    arguments: dict[str, Input] = field(default_factory=dict)
    notes: Notes = Notes()


@dataclass(frozen=True, slots=True)
class Value:
    """A value of an enum, a member of a union, or an interface that is implemented."""

    name: str
    place: Place
    notes: Notes = Notes()


@dataclass(frozen=True, slots=True)
class Type:
    """A named type with its extensions; the collections grow while a schema is read."""

    name: str
    shape: Shape
    place: Place
    fields: dict[str, Field] = field(default_factory=dict)
    inputs: dict[str, Input] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    members: dict[str, Value] = field(default_factory=dict)
    interfaces: dict[str, Value] = field(default_factory=dict)
    applied: list[str] = field(default_factory=list)
    one_of: list[Place] = field(default_factory=list)
    """Where ``@oneOf`` is: exactly one of the fields may be given."""


@dataclass(frozen=True, slots=True)
class Directive:
    """A directive that documents may use."""

    name: str
    place: Place
    arguments: dict[str, Input] = field(default_factory=dict)
    locations: frozenset[str] = frozenset()
    repeatable: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """One version of a contract."""

    types: dict[str, Type] = field(default_factory=dict)
    directives: dict[str, Directive] = field(default_factory=dict)
    declared_roots: dict[Operation, Value] = field(default_factory=dict)
    applied: list[Value] = field(default_factory=list)
    """Directives on the schema as a whole, by their text."""

    @property
    def roots(self) -> dict[Operation, Value]:
        """The root type of each operation; those with the usual names where nothing is declared."""
        if self.declared_roots:
            return self.declared_roots
        usual = {operation: self.types.get(operation.value.capitalize()) for operation in Operation}
        return {
            operation: Value(found.name, found.place)
            for operation, found in usual.items()
            if found and found.shape is Shape.OBJECT
        }

    def type_of(self, found: Type) -> Type:
        """The type of this name that definitions and extensions add to; it begins as ``found``."""
        return self.types.setdefault(found.name, found)


def named(reference: str) -> str:
    """The type inside of lists and non-null: ``Int`` of ``[Int!]!``."""
    return reference.strip("[]!")
