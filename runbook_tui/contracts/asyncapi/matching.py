"""Which channels, messages and operations of two versions belong together."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from runbook_tui.contracts.asyncapi.model import Channel, Message, Messages, Operation

T = TypeVar("T")
Keys = Callable[[T], Iterable[Hashable]]
"""What a thing can be told by."""
Pairs = list[tuple[T | None, T | None]]
"""Old and new side by side; None where there is no other version."""


def channel_pairs(old: Sequence[Channel], new: Sequence[Channel]) -> Pairs[Channel]:
    """Channels by address, then by address without the names of its parameters, then by their name."""
    return _pairs(
        old,
        new,
        [
            lambda channel: [channel.address] if channel.address else [],
            lambda channel: [channel.shape] if channel.address else [],
            lambda channel: [channel.key],
        ],
    )


def message_pairs(old: Messages, new: Messages) -> Pairs[Message]:
    """Messages by what they are called, then by what they look like; those of one name, or none, by their order.

    A single one belongs to a single one whatever the two are called.
    """
    if len(old) == len(new) == 1:
        return [(old[0], new[0])]
    content = _Contents()
    found = _pairs(
        old,
        new,
        [
            lambda message: message.ids[:1],
            lambda message: message.ids,
            lambda message: [content.of(message)],
        ],
    )
    return _in_order(found)


def operation_pairs(old: Sequence[Operation], new: Sequence[Operation]) -> Pairs[Operation]:
    """Operations by their id, then by their messages; a single one belongs to a single one."""
    if len(old) == len(new) == 1:
        return [(old[0], new[0])]
    return _pairs(
        old,
        new,
        [
            lambda operation: [operation.id] if operation.id else [],
            lambda operation: [tuple(message.ids[:1] for message in operation.messages)],
        ],
    )


def _pairs(old: Sequence[T], new: Sequence[T], stages: Sequence[Keys[T]]) -> Pairs[T]:
    """Pair what shares a key that nothing else of its version has, one kind of keys after the other.

    In the order of the new version, then what only the old one has.
    """
    before = dict.fromkeys(map(id, old))
    after = dict.fromkeys(map(id, new))
    partner: dict[int, T] = {}
    for keys in stages:
        if not before or not after:
            break
        known = _unique((each for each in old if id(each) in before), keys)
        for key, each in _unique((each for each in new if id(each) in after), keys).items():
            match = known.get(key)
            if match is not None and id(match) in before and id(each) in after:
                partner[id(each)] = match
                del before[id(match)], after[id(each)]
    return [
        *((partner.get(id(each)), each) for each in new),
        *((each, None) for each in old if id(each) in before),
    ]


def _unique(things: Iterable[T], keys: Keys[T]) -> dict[Hashable, T]:
    found: dict[Hashable, T] = {}
    several: set[Hashable] = set()
    for each in things:
        for key in keys(each):
            if key in found and found[key] is not each:
                several.add(key)
            found[key] = each
    return {key: each for key, each in found.items() if key not in several}


class _Contents:
    """Payloads as text, each written once."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}

    def of(self, message: Message) -> str:
        """What a message looks like."""
        holder = message.body or message.url
        if id(holder) not in self._known:
            payload = message.body.payload if message.body is not None else None
            node = payload.node if payload is not None else message.url
            value = node.value if node is not None else None
            self._known[id(holder)] = json.dumps(value, sort_keys=True, default=str)
        return self._known[id(holder)]


def _in_order(pairs: Pairs[Message]) -> Pairs[Message]:
    """Pair what is left: the first of a name in one version with the first of that name in the other, and so on."""
    gone: dict[tuple[str, ...], deque[Message]] = defaultdict(deque)
    for old, new in pairs:
        if old is not None and new is None:
            gone[old.ids[:1]].append(old)
    partner: dict[int, Message] = {}
    for old, new in pairs:
        if old is None and new is not None and gone[new.ids[:1]]:
            partner[id(new)] = gone[new.ids[:1]].popleft()
    taken = set(map(id, partner.values()))
    return [(partner.get(id(new), old), new) for old, new in pairs if new is not None or id(old) not in taken]
