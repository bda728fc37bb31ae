"""From a document to an :class:`Api`: what AsyncAPI 2 and 3 share. What cannot be resolved is a fault, and left out."""

from __future__ import annotations

import posixpath
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from runbook_tui.contracts.asyncapi.layers import Composed, Layers, Merger, layers_of
from runbook_tui.contracts.asyncapi.model import Api, Body, Channel, Described, Message, Messages, Operation
from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.documents.pointers import parts_of
from runbook_tui.contracts.documents.resolving import Documents, reference_of
from runbook_tui.contracts.model import Direction

_MOST_HOPS = 20
"""References from one to the next whose names are kept."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a reference leads to, and the names on the way."""

    node: Node | None
    names: tuple[str, ...]
    """Last part of each reference."""
    url: Node | None = None
    """The reference that leads out of the files."""


class Reader(ABC):
    """Reads one version of a description."""

    traits_win: bool
    """Whether a trait wins over the object that it is applied to."""

    def __init__(self, root: Node, documents: Documents) -> None:
        self.root = root
        self.documents = documents
        self._merger = Merger(documents)
        self._bodies: dict[int, Body] = {}

    @abstractmethod
    def read(self) -> Api:
        """The API that the document describes."""

    @abstractmethod
    def described(self, layers: Layers, keyword: str) -> Described | None:
        """The payload or the headers of a message."""

    def members(self, node: Node | None) -> Iterator[tuple[str, Node]]:
        """The members of a mapping, behind its reference, without extensions."""
        found = self.mapping(node)
        for key, each in found.items() if found is not None else []:
            if not key.startswith("x-"):
                yield key, each

    def mapping(self, node: Node | None) -> Node | None:
        """The mapping behind a chain of references; None where there is none."""
        found = self.documents.resolve(node) if node is not None else None
        return found if found is not None and isinstance(found.value, dict) else None

    def target(self, node: Node) -> Target:
        """What a chain of references leads to."""
        names: list[str] = []
        current: Node | None = node
        while current is not None and (reference := reference_of(current)) and len(names) < _MOST_HOPS:
            if self.documents.is_remote(current):
                return Target(None, (*names, _last_part(reference)), current)
            names.append(_last_part(reference))
            current = self.documents.follow(current)
        return Target(self.mapping(current), tuple(names))

    def messages(self, nodes: Iterable[tuple[tuple[str, ...], Node]]) -> Messages:
        """Messages from what names them: the ids known by then, and the message or a reference to it."""
        found: list[Message] = []
        for ids, node in nodes:
            target = self.target(node)
            if target.node is None and target.url is None:
                continue
            body = self.body(target.node) if target.node is not None else None
            own = (*ids, *_stated(target.node), *target.names)
            found.append(Message(tuple(dict.fromkeys(each for each in own if each)), node, body, target.url))
        return tuple(found)

    def body(self, node: Node) -> Body:
        """What a message is; each is read once."""
        key = id(node.value)
        if key not in self._bodies:
            self._bodies[key] = self._body(node)
        return self._bodies[key]

    def _body(self, node: Node) -> Body:
        layers = layers_of(node, self.documents, traits_win=self.traits_win)
        stated = layers.get("contentType") or self.root.get("defaultContentType")
        content_type = stated.value if stated is not None and isinstance(stated.value, str) else ""
        at = stated if stated is not None and content_type else node
        payload = self.described(layers, "payload")
        headers, key = self._headers(layers), self._key(layers, payload)
        return Body(node, layers.text("name"), content_type.strip(), at, payload, headers, key)

    def _headers(self, layers: Layers) -> Described:
        """Headers, which are an object also where that is not said."""
        found = self.described(layers, "headers")
        if found is not None and (found.format or self.documents.is_remote(found.node)):
            return found
        stated = self.mapping(found.node) if found is not None else None
        if found is not None and (stated is None or stated.get("type") is not None):
            return found
        at = stated or layers.nodes[-1]
        members = dict(stated.items()) if stated is not None else {}
        whole = Composed({"type": Node("object", at.document, at, "type"), **members}, at)
        return Described(whole, "", whole)

    def schema_of(self, layers: Layers, keyword: str) -> Node | None:
        """What a message says under a keyword; headers are put together from all that the traits say."""
        found = layers.all(keyword)
        if len(found) > 1 and keyword == "headers":
            return self._merger.merge(found)
        return found[0] if found else None

    def _key(self, layers: Layers, payload: Described | None) -> Described | None:
        for bindings in layers.all("bindings"):
            whole = self.mapping(bindings)
            kafka = self.mapping(whole.get("kafka")) if whole is not None else None
            key = kafka.get("key") if kafka is not None else None
            if key is not None and key.value is not None:
                return Described(key, _format_of_key(key, payload), key)
        return None


def _stated(node: Node | None) -> tuple[str, ...]:
    return (node.text("messageId"), node.text("name")) if node is not None else ()


def _last_part(reference: str) -> str:
    """``OrderPlaced`` of ``#/components/messages/OrderPlaced`` or ``messages/OrderPlaced.yaml``."""
    file, _, fragment = reference.partition("#")
    parts = parts_of(fragment)
    return parts[-1] if parts else posixpath.splitext(posixpath.basename(file))[0]


def _format_of_key(key: Node, payload: Described | None) -> str:
    """A key is in the format of the payload, or in AsyncAPI's own, which Avro's types that have no name look like.

    Source: "Message binding object" of asyncapi/bindings:kafka/README.md, which takes either and does not say which.
    """
    declared = key.value.get("type") if isinstance(key.value, dict) else key.value
    plain = declared in ("string", "boolean", "object", "number", "integer", "array", "null")
    if payload is None or (plain and isinstance(key.value, dict)) or isinstance(key.value, bool):
        return ""
    return payload.format


def channel_at(channels: dict[str, Channel], found: Channel) -> Channel:
    """The channel of an address: the first that has it, else the new one itself."""
    return channels.setdefault(f"address {found.address}" if found.address else f"key {found.key}", found)


def add_operation(channel: Channel, direction: Direction, operation: Operation) -> None:
    """Let a channel have one more operation."""
    channel.flows.setdefault(direction, []).append(operation)
