"""One element of a changelog, whichever format it is written in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

DEEPEST = 60
"""Levels of nesting; a change that a person wrote has about six."""
MOST = 200_000
"""Elements of one file."""


class BrokenChangelogError(Exception):
    """A changelog that cannot be read, with the line (from 1) and the reason."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Node:
    """An XML element, or a key of YAML or JSON with what belongs to it.

    XML attributes and the single values of a YAML mapping are the same thing to Liquibase, and to readers of this.
    """

    name: str
    """As Liquibase names it; ``ext:`` stands before what an extension brings."""
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    children: tuple[Node, ...] = ()
    text: str = ""
    text_line: int = 0
    """Line on which ``text`` begins."""
    flat: bool = False
    """Line breaks of ``text`` are none of the file: it is quoted on one line."""

    def get(self, name: str) -> str:
        """An attribute, or the text of a child of that name; empty when there is none."""
        found = self.attributes.get(name)
        if found is not None:
            return found.strip()
        child = next((child for child in self.children if child.name == name), None)
        return child.text.strip() if child is not None else ""

    def flag(self, name: str, *, default: bool | None = False) -> bool | None:
        """A boolean attribute; None when what it says is only known to whoever runs the tool."""
        value = self.get(name).lower()
        if not value:
            return default
        return None if "${" in value else value == "true"

    def all(self, name: str) -> Iterator[Node]:
        """The children of that name; in YAML they are items of a list that has the name in the plural."""
        for child in self.children:
            if child.name == name:
                yield child
            elif child.name == f"{name}s":
                yield from child.all(name)

    def child(self, name: str) -> Node | None:
        """The first child of that name."""
        return next(self.all(name), None)

    def code(self) -> Node:
        """The element whose text is the body: itself, or the value that YAML names like it (``sql: {sql: ...}``)."""
        if self.text.strip():
            return self
        names = (
            "sql",
            "selectQuery",
            "procedureText",
            "procedureBody",
            "functionBody",
            "triggerBody",
            "where",
        )
        found = [child for child in self.children if child.name in names and child.text.strip()]
        if found:
            return found[0]
        written = next((self.attributes[name] for name in names if self.attributes.get(name, "").strip()), "")
        return Node(self.name, self.line, text=written, text_line=self.line, flat=True)


def mapped(node: Node, change: Callable[[str], str]) -> Node:
    """The same element with every value and text replaced."""
    return replace(
        node,
        attributes={name: change(value) for name, value in node.attributes.items()},
        children=tuple(mapped(child, change) for child in node.children),
        text=change(node.text),
    )


def canonical(node: Node) -> list[object]:
    """What Liquibase's checksum sees of an element: names and values, no layout and no comments."""
    values = {(name, " ".join(value.split())) for name, value in node.attributes.items()}
    plain = [child for child in node.children if not child.children and not child.attributes]
    values |= {(child.name, " ".join(child.text.split())) for child in plain}
    below = [canonical(child) for child in node.children if child.children or child.attributes]
    return [node.name, sorted(values), below, " ".join(node.text.split())]
