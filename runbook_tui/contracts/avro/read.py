"""Schemas from the JSON that declares them, with every fault in its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice

from runbook_tui.contracts.avro.attributes import (
    Json,
    aliases_of,
    logical_of,
    name_of,
    shown,
    size_of,
    symbols_of,
)
from runbook_tui.contracts.avro.faults import Faults
from runbook_tui.contracts.avro.model import (
    Array,
    Enum,
    Field,
    Fixed,
    Map,
    Named,
    Place,
    Primitive,
    Record,
    Reference,
    Schema,
    Subject,
    Top,
    Union,
)
from runbook_tui.contracts.avro.names import (
    candidates,
    full_name,
    is_full_name,
    is_name,
    is_primitive,
    namespace_of,
)
from runbook_tui.files.suggestions import quoted

MAX_DEPTH = 100
"""Schemas inside of schemas, as declared; a person nests perhaps ten."""


@dataclass(frozen=True, slots=True)
class Around:
    """What holds where a schema is declared."""

    namespace: str
    subject: Subject
    """What it describes, where it has no name of its own."""
    depth: int = 0
    """How many schemas it is inside of."""

    @property
    def inner(self) -> Around:
        """One level deeper."""
        return Around(self.namespace, self.subject, self.depth + 1)


@dataclass(slots=True)
class SchemaReader:
    """Reads the schemas of one file."""

    faults: Faults
    definitions: dict[str, Named] = field(default_factory=dict)
    """Every named schema of the file, by its full name."""
    references: list[Reference] = field(default_factory=list)
    """Every use of a name, to be linked when all files are read."""
    unions: list[Union] = field(default_factory=list)

    def top(self, value: object, place: Place, around: Around) -> Top:
        """A schema that stands for itself, with what it uses and defines."""
        uses, defines = len(self.references), len(self.definitions)
        schema = self.read(value, place, around)
        defined = tuple(islice(self.definitions.values(), defines, None))
        return Top(schema, tuple(self.references[uses:]), defined)

    def read(self, value: object, place: Place, around: Around) -> Schema:
        """A schema from JSON; where it cannot be read a reference to nothing, and a fault."""
        if around.depth > MAX_DEPTH:
            self.faults.add(
                place, "the schema is nested too deep", f"at most {MAX_DEPTH} levels", "name its parts"
            )
        elif isinstance(value, str):
            return self._by_name(value, place, around)
        elif isinstance(value, list):
            return self._union(value, place, around)
        elif isinstance(value, dict):
            return self._object(value, place, around)
        else:
            what = f"{shown(value)} is no schema"
            self.faults.add(place, what, "the name of a type, an object or a list", "correct it")
        return Reference(place, around.subject, ())

    def fields(self, value: object, place: Place, record: Record, around: Around) -> None:
        """Give a record its fields, from the JSON of the list."""
        if not isinstance(value, list):
            self.faults.add(place, f"{record.name} has no list of fields", "a list under 'fields'", "add it")
            return
        for index, item in enumerate(value):
            found = self._field(item, place.at(index), record, around)
            if found is not None and found.name in record.by_name:
                what = f"{record.name} has the field {quoted(found.name)} twice"
                self.faults.add(found.place, what, "each field once", "remove or rename one of them")
            elif found is not None:
                record.by_name[found.name] = found
        record.fields = tuple(record.by_name.values())

    def _by_name(self, name: str, place: Place, around: Around) -> Schema:
        if is_primitive(name):
            return Primitive(place, around.subject, name)
        if not is_full_name(name):
            what = f"{quoted(name)} is no name of a type"
            self.faults.add(place, what, "letters, digits and _, divided by dots", "correct it")
            return Reference(place, around.subject, ())
        reference = Reference(place, around.subject, candidates(name, around.namespace))
        self.references.append(reference)
        return reference

    def _union(self, value: list[object], place: Place, around: Around) -> Schema:
        branches: list[Schema] = []
        for index, item in enumerate(value):
            if isinstance(item, list):
                what = "a union directly inside of a union"
                self.faults.add(place.at(index), what, "a type", "join the two lists")
            else:
                branches.append(self.read(item, place.at(index), around.inner))
        union = Union(place, around.subject, tuple(branches))
        self.unions.append(union)
        return union

    def _object(self, value: Json, place: Place, around: Around) -> Schema:
        kind = value.get("type")
        if isinstance(kind, (dict, list)):
            return self.read(kind, place.at("type"), around.inner)
        if not isinstance(kind, str):
            self.faults.add(place, "a schema without a type", "a text under 'type'", "add it")
            return Reference(place, around.subject, ())
        if kind in ("record", "error", "enum", "fixed"):
            return self._named(kind, value, place, around)
        if kind in ("array", "map"):
            return self._container(kind, value, place, around)
        if is_primitive(kind):
            return Primitive(place, around.subject, kind, logical_of(value))
        return self._by_name(kind, place.at("type"), around)

    def _container(self, kind: str, value: Json, place: Place, around: Around) -> Schema:
        key = "items" if kind == "array" else "values"
        if key not in value:
            what = f"a schema of type {kind} without {key}"
            self.faults.add(place, what, f"a schema under '{key}'", "add it")
            return Reference(place, around.subject, ())
        inner = self.read(value[key], place.at(key), around.inner)
        made = Array if kind == "array" else Map
        return made(place, around.subject, inner)

    def _named(self, kind: str, value: Json, place: Place, around: Around) -> Schema:
        name = name_of(value, place, around.namespace, self.faults)
        made = None if name is None else self._declared(kind, name, value, place)
        if made is None:
            return Reference(place, around.subject, ())
        first = self.definitions.setdefault(made.name, made)
        if first is not made:
            line, _ = first.place.locate(first.place.pointer)
            what = f"{quoted(made.name)} is defined twice" + (f", first in line {line}" if line else "")
            self.faults.add(place, what, "one definition", "refer to the first by its name, or rename one")
        if isinstance(made, Record):
            inner = Around(namespace_of(made.name), made.subject, around.depth + 1)
            where = place.at("fields") if "fields" in value else place
            self.fields(value.get("fields"), where, made, inner)
        return made

    def _declared(self, kind: str, name: str, value: Json, place: Place) -> Named | None:
        space, _, short = name.rpartition(".")
        subject = Subject(name, (short,))
        written = aliases_of(value, place, is_full_name, self.faults)
        aliases = frozenset(full_name(alias, None, space) for alias in written)
        if kind == "enum":
            symbols, default = symbols_of(value, place, self.faults), value.get("default")
            known = default if isinstance(default, str) and default in (symbols or {}) else None
            return None if symbols is None else Enum(place, subject, name, aliases, symbols, known)
        if kind == "fixed":
            size = size_of(value, place, self.faults)
            return None if size is None else Fixed(place, subject, name, aliases, size, logical_of(value))
        return Record(place, subject, name, aliases)

    def _field(self, value: object, place: Place, record: Record, around: Around) -> Field | None:
        if not isinstance(value, dict):
            self.faults.add(
                place, f"{shown(value)} is no field", "an object with name and type", "correct it"
            )
            return None
        name = value.get("name")
        if not (isinstance(name, str) and is_name(name)):
            where = place.at("name") if "name" in value else place
            what = f"{shown(name)} is no name of a field"
            self.faults.add(where, what, "letters, digits and _, no digit first", "correct it")
            return None
        if "type" not in value:
            self.faults.add(place, f"the field {quoted(name)} has no type", "a schema under 'type'", "add it")
            return None
        subject = Subject(f"{record.name}.{name}", (name,))
        schema = self.read(value["type"], place.at("type"), Around(around.namespace, subject, around.depth))
        aliases = aliases_of(value, place, is_name, self.faults)
        return Field(place, subject, name, aliases, schema, "default" in value, value.get("default"))
