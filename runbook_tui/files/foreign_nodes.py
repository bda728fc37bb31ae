"""What YAML of other tools is read into: text, lists and mappings, each with its place.

Readers walk it with the functions below, which answer "nothing" where a file has another shape than it should have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from runbook_tui.files.problems import Place


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar, as it was written: ``0123``, ``yes`` and ``1.10`` are text."""

    value: str
    place: Place
    null: bool = False
    """Nothing, ``~`` or ``null``."""


@dataclass(frozen=True, slots=True)
class List:
    """A sequence."""

    items: tuple[Node, ...] = field(repr=False)
    place: Place


@dataclass(frozen=True, slots=True)
class Map:
    """A mapping with text keys; the values of merge keys are in it."""

    entries: Mapping[str, Node] = field(repr=False)
    place: Place
    keys: Mapping[str, Place] = field(repr=False)
    """Where each key stands."""


Node: TypeAlias = Text | List | Map
"""Any value. Aliases share the value that they name, so a whole tree must not be walked: it may be endless work."""


def child(node: Node | None, *path: str) -> Node | None:
    """The value that some keys lead to; None where there is none, or it is null."""
    for key in path:
        node = node.entries.get(key) if isinstance(node, Map) else None
    return None if isinstance(node, Text) and node.null else node


def text(node: Node | None, *path: str) -> Text | None:
    """The text that some keys lead to; None where there is none, or it is empty."""
    found = child(node, *path)
    return found if isinstance(found, Text) and found.value.strip() else None


def words(node: Node | None, *path: str) -> str:
    """The same as a plain string; empty where there is none."""
    found = text(node, *path)
    return found.value.strip() if found is not None else ""


def entries(node: Node | None, *path: str) -> Iterator[tuple[str, Place, Node]]:
    """Keys, their places and their values."""
    found = child(node, *path)
    if isinstance(found, Map):
        for key, value in found.entries.items():
            yield key, found.keys[key], value


def items(node: Node | None, *path: str) -> tuple[Node, ...]:
    """The items of a list that are not null; a single text counts as a list of one."""
    found = child(node, *path)
    if isinstance(found, List):
        return tuple(item for item in found.items if not (isinstance(item, Text) and item.null))
    return (found,) if isinstance(found, Text) else ()


def texts(node: Node | None, *path: str) -> tuple[Text, ...]:
    """The items of a list that are text."""
    return tuple(item for item in items(node, *path) if isinstance(item, Text) and item.value.strip())


def key_place(node: Map, key: str) -> Place:
    """Where a key of a mapping stands; the mapping itself when it does not have it."""
    return node.keys.get(key, node.place)
