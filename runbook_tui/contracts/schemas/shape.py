"""What a schema says once its references are followed and its ``allOf`` taken apart.

Two schemas that say the same in different words have the same shape: inline or behind a ``$ref``, plain or as an
``allOf`` of one, ``nullable`` or a type ``null`` or a branch ``null`` of a ``oneOf``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.documents.resolving import Documents, reference_of

Nodes = tuple[Node, ...]
"""Schemas that hold all at once."""
MAX_PARTS = 300
"""Most schemas that one schema may be put together from; the rest is not looked at."""
UNIONS = ("oneOf", "anyOf")
PROSE = frozenset({"title", "description", "example", "examples", "externalDocs", "$comment", "deprecated"})
"""Keywords that say nothing about the value."""


@dataclass(eq=False, slots=True)
class Union:
    """A ``oneOf`` or ``anyOf`` with several branches."""

    keyword: str
    node: Node
    branches: list[Node]


@dataclass(eq=False, slots=True)
class Shape:
    """All that holds for one place of a message. Made by :meth:`Shapes.of`."""

    node: Node
    """The schema as it is referred to: the place of changes that concern all of it."""
    parts: list[Node] = field(default_factory=list)
    """Mappings whose keywords all hold; references and ``allOf`` are followed."""
    unions: list[Union] = field(default_factory=list)
    remote: dict[str, Node] = field(default_factory=dict)
    """References to URLs, which nobody follows."""
    nullable: bool = False
    never: bool = False
    """Whether no value is allowed (the schema ``false``)."""
    broken: bool = False
    """Whether a reference leads nowhere: nothing can be said of the whole."""
    keywords: frozenset[str] = frozenset()
    """All keywords of the parts."""
    _properties: dict[str, Nodes] | None = None
    _required: dict[str, Node] | None = None
    kinds: tuple[frozenset[str] | None] | None = None
    """The types that are allowed, once somebody has asked for them."""

    def all(self, keyword: str) -> list[Node]:
        """Every value that a keyword has."""
        if keyword not in self.keywords:
            return []
        return [found for part in self.parts if (found := part.get(keyword)) is not None]

    def first(self, keyword: str) -> Node | None:
        """The first value that a keyword has."""
        found = self.all(keyword)
        return found[0] if found else None

    def flag(self, keyword: str) -> bool:
        """Whether a keyword is true anywhere."""
        return any(found.value is True for found in self.all(keyword))

    @property
    def is_anything(self) -> bool:
        """Whether nothing is said about the value."""
        return not (self.never or self.unions or self.remote or self.broken or self.keywords - PROSE)

    @property
    def properties(self) -> dict[str, Nodes]:
        """Name of each member to all that holds for it; a name that is only required says nothing of its value."""
        if self._properties is None:
            found: dict[str, Nodes] = {}
            for each in self.all("properties"):
                for name, node in each.items():
                    found[name] = (*found.get(name, ()), node)
            for name in self.required:
                found.setdefault(name, ())
            self._properties = found
        return self._properties

    @property
    def required(self) -> dict[str, Node]:
        """Each required name, with where it is said."""
        if self._required is None:
            self._required = {
                item.value: item
                for each in self.all("required")
                for item in each.elements()
                if isinstance(item.value, str)
            }
        return self._required

    @property
    def closed(self) -> Node | None:
        """What forbids members that are not named, if anything does."""
        for keyword in ("additionalProperties", "unevaluatedProperties"):
            for found in self.all(keyword):
                if found.value is False:
                    return found
        return None


class Shapes:
    """Makes shapes from the schemas of one version; each once."""

    def __init__(self, documents: Documents) -> None:
        self.documents = documents
        self._made: dict[tuple[int, ...], Shape] = {}

    def of(self, nodes: Nodes) -> Shape:
        """The shape of schemas that hold all at once; there is at least one."""
        key = tuple(id(node.value) for node in nodes)
        cached = all(isinstance(node.value, dict) for node in nodes)
        if cached and key in self._made:
            return self._made[key]
        shape = self._make(nodes)
        if cached:
            self._made[key] = shape
        return shape

    def without(self, shape: Shape, left_out: list[Node]) -> Shape:
        """The shape as it would be without some parts of its ``allOf``."""
        return self._make((shape.node, *shape.parts), {id(node.value) for node in left_out})

    def _make(self, nodes: Nodes, left_out: Collection[int] = ()) -> Shape:
        shape = Shape(nodes[0])
        pending = deque(nodes)
        seen = set(left_out)
        while pending and len(seen) < MAX_PARTS:
            node = pending.popleft()
            value = node.value
            if value is False:
                shape.never = True
            if not isinstance(value, dict) or id(value) in seen:
                continue
            seen.add(id(value))
            # Depth first, so that the order stays the same when a part is put into an allOf of its own.
            inner = list(self._target(node, shape)) if reference_of(node) is not None else []
            if not inner or len(value) > 1:
                shape.parts.append(node)
                inner += self._inner(node, shape)
            pending.extendleft(reversed(inner))
        shape.keywords = frozenset().union(
            *(part.value for part in shape.parts if isinstance(part.value, dict))
        )
        shape.nullable = shape.nullable or any(is_nullable(part.value) for part in shape.parts)
        return shape

    def _target(self, node: Node, shape: Shape) -> Iterable[Node]:
        if self.documents.is_remote(node):
            shape.remote[reference_of(node) or ""] = node
            return ()
        target = self.documents.follow(node)
        if target is None:
            shape.broken = True
            return ()
        return (target,)

    def _inner(self, node: Node, shape: Shape) -> Iterable[Node]:
        all_of = node.get("allOf")
        if all_of is not None:
            yield from all_of.elements()
        for keyword in UNIONS:
            found = node.get(keyword)
            branches = found.elements() if found is not None else []
            rest = [branch for branch in branches if not is_null(branch.value)]
            shape.nullable = shape.nullable or len(rest) < len(branches)
            if len(rest) == 1:
                yield rest[0]
            elif found is not None and rest:
                shape.unions.append(Union(keyword, found, rest))


def is_null(schema: object) -> bool:
    """Whether a schema allows null and nothing else."""
    if not isinstance(schema, dict):
        return False
    said = {key: value for key, value in schema.items() if key not in PROSE}
    return said in (
        {"type": "null"},
        {"type": ["null"]},
        {"enum": [None]},
        {"const": None},
        {"type": "null", "enum": [None]},
        {"nullable": True},
    )


def is_nullable(schema: object) -> bool:
    """Whether a mapping says by itself that null is allowed, in any of the dialects."""
    if not isinstance(schema, dict):
        return False
    if schema.get("nullable") is True or schema.get("x-nullable") is True:
        return True
    kind = schema.get("type")
    if kind == "null" or (isinstance(kind, list) and "null" in kind):
        return True
    values = schema.get("enum")
    inside = isinstance(values, list) and None in values and kind is None
    return inside or ("const" in schema and schema["const"] is None)
