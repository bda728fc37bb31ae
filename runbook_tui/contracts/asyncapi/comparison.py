"""Two versions of an event API: which channels there are, and what is sent to each and received from it."""

from __future__ import annotations

from collections.abc import Sequence

from runbook_tui.contracts.asyncapi.matching import channel_pairs, operation_pairs
from runbook_tui.contracts.asyncapi.messages import MessageComparer
from runbook_tui.contracts.asyncapi.model import Api, Channel, Operation, united
from runbook_tui.contracts.asyncapi.parameters import compare_parameters
from runbook_tui.contracts.asyncapi.replies import compare_replies
from runbook_tui.contracts.asyncapi.telling import Teller, Voice, flow_of
from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.model import Action, Direction, Effect, Kind


def compare_apis(old: Api | None, new: Api | None, teller: Teller, messages: MessageComparer) -> None:
    """Tell everything that differs; either may be missing: the API is new, or gone."""
    before, after = (api.channels if api is not None else [] for api in (old, new))
    for one, other in channel_pairs(before, after):
        if all(channel is None or channel.replies_only for channel in (one, other)):
            continue
        if one is not None and other is not None:
            _compare_channels(one, other, teller, messages)
        elif other is not None:
            _tell_channel(other, teller, added=True)
        elif one is not None:
            _tell_channel(one, teller, added=False)


def _tell_channel(channel: Channel, teller: Teller, *, added: bool) -> None:
    """A channel that comes or goes as a whole; one that says nothing of its use is sent to."""
    for direction in channel.flows or (Direction.EVENT,):
        _tell_flow("channel", channel, channel.at, Voice(teller, direction, channel.names), added=added)


def _tell_flow(what: str, channel: Channel, at: Node, voice: Voice, *, added: bool) -> None:
    """What the application starts or stops to send or receive.

    What it sends nobody can read before it is sent, so the provider goes first; before it stops, the last who relies on
    it has to be gone, so the consumers go first. What is new narrows: it can be relied on, as on a new member of an
    answer.

    What it receives nobody may send before it is received, so the provider goes first; before it stops, the last sender
    has to be gone, so the consumers go first.
    """
    request = voice.direction is Direction.REQUEST
    effect = Effect.WIDENS if added == request else Effect.NARROWS
    doing = "receiving from" if request else "sending to"
    verb, action = ("starts", Action.ADD) if added else ("stops", Action.REMOVE)
    text = f"{verb} {doing} the channel {channel}"
    rule = f"{what}-{'added' if added else 'removed'}"
    voice.tell(rule, Kind.EXISTENCE, action, effect, at=at, text=text)


def _compare_channels(old: Channel, new: Channel, teller: Teller, messages: MessageComparer) -> None:
    before, after = _stated(old, new), _stated(new, old)
    for direction in dict.fromkeys([*before, *after]):
        voice = Voice(teller, direction, new.names)
        if direction not in before:
            _tell_flow("operation", new, after[direction][0].at, voice, added=True)
        elif direction not in after:
            _tell_flow("operation", old, before[direction][0].at, voice, added=False)
        else:
            _compare_address(old, new, voice)
            compare_parameters(old, new, voice)
            lists = [united(operation.messages for operation in each[direction]) for each in (before, after)]
            messages.compare(lists[0], lists[1], flow_of(new, voice))
            for one, other in operation_pairs(before[direction], after[direction]):
                if one is not None and other is not None:
                    compare_replies(one, other, new, voice, messages)


def _stated(channel: Channel, other: Channel) -> dict[Direction, Sequence[Operation]]:
    """What is sent and received; a description that does not say means what its other version says."""
    if channel.flows:
        return dict(channel.flows)
    operation = Operation("", channel.at, united(channel.messages))
    return {direction: [operation] for direction in other.flows or (Direction.EVENT,)}


def _compare_address(old: Channel, new: Channel, voice: Voice) -> None:
    """A channel that moved: whoever knows one address finds nothing at the other."""
    request = voice.direction is Direction.REQUEST
    at = new.node.get("address") or new.at
    if not old.address and new.address:
        text = f"says the address of the channel {new.key}: {new}"
        voice.tell("channel-address-added", Kind.STRUCTURE, Action.SPECIALIZE, None, at=at, text=text)
    elif old.address and not new.address:
        # who relies on the address has to find another way first
        effect = Effect.NARROWS if request else Effect.WIDENS
        at, names = old.node.get("address") or old.at, old.names
        text = f"no longer says that the address of the channel {new.key} is {old}"
        rule = "channel-address-removed"
        voice.tell(rule, Kind.STRUCTURE, Action.REMOVE, effect, at=at, text=text, names=names)
    elif old.shape != new.shape:
        verb = "receive" if request else "send"
        text = f"{verb}s on {new} what it {'received' if request else 'sent'} on {old}"
        names = tuple(dict.fromkeys((*old.names, *new.names)))
        rule, effect = "channel-address-changed", Effect.NEITHER
        voice.tell(rule, Kind.STRUCTURE, Action.CHANGE, effect, at=at, text=text, names=names)
