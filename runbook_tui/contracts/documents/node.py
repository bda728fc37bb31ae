"""A value in a contract, with the way to its place."""

from __future__ import annotations

from dataclasses import dataclass

from runbook_tui.contracts.documents.document import Document
from runbook_tui.contracts.documents.pointers import escaped


@dataclass(eq=False, slots=True)
class Node:
    """A value of a document. Two nodes are the same thing when :attr:`identity` is equal."""

    value: object
    document: Document
    parent: Node | None = None
    key: str = ""
    """Key or index in the parent."""

    @property
    def pointer(self) -> str:
        """JSON pointer from the top of the file."""
        parts: list[str] = []
        node = self
        while node.parent is not None:
            parts.append("/" + escaped(node.key))
            node = node.parent
        return "".join(reversed(parts))

    @property
    def path(self) -> str:
        """The file."""
        return self.document.path

    @property
    def line(self) -> int:
        """Line of the key, from 1; 0 where it is not known."""
        return self.document.place(self.pointer)[0]

    @property
    def column(self) -> int:
        """Column of the key, from 1; 0 where it is not known."""
        return self.document.place(self.pointer)[1]

    @property
    def identity(self) -> tuple[str, str]:
        """File and pointer."""
        return self.document.path, self.pointer

    def get(self, key: str) -> Node | None:
        """The member of a mapping; None where there is none, or this is no mapping."""
        value = self.value
        if isinstance(value, dict) and key in value:
            return Node(value[key], self.document, self, key)
        return None

    def items(self) -> list[tuple[str, Node]]:
        """All members of a mapping; none where this is no mapping."""
        value = self.value
        if not isinstance(value, dict):
            return []
        return [(key, Node(each, self.document, self, key)) for key, each in value.items()]

    def elements(self) -> list[Node]:
        """All items of a list; none where this is no list."""
        value = self.value
        if not isinstance(value, list):
            return []
        return [Node(each, self.document, self, str(index)) for index, each in enumerate(value)]

    def text(self, key: str) -> str:
        """A member that is text; empty where it is not."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return value if isinstance(value, str) else ""

    def flag(self, key: str) -> bool:
        """Whether a member is true."""
        return isinstance(self.value, dict) and self.value.get(key) is True

    def at(self, parts: list[str]) -> Node | None:
        """The value that a pointer's parts lead to from here."""
        node: Node | None = self
        for part in parts:
            if node is None:
                return None
            node = node._item(part) if isinstance(node.value, list) else node.get(part)
        return node

    def _item(self, index: str) -> Node | None:
        items = self.value
        if (
            isinstance(items, list)
            and index.isascii()
            and index.isdigit()
            and len(index) < 10
            and int(index) < len(items)
        ):
            return Node(items[int(index)], self.document, self, index)
        return None
