"""Which schema of a reader a written schema meets.

Source: the Avro 1.12 specification, "Schema Resolution": what it calls to match. One thing is added, as in the Java
library (``Resolver.ReaderUnion`` in apache/avro): among the types of a union, one of the same full name goes before one
that only shares the name without its namespace.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from runbook_tui.contracts.avro.model import PROMOTIONS, Fixed, Named, Primitive, Schema, Union, resolved


@dataclass(slots=True)
class Choices:
    """The schemas that a reader accepts in one place: the branches of its union, or the only one."""

    branches: tuple[Schema, ...] = ()
    """With references followed."""
    written_as: dict[Schema, Schema] = field(default_factory=dict)
    """Every branch to the schema, or the reference to it, that stands in the union."""
    by_key: dict[tuple[object, ...], Schema] = field(default_factory=dict)

    def choose(self, written: Schema) -> Schema | None:
        """The branch that reads a schema which is no union; None where there is none."""
        for key in _keys(written):
            if key in self.by_key:
                return self.by_key[key]
        if isinstance(written, Primitive):
            wider = [self.by_key.get((name,)) for name in PROMOTIONS.get(written.type, ())]
            return next(filter(None, wider), None)
        return None


def choices_of(schema: Schema) -> Choices:
    """The schemas that a reader accepts, in the order in which they are tried; references are followed."""
    choices = Choices()
    for written in schema.branches if isinstance(schema, Union) else (schema,):
        found = resolved(written)
        if found is None or _keys(found)[0] in choices.by_key:
            continue  # the second of a kind is a fault of its own
        choices.written_as[found] = written
        for key in _keys(found):
            choices.by_key.setdefault(key, found)
    choices.branches = tuple(choices.written_as)
    for branch in choices.branches:
        if isinstance(branch, Named):
            for alias in branch.aliases:
                choices.by_key.setdefault((type(branch), "full", alias, _size(branch)), branch)
    return choices


def names_match(reader: Named, writer: Named) -> bool:
    """Whether the reader takes the writer's type for its own: the same name, or an alias."""
    return reader.short == writer.short or writer.name in reader.aliases


def _keys(schema: Schema) -> list[tuple[object, ...]]:
    """What a schema is found by, the most exact first."""
    if isinstance(schema, Primitive):
        return [(schema.type,)]
    if isinstance(schema, Named):
        kind, size = type(schema), _size(schema)
        return [(kind, "full", schema.name, size), (kind, "short", schema.short, size)]
    return [(type(schema),)]


def _size(schema: Named) -> int:
    return schema.size if isinstance(schema, Fixed) else 0
