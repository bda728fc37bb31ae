"""Objects with traits: several mappings, one over the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.documents.resolving import Documents

MAX_MERGED = 100_000
"""Most members that are put together in one version: one trait can be used by any number of messages."""


class Composed(Node):
    """A mapping that stands nowhere as a whole; each member is where it was written."""

    __slots__ = ("_members",)

    def __init__(self, members: dict[str, Node], at: Node) -> None:
        """``at`` is where the whole is told to be."""
        value = {key: node.value for key, node in members.items()}
        super().__init__(value, at.document, at.parent, at.key)
        self._members = members

    def get(self, key: str) -> Node | None:
        """A member."""
        return self._members.get(key)

    def items(self) -> list[tuple[str, Node]]:
        """All members."""
        return list(self._members.items())


@dataclass(slots=True)
class Merger:
    """Puts mappings of one version together."""

    documents: Documents
    _left: int = MAX_MERGED

    def merge(self, nodes: Sequence[Node]) -> Node:
        """Schemas of headers as one, the strongest first: their keywords, and the members of ``properties``.

        It is the JSON Merge Patch (RFC 7386) that AsyncAPI asks for, down to the single header: of two descriptions of
        one header the stronger one holds as a whole.
        """
        resolved = [found for node in nodes if (found := self.documents.resolve(node)) is not None]
        mappings = [node for node in resolved if isinstance(node.value, dict)]
        if len(mappings) < 2:
            return nodes[0]
        members = self._united(mappings)
        inner = [found for node in mappings if (found := node.get("properties")) is not None]
        if len(inner) > 1:
            members["properties"] = Composed(self._united(inner), inner[0])
        if len({node.path for node in mappings}) > 1:
            # what they refer to cannot be compared by name from one file
            members["$comment"] = Node(self.documents.version, mappings[0].document, mappings[0])
        return Composed(members, mappings[0])

    def _united(self, nodes: Sequence[Node]) -> dict[str, Node]:
        if self._left < 0:
            return dict(nodes[0].items())
        found: dict[str, Node] = {}
        for node in reversed(nodes):
            found.update(node.items())
        self._left -= len(found)
        if self._left < 0:
            what = f"traits that repeat more than {MAX_MERGED:,} members"
            self.documents.fault(nodes[0], what, "", "let one trait describe the headers")
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """An object and its traits, the strongest first."""

    nodes: tuple[Node, ...]

    def all(self, key: str) -> list[Node]:
        """What each of them says, the strongest first; ``null`` says nothing."""
        return [
            found for node in self.nodes if (found := node.get(key)) is not None and found.value is not None
        ]

    def get(self, key: str) -> Node | None:
        """What holds."""
        found = self.all(key)
        return found[0] if found else None

    def text(self, key: str) -> str:
        """What holds, where it is text; else empty."""
        found = self.get(key)
        return found.value if found is not None and isinstance(found.value, str) else ""


def layers_of(node: Node, documents: Documents, *, traits_win: bool) -> Layers:
    """An object with its traits.

    In AsyncAPI 2 traits are merged into the object in their order, and so win over it ("Message Object" of 2.6.0); in 3
    they must not override it ("Traits Merge Mechanism" of 3.0.0).
    """
    listed = node.get("traits")
    found = [documents.resolve(each) for each in listed.elements()] if listed is not None else []
    traits = [each for each in reversed(found) if each is not None and isinstance(each.value, dict)]
    return Layers((*traits, node) if traits_win else (node, *traits))
