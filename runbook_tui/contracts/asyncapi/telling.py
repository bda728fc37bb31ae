"""Reports differences of an event API, in words that say who sends what."""

from __future__ import annotations

from dataclasses import dataclass, replace

from runbook_tui.contracts.asyncapi.model import Channel, Message
from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.model import Direction
from runbook_tui.contracts.openapi.telling import Teller, Voice

__all__ = ["Flow", "Teller", "Voice", "flow_of", "replies_of"]


@dataclass(frozen=True, slots=True)
class Flow:
    """Messages that go one way, and the words for them."""

    voice: Voice
    whole: str
    """All of them: ``what it sends to orders.placed``."""
    noun: str
    """One of them: ``message``."""
    where: str
    """``on orders.placed``."""
    at: Node
    """What names them."""

    @property
    def direction(self) -> Direction:
        """Who writes them."""
        return self.voice.direction

    def place(self, message: Message) -> str:
        """A message, for people: ``the message OrderPlaced on orders.placed``."""
        return f"the {self.noun} {message.shown} {self.where}" if message.shown else self.nameless

    @property
    def nameless(self) -> str:
        """A message without a name."""
        return f"the {self.noun} {self.where}"

    def voice_of(self, message: Message) -> Voice:
        """Tells of a message: code that uses it names it, or the channel."""
        return replace(self.voice, names=tuple(dict.fromkeys((*message.names, *self.voice.names))))


def flow_of(channel: Channel, voice: Voice) -> Flow:
    """What is sent to a channel or received from it."""
    request = voice.direction is Direction.REQUEST
    whole = f"what it {'receives from' if request else 'sends to'} {channel}"
    return Flow(voice, whole, "message", f"on {channel}", channel.at)


def replies_of(channel: Channel, voice: Voice, at: Node) -> Flow:
    """The answers to what is sent to a channel or received from it."""
    asked = voice.direction is Direction.REQUEST
    whole = f"the replies that it {'gets to what it sends to' if asked else 'gives to'} {channel}"
    return Flow(voice, whole, "reply", f"to {channel}", at)
