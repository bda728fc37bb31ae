"""Two versions of the same schemas, and which parts of them certainly say the same."""

from __future__ import annotations

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.documents.resolving import Documents
from runbook_tui.contracts.messages.containing import contains
from runbook_tui.contracts.messages.deciding import only_in
from runbook_tui.contracts.messages.model import NOTHING, Found, Schema
from runbook_tui.contracts.messages.reading import SchemaReader
from runbook_tui.contracts.schemas.sameness import Sameness, equal


class Versions:
    """Tells which messages only one of two versions of a schema allows."""

    def __init__(self, old: Documents, new: Documents, sameness: Sameness) -> None:
        self._old = SchemaReader(old)
        self._new = SchemaReader(new)
        self._documents = new
        self._sameness = sameness
        self._known: dict[tuple[int, int], tuple[Schema, Schema, bool]] = {}

    def forbidden(self, old: Node, new: Node, *, declared_only: bool = False) -> Found:
        """A message of the old version that the new one forbids."""
        if contains(new, old, self._compare):
            return NOTHING
        schemas = self._old.schema(old), self._new.schema(new)
        return only_in(*schemas, self._same, declared_only=declared_only)

    def added(self, old: Node, new: Node, *, declared_only: bool = False) -> Found:
        """A message of the new version that the old one forbids."""
        if contains(old, new, self._compare):
            return NOTHING
        schemas = self._new.schema(new), self._old.schema(old)
        return only_in(*schemas, self._same, declared_only=declared_only)

    def _same(self, one: Schema, other: Schema) -> bool:
        if one is other or one.node is None or other.node is None:
            return one is other
        key = (id(one), id(other))
        if key not in self._known:
            self._known[key] = (one, other, self._compare(one.node, other.node))
        return self._known[key][2]

    def _compare(self, one: Node, other: Node) -> bool:
        if one.document is other.document:
            return equal(one.value, other.value)
        if one.document is self._root_document(one):
            one, other = other, one
        return self._sameness.same(one, other)

    def _root_document(self, node: Node) -> object:
        """The document of the new version that has the path of a node."""
        root = self._documents.root(node.path)
        return None if root is None else root.document
