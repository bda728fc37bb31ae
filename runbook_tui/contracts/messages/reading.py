"""Schemas of one version as assertions, in all dialects since draft 4; references are followed when they are met."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.documents.resolving import Documents, reference_of
from runbook_tui.contracts.messages.combined import All, AnyOf, Depends, If, Not, OneOf
from runbook_tui.contracts.messages.containers import Contains, Items, Members, Names, Required
from runbook_tui.contracts.messages.formats import NUMBERS
from runbook_tui.contracts.messages.model import ANYTHING, Assertion, Schema, fixed
from runbook_tui.contracts.messages.scalars import (
    Bound,
    Count,
    Format,
    Multiple,
    Never,
    Opaque,
    Pattern,
    Types,
    Unique,
    listed,
)
from runbook_tui.contracts.messages.values import exact

_COUNTS = {
    "minLength": ("string", False), "maxLength": ("string", True),
    "minItems": ("array", False), "maxItems": ("array", True),
    "minProperties": ("object", False), "maxProperties": ("object", True),
}  # fmt: skip
_KNOWN_TYPES = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})
_NOTHING = fixed(Never())
_BEFORE_2019 = tuple(f"http://json-schema.org/draft-0{number}/" for number in (3, 4, 6, 7))
_CONTENT = ("contentEncoding", "contentMediaType", "contentSchema")
_DYNAMIC = frozenset({"$dynamicRef", "$recursiveRef"})
_DEPENDING = frozenset({"anyOf", "oneOf", "if", "dependentSchemas", "not", "dependencies", *_DYNAMIC})
"""Keywords that describe members of some values and not of others."""
_BESIDE = frozenset({"allOf", "anyOf", "oneOf", "if", "$ref", "$dynamicRef", "$recursiveRef", "contains"})
"""Keywords that may describe items as well, so that the rest of a list is not known from its own keywords."""


class SchemaReader:
    """Reads the schemas of one version; each once."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._made: dict[int, Schema] = {}

    def schema(self, node: Node) -> Schema:
        """The schema at a node."""
        if node.value is True:
            return ANYTHING
        if node.value is False:
            return _NOTHING
        key = id(node.value)
        if key not in self._made:
            self._made[key] = Schema(lambda: tuple(self._read(node)), node)
        return self._made[key]

    def _schemas(self, node: Node) -> tuple[Schema, ...]:
        return tuple(self.schema(each) for each in node.elements())

    def _read(self, node: Node) -> Iterator[Assertion]:
        if not isinstance(node.value, dict):
            yield Opaque(f"no schema: {node.value!r:.100}")
            return
        if reference_of(node) is not None:
            yield from self._reference(node)
            if _is_before_2019(node):
                return
        yield from self._values(node)
        yield from self._numbers(node)
        yield from self._texts(node)
        yield from self._lists(node)
        yield from self._objects(node)
        yield from self._combined(node)

    def _reference(self, node: Node) -> Iterator[Assertion]:
        target = None if self._documents.is_remote(node) else self._documents.follow(node)
        if target is None or _DYNAMIC & _mapping(node).keys():  # what that means depends on where it is used
            yield Opaque(f"reference: {reference_of(node)}")
        else:
            yield All((self.schema(target),))

    def _values(self, node: Node) -> Iterator[Assertion]:
        kinds = node.get("type")
        if kinds is not None:
            named = [kinds] if isinstance(kinds.value, str) else kinds.elements()
            names = frozenset(each.value for each in named if isinstance(each.value, str))
            if node.flag("nullable") or node.flag("x-nullable"):
                names |= {"null"}
            yield Types(names) if names and names <= _KNOWN_TYPES else Opaque(f"types: {sorted(names)}")
        values = node.get("enum")
        if values is not None and isinstance(values.value, list):
            yield listed(values.value)
        if node.get("const") is not None:
            yield listed([self._at(node, "const")])

    def _at(self, node: Node, keyword: str) -> object:
        found = node.get(keyword)
        return None if found is None else found.value

    def _numbers(self, node: Node) -> Iterator[Assertion]:
        for plain, strict, upper in (
            ("minimum", "exclusiveMinimum", False),
            ("maximum", "exclusiveMaximum", True),
        ):
            limit, own = self._at(node, plain), self._at(node, strict)
            number = exact(limit)
            if number is not None:
                yield Bound(number, upper, own is True)
            other = exact(own)
            if other is not None:
                yield Bound(other, upper, True)
        step = exact(self._at(node, "multipleOf"))
        if step is not None and step > 0:
            yield Multiple(step)

    def _texts(self, node: Node) -> Iterator[Assertion]:
        for keyword, (kind, upper) in _COUNTS.items():
            limit = exact(self._at(node, keyword))
            if limit is not None and (upper or limit > 0):
                yield Count(kind, int(limit), upper)
        if isinstance(self._at(node, "pattern"), str):
            yield Pattern(node.text("pattern"))
        name = node.text("format")
        if name in NUMBERS:
            low, high = map(Fraction, NUMBERS[name])
            yield from (Bound(low, False, False), Bound(high, True, False))
        elif name:
            yield Format(name)
        for keyword in _CONTENT:
            if keyword in _mapping(node):
                yield Opaque(f"{keyword}: {self._at(node, keyword)!r:.500}", "string")

    def _lists(self, node: Node) -> Iterator[Assertion]:
        items, first = node.get("items"), node.get("prefixItems")
        rest = items
        if items is not None and isinstance(items.value, list):
            first, rest = items, node.get("additionalItems")
        unevaluated = node.get("unevaluatedItems")
        if unevaluated is not None and rest is None:
            if _BESIDE & _mapping(node).keys():
                yield Opaque(f"unevaluatedItems: {unevaluated.value!r:.500}", "array")
            else:
                rest = unevaluated
        if first is not None or rest is not None:
            known = self._schemas(first) if first is not None else ()
            yield Items(known, None if rest is None else self.schema(rest))
        contains = node.get("contains")
        if contains is not None:
            least, most = exact(self._at(node, "minContains")), exact(self._at(node, "maxContains"))
            wanted = 1 if least is None else int(least)
            yield Contains(self.schema(contains), wanted, None if most is None else int(most))
        if node.flag("uniqueItems"):
            yield Unique()

    def _objects(self, node: Node) -> Iterator[Assertion]:
        rest, names = node.get("additionalProperties"), node.get("propertyNames")
        named, matching = self._by_key(node, "properties"), self._by_key(node, "patternProperties")
        if named or matching or rest is not None:
            yield Members(named, matching, None if rest is None else self.schema(rest))
        if names is not None:
            yield Names(self.schema(names))
        required = node.get("required")
        for item in required.elements() if required is not None else ():
            if isinstance(item.value, str):
                yield Required(item.value)
        for keyword in ("dependentRequired", "dependentSchemas", "dependencies"):
            found = node.get(keyword)
            for name, each in found.items() if found is not None else ():
                yield Depends(name, self._dependent(each))
        unevaluated = node.get("unevaluatedProperties")
        if unevaluated is not None and rest is None:
            yield from self._unevaluated(node, unevaluated)

    def _by_key(self, node: Node, keyword: str) -> dict[str, Schema]:
        found = node.get(keyword)
        return {} if found is None else {key: self.schema(each) for key, each in found.items()}

    def _dependent(self, node: Node) -> Schema:
        """Until draft 7 a dependency was a list of names or a schema."""
        if not isinstance(node.value, list):
            return self.schema(node)
        return fixed(*(Required(item.value) for item in node.elements() if isinstance(item.value, str)))

    def _unevaluated(self, node: Node, schema: Node) -> Iterator[Assertion]:
        known = evaluated_names(node, self._documents)
        if known is None:
            yield Opaque(f"unevaluatedProperties: {schema.value!r:.500}", "object")
        else:
            named, matching, everything = known
            if not everything:
                anything = dict.fromkeys(named, ANYTHING), dict.fromkeys(matching, ANYTHING)
                yield Members(*anything, self.schema(schema))

    def _combined(self, node: Node) -> Iterator[Assertion]:
        makers: tuple[tuple[str, Callable[[tuple[Schema, ...]], Assertion]], ...] = (
            ("allOf", All),
            ("anyOf", AnyOf),
            ("oneOf", OneOf),
        )
        for keyword, make in makers:
            found = node.get(keyword)
            if found is not None and isinstance(found.value, list):
                yield make(self._schemas(found))
        refused, condition = node.get("not"), node.get("if")
        if refused is not None:
            yield Not(self.schema(refused))
        if condition is not None:
            then, otherwise = node.get("then"), node.get("else")
            yield If(
                self.schema(condition),
                None if then is None else self.schema(then),
                None if otherwise is None else self.schema(otherwise),
            )


def _is_before_2019(node: Node) -> bool:
    """Whether the file is of a draft in which everything beside a ``$ref`` is ignored."""
    root = node
    while root.parent is not None:
        root = root.parent
    return root.text("$schema").startswith(_BEFORE_2019)


def _mapping(node: Node) -> dict[str, object]:
    return node.value if isinstance(node.value, dict) else {}


def evaluated_names(node: Node, documents: Documents) -> tuple[set[str], set[str], bool] | None:
    """Names and expressions of members that a schema describes, and whether it describes all.

    None where that depends on the value: with alternatives and conditions.
    """
    named: set[str] = set()
    matching: set[str] = set()
    pending, seen, everything = [node], {0}, False
    while pending:
        each = pending.pop()
        if id(each.value) in seen:
            continue
        seen.add(id(each.value))
        keys = _mapping(each).keys()
        if keys & _DEPENDING:
            return None
        named |= {key for key, _ in _entries(each, "properties")}
        matching |= {key for key, _ in _entries(each, "patternProperties")}
        everything |= "additionalProperties" in keys
        everything |= each is not node and "unevaluatedProperties" in keys
        all_of = each.get("allOf")
        pending += all_of.elements() if all_of is not None else []
        if reference_of(each) is not None:
            target = None if documents.is_remote(each) else documents.follow(each)
            if target is None:
                return None
            pending.append(target)
    return named, matching, everything


def _entries(node: Node, keyword: str) -> list[tuple[str, Node]]:
    found = node.get(keyword)
    return [] if found is None else found.items()
