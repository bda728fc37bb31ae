"""An event API as the comparison needs it, the same for AsyncAPI 2 and 3: references followed, traits applied."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.model import Direction

PARAMETER = re.compile(r"\{([^{}]*)\}")
"""A part of an address that stands for a value."""
_SEPARATORS = "/.:-_#*> "


@dataclass(frozen=True, slots=True, eq=False)
class Described:
    """A payload, or the headers, or a key."""

    node: Node
    format: str
    """The ``schemaFormat``; empty for AsyncAPI's own."""
    format_at: Node
    """Where the format is said, else the same as ``node``."""


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """What a message is, with its traits."""

    node: Node
    name: str
    """Its ``name``; empty where it has none."""
    content_type: str
    """Its own, or that of the whole description; empty where neither is stated."""
    content_type_at: Node
    payload: Described | None
    headers: Described
    """Always an object; where nothing is said of them there may be any."""
    key: Described | None
    """The key of a Kafka message (``bindings.kafka.key``)."""


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """A message as an operation or channel names it."""

    ids: tuple[str, ...]
    """By what it is known, most telling first: its key in the channel, its ``messageId``, its name, its component."""
    at: Node
    """Where it is named."""
    body: Body | None
    """None for one behind a URL, which nobody follows."""
    url: Node | None = None
    """The reference to that URL."""

    @property
    def shown(self) -> str:
        """What people call it; empty where nobody does."""
        named = self.body.name if self.body is not None else ""
        return named or (self.ids[0] if self.ids else "")

    @property
    def names(self) -> tuple[str, ...]:
        """What code that uses it contains."""
        return tuple(dict.fromkeys(name for name in (self.shown, *self.ids) if name))


Messages = tuple[Message, ...]
"""Any of which may be sent; none at all where a description does not say which."""


def united(several: Iterable[Messages]) -> Messages:
    """All messages of several places, each once."""
    lists = {id(each): each for each in several}
    if len(lists) == 1:
        return next(iter(lists.values()))
    found = {
        (id(message.body or message.at), message.ids[:1]): message
        for each in reversed(lists.values())
        for message in each
    }
    return tuple(reversed(found.values()))


@dataclass(frozen=True, slots=True, eq=False)
class Reply:
    """What answers a message, in AsyncAPI 3."""

    node: Node
    address: str
    """Of the channel, or where a message tells it (``$message.header#/replyTo``); empty where it is not known."""
    messages: Messages


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """Something that is sent to a channel or received from it."""

    id: str
    at: Node
    messages: Messages
    reply: Reply | None = None


@dataclass(slots=True, eq=False)
class Channel:
    """A topic, queue or path with what the described application sends to it and receives from it."""

    key: str
    """Its name in the description."""
    address: str
    """Empty where it is not known."""
    at: Node
    """Where it is named."""
    node: Node
    """The channel itself, which may be in another file."""
    messages: list[Messages] = field(default_factory=list)
    """All that are described for it, whoever sends them."""
    flows: dict[Direction, list[Operation]] = field(default_factory=dict)
    """``event`` for what is sent, ``request`` for what is received; empty where the description does not say."""
    replies_only: bool = False
    """Whether it only carries replies, which are compared with what they answer."""

    @property
    def shape(self) -> str:
        """The address without the names of its parameters, which are not sent."""
        return PARAMETER.sub("{}", self.address)

    @property
    def names(self) -> tuple[str, ...]:
        """What code that uses it contains: the fixed parts of its address, the longest first."""
        fixed = (part.strip(_SEPARATORS) for part in PARAMETER.split(self.address)[::2])
        found = sorted((part for part in fixed if part), key=len, reverse=True)
        return tuple(dict.fromkeys(found)) or (self.key,)

    def __str__(self) -> str:
        return self.address or self.key


@dataclass(slots=True, eq=False)
class Api:
    """One version of an event API."""

    root: Node
    channels: list[Channel] = field(default_factory=list)
    """Each address once."""
