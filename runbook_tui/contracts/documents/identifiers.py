"""Parts of schemas that are named by ``$id`` or ``$anchor`` rather than by a path."""

from __future__ import annotations

from urllib.parse import urldefrag, urljoin

from runbook_tui.contracts.documents.node import Node

_DATA = frozenset({"example", "examples", "default", "enum", "const"})
"""Members that hold values of their own, in which nothing is a keyword."""


def identifier_of(value: object) -> str:
    """The ``$id`` of a schema, or draft 4's ``id`` where it is a URI; empty where there is none."""
    if not isinstance(value, dict):
        return ""
    found = value.get("$id", value.get("id"))
    if not isinstance(found, str):
        return ""
    return found if "$id" in value or "://" in found or found.startswith("#") else ""


def base_of(node: Node) -> str:
    """The URI against which references in a node are resolved; empty where no schema around it has one."""
    found: list[str] = []
    above: Node | None = node
    while above is not None:
        identifier = identifier_of(above.value)
        if identifier:
            found.append(identifier)
        above = above.parent
    base = ""
    for each in reversed(found):
        base = joined(base, each)
    return base


def joined(base: str, reference: str) -> str:
    """A reference as a URI; as it is where it cannot be one."""
    try:
        return urljoin(base, reference)
    except ValueError:
        return reference


def resource_of(node: Node) -> Node:
    """The nearest schema around a node that has an ``$id``, else the top of its file."""
    above = node
    while above.parent is not None and not identifier_of(above.value):
        above = above.parent
    return above


def named_parts(root: Node) -> dict[str, Node]:
    """Every part of a file that has a name, by URI; anchors are fragments of the URI of the schema around them."""
    found: dict[str, Node] = {}
    pending: list[tuple[Node, str]] = [(root, "")]
    while pending:
        node, base = pending.pop()
        value = node.value
        if isinstance(value, dict):
            identifier = identifier_of(value)
            if identifier:
                base = joined(base, identifier)
                found.setdefault(base.removesuffix("#"), node)
            for keyword in ("$anchor", "$dynamicAnchor"):
                if node.text(keyword):
                    found.setdefault(f"{_without_fragment(base)}#{node.text(keyword)}", node)
            if value.get("$recursiveAnchor") is True:
                found.setdefault(f"{_without_fragment(base)}#", node)
            pending += [(each, base) for key, each in node.items() if key not in _DATA and _holds(each.value)]
        else:
            pending += [(each, base) for each in node.elements() if _holds(each.value)]
    return found


def _without_fragment(base: str) -> str:
    try:
        return urldefrag(base).url
    except ValueError:
        return base


def _holds(value: object) -> bool:
    return isinstance(value, (dict, list))
