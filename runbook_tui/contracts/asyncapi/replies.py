"""Replies of AsyncAPI 3: they go the other way than what they answer."""

from __future__ import annotations

from dataclasses import replace

from runbook_tui.contracts.asyncapi.messages import MessageComparer
from runbook_tui.contracts.asyncapi.model import Channel, Operation, Reply
from runbook_tui.contracts.asyncapi.telling import Voice, replies_of
from runbook_tui.contracts.model import Action, Direction, Effect, Kind

_OPPOSITE = {Direction.EVENT: Direction.REQUEST, Direction.REQUEST: Direction.RESPONSE}
"""Who writes the reply to a message."""


def compare_replies(
    old: Operation, new: Operation, channel: Channel, voice: Voice, messages: MessageComparer
) -> None:
    """Tell how the replies to what is sent to a channel, or received from it, differ."""
    own = replace(voice, direction=_OPPOSITE[voice.direction])
    before, after = old.reply, new.reply
    if before is not None and after is not None:
        _compare_address(before, after, channel, own)
        messages.compare(before.messages, after.messages, replies_of(channel, own, after.node))
    elif after is not None:
        _tell_existence(after, channel, own, added=True)
    elif before is not None:
        _tell_existence(before, channel, own, added=False)


def _tell_existence(reply: Reply, channel: Channel, voice: Voice, *, added: bool) -> None:
    """Whoever waits for a reply needs the one who writes it first, and has to stop waiting before it is left out."""
    whole = replies_of(channel, voice, reply.node).whole
    text = f"{'adds' if added else 'removes'} {whole}"
    effect = Effect.NARROWS if added else Effect.WIDENS
    action = Action.ADD if added else Action.REMOVE
    rule = f"operation-reply-{'added' if added else 'removed'}"
    voice.tell(rule, Kind.EXISTENCE, action, effect, at=reply.node, text=text)


def _compare_address(old: Reply, new: Reply, channel: Channel, voice: Voice) -> None:
    if old.address == new.address or not (old.address and new.address):
        return
    at = new.node.get("address") or new.node.get("channel") or new.node
    text = f"moves {replies_of(channel, voice, at).whole} from {old.address} to {new.address}"
    rule, names = "reply-address-changed", tuple(map(_last_word, (old.address, new.address)))
    voice.tell(rule, Kind.STRUCTURE, Action.CHANGE, Effect.NEITHER, at=at, text=text, names=names)


def _last_word(address: str) -> str:
    """What code contains: the member that an address is taken from, or the address itself."""
    return address.rpartition("/")[2] if address.startswith("$") else address
