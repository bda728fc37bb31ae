"""Avro schemas as values that know where they were written.

Source of the terms: the Avro 1.12 specification, https://avro.apache.org/docs/1.12.0/specification/
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from runbook_tui.contracts.documents.pointers import escaped

PRIMITIVES = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")

PROMOTIONS = {
    "int": ("long", "float", "double"),
    "long": ("float", "double"),
    "float": ("double",),
    "string": ("bytes",),
    "bytes": ("string",),
}
"""What a reader may declare in place of the primitive type that was written, the nearest first."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a schema was written."""

    path: str
    pointer: str
    """JSON pointer in that file."""
    locate: Callable[[str], tuple[int, int]] = field(repr=False, compare=False)
    """Line and column of a pointer of that file; asked for only where something is reported."""

    def at(self, *parts: str | int) -> Place:
        """A place below this one."""
        return Place(
            self.path, "/".join((self.pointer, *(escaped(str(part)) for part in parts))), self.locate
        )


@dataclass(frozen=True, slots=True)
class Subject:
    """What people call the thing that a schema describes."""

    text: str
    """``shop.Order.total``."""
    names: tuple[str, ...] = ()
    """Names that code which uses it has to contain."""


@dataclass(slots=True, eq=False)
class Schema:
    """Any schema. Two are the same only if they are one object: schemas may contain themselves."""

    place: Place
    subject: Subject


@dataclass(slots=True, eq=False)
class Primitive(Schema):
    """A type without a name."""

    type: str
    logical: Logical | None = None


@dataclass(slots=True, eq=False)
class Array(Schema):
    """Any number of values of one schema."""

    items: Schema


@dataclass(slots=True, eq=False)
class Map(Schema):
    """Values of one schema, by string."""

    values: Schema


@dataclass(slots=True, eq=False)
class Union(Schema):
    """One of several schemas."""

    branches: tuple[Schema, ...]


@dataclass(slots=True, eq=False)
class Named(Schema):
    """A schema that can be referred to."""

    name: str
    """The full name, with the namespace."""
    aliases: frozenset[str]
    """Full names."""

    @property
    def short(self) -> str:
        """The name without its namespace: the part that has to match."""
        return self.name.rpartition(".")[2]


@dataclass(slots=True, eq=False)
class Field:
    """A field of a record."""

    place: Place
    subject: Subject
    name: str
    aliases: tuple[str, ...]
    schema: Schema
    has_default: bool
    default: object
    """As JSON."""


@dataclass(slots=True, eq=False)
class Record(Named):
    """A record or an error; its fields are known only after those of everything in it."""

    fields: tuple[Field, ...] = ()
    by_name: dict[str, Field] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Enum(Named):
    """One of several symbols."""

    symbols: dict[str, None]
    """In the order in which they are declared."""
    default: str | None
    """The symbol that a reader takes for one that it does not know; None where it has none."""


@dataclass(slots=True, eq=False)
class Fixed(Named):
    """A given number of bytes."""

    size: int
    logical: Logical | None = None


@dataclass(slots=True, eq=False)
class Reference(Schema):
    """A named schema, by its name."""

    candidates: tuple[str, ...]
    """Full names that are meant, the most likely first."""
    target: Named | None = None
    """None where nothing has that name: a fault says so."""


@dataclass(frozen=True, slots=True, eq=False)
class Top:
    """A schema that stands for itself: that of a file, or one of the types of a protocol."""

    schema: Schema
    references: tuple[Reference, ...]
    """The names that it uses."""
    definitions: tuple[Named, ...]
    """What is defined in it, itself among it."""

    @property
    def path(self) -> str:
        """The file."""
        return self.schema.place.path


@dataclass(frozen=True, slots=True)
class Logical:
    """What the values of a schema mean beyond their type."""

    name: str
    precision: int = 0
    scale: int = 0
    """Both of decimals only."""


def resolved(schema: Schema) -> Schema | None:
    """The schema itself, or what a reference leads to."""
    return schema.target if isinstance(schema, Reference) else schema


def type_name(schema: Schema) -> str:
    """What people call the type: ``int``, ``enum shop.Status``, ``array``."""
    found = resolved(schema)
    if isinstance(found, Primitive):
        return found.type
    kind = type(found).__name__.lower()
    return f"{kind} {found.name}" if isinstance(found, Named) else kind
