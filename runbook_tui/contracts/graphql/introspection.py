"""Schemas as the JSON that a server answers to the introspection query.

The form is that of https://spec.graphql.org/draft/#sec-Schema-Introspection; what is not of this form is passed over,
so that answers of old servers can be read as well.
"""

from __future__ import annotations

import json
import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from runbook_tui.contracts.graphql.model import (
    BUILT_IN_SCALARS,
    Directive,
    Field,
    Input,
    Notes,
    Operation,
    Place,
    Schema,
    Shape,
    Type,
    Value,
)
from runbook_tui.contracts.graphql.sdl import canonical
from runbook_tui.contracts.model import Fault

BEGINNING = re.compile(rb'\s*\{\s*(?:"data"\s*:\s*\{\s*)?"__schema"\s*:')
"""How such a file begins, behind a byte order mark."""
_SHAPES = {
    "SCALAR": Shape.SCALAR,
    "OBJECT": Shape.OBJECT,
    "INTERFACE": Shape.INTERFACE,
    "UNION": Shape.UNION,
    "ENUM": Shape.ENUM,
    "INPUT_OBJECT": Shape.INPUT,
}
_NAME = re.compile(r'"name"\s*:\s*("(?:[^"\\]|\\.)*")')

_Json = Mapping[str, object]


def read_introspection(path: str, text: str) -> Schema | Fault:
    """The schema in an introspection result."""
    expected, remedy = 'a JSON object with "__schema"', "save the answer to the introspection query"
    try:
        answer = json.loads(text)
        schema = _schema_in(answer)
        if schema is None:
            return Fault(path, 1, 1, "this is no introspection result", expected, remedy)
        return _Reader(path, _places(text, answer)).read(schema)
    except json.JSONDecodeError as error:
        what = f"this is not JSON: {error.msg}"
        return Fault(path, error.lineno, error.colno, what, expected, remedy)
    except (ValueError, RecursionError):
        what = "it has numbers too long, or levels too many, to be read"
        return Fault(path, 0, 0, what, expected, remedy)


def _schema_in(answer: object) -> _Json | None:
    for holder in (answer, _object(answer).get("data")):
        found = _object(holder).get("__schema")
        if isinstance(found, dict):
            return found
    return None


def _places(text: str, answer: object) -> dict[int, tuple[int, int]]:
    """Line and column of the name of every object that has one, by the object's identity.

    Names are found in the text in the order in which the parsed objects have them: inside of a string the quotes of
    such a key would be escaped. Of a key that is given twice the parser keeps one, and then no place is told.
    """
    ends = [0, *(match.end() for match in re.finditer("\n", text))]
    matches = list(_NAME.finditer(text))
    holders = list(_named_objects(answer))
    if len(matches) != len(holders):
        return {}
    found = {}
    for match, holder in zip(matches, holders, strict=True):
        line = bisect(ends, match.start(1))
        found[id(holder)] = (line, match.start(1) - ends[line - 1] + 1)
    return found


def _named_objects(value: object) -> Iterator[_Json]:
    """Objects with a name that is a string, in the order of these names in the text."""
    stack: list[object] = [value]
    while stack:
        top = stack.pop()
        if isinstance(top, _Turn):
            yield top.holder
        elif isinstance(top, dict):
            keys = reversed(top.items())
            stack.extend(
                _Turn(top) if key == "name" and isinstance(each, str) else each for key, each in keys
            )
        elif isinstance(top, list):
            stack.extend(reversed(top))


@dataclass(frozen=True, slots=True)
class _Turn:
    holder: _Json


@dataclass(frozen=True, slots=True)
class _Reader:
    path: str
    places: Mapping[int, tuple[int, int]]
    schema: Schema = field(default_factory=Schema)

    def read(self, found: _Json) -> Schema:
        """Everything but what introspection itself consists of."""
        for each in _objects(found, "types"):
            shape = _SHAPES.get(str(each.get("kind")))
            if shape and _name(each) not in BUILT_IN_SCALARS and not _name(each).startswith("__"):
                self._type(each, shape)
        for each in _objects(found, "directives"):
            name = _name(each)
            self.schema.directives[name] = Directive(
                name,
                self._place(each),
                self._inputs(_objects(each, "args")),
                frozenset(str(location) for location in _list(each, "locations")),
                each.get("isRepeatable") is True,
            )
        for operation in Operation:
            root = _object(found.get(f"{operation}Type"))
            if root.get("name"):
                self.schema.declared_roots[operation] = Value(_name(root), self._place(root))
        return self.schema

    def _place(self, each: _Json) -> Place:
        return Place(self.path, *self.places.get(id(each), (0, 0)))

    def _type(self, each: _Json, shape: Shape) -> None:
        place = self._place(each)
        found = self.schema.type_of(Type(_name(each), shape, place))
        found.inputs.update(self._inputs(_objects(each, "inputFields")))
        found.fields.update({_name(one): self._field(one) for one in _objects(each, "fields")})
        found.values.update(self._values(_objects(each, "enumValues")))
        found.interfaces.update(self._values(_objects(each, "interfaces")))
        if shape is Shape.UNION:
            found.members.update(self._values(_objects(each, "possibleTypes")))
        if each.get("isOneOf") is True:
            found.one_of.append(place)
        if each.get("specifiedByURL"):
            found.applied.append(f"@specifiedBy(url: {json.dumps(each['specifiedByURL'])})")

    def _field(self, each: _Json) -> Field:
        arguments = self._inputs(_objects(each, "args"))
        return Field(_name(each), _reference(each.get("type")), self._place(each), arguments, _notes(each))

    def _inputs(self, found: Iterable[_Json]) -> dict[str, Input]:
        return {
            _name(each): Input(
                _name(each),
                _reference(each.get("type")),
                self._place(each),
                _default(each.get("defaultValue")),
                _notes(each),
            )
            for each in found
        }

    def _values(self, found: Iterable[_Json]) -> dict[str, Value]:
        return {_name(each): Value(_name(each), self._place(each), _notes(each)) for each in found}


def _object(value: object) -> _Json:
    return value if isinstance(value, dict) else {}


def _list(value: _Json, key: str) -> list[object]:
    found = value.get(key)
    return found if isinstance(found, list) else []


def _objects(value: _Json, key: str) -> list[_Json]:
    return [each for each in _list(value, key) if isinstance(each, dict)]


def _name(value: _Json) -> str:
    return str(value.get("name"))


def _reference(value: object) -> str:
    """A type reference as text, such as ``[Int!]!``."""
    before, after = "", ""
    inner = _object(value)
    while inner.get("kind") in ("LIST", "NON_NULL"):
        before, after = (f"{before}[", f"]{after}") if inner["kind"] == "LIST" else (before, f"!{after}")
        inner = _object(inner.get("ofType"))
    return f"{before}{_name(inner)}{after}"


def _notes(value: _Json) -> Notes:
    return Notes(str(value.get("deprecationReason"))) if value.get("isDeprecated") is True else Notes()


def _default(value: object) -> str | None:
    """A default as it is written in a schema; an old server may have sent what cannot be read."""
    from graphql import GraphQLError, parse_const_value

    if not isinstance(value, str):
        return None
    try:
        return canonical(parse_const_value(value, no_location=True))
    except (GraphQLError, RecursionError):
        return value
