"""Which messages are requests, responses or events: what a service's methods lead to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from runbook_tui.contracts.model import Direction
from runbook_tui.contracts.protobuf.fields import SCALARS
from runbook_tui.contracts.protobuf.schema import Schema, scope_of


@dataclass(frozen=True, slots=True)
class Reach:
    """The messages and enums of one version by what they are part of, as full names."""

    requests: frozenset[str]
    responses: frozenset[str]
    used: frozenset[str]
    """Those of the contract's own files, and all that they lead to."""
    parts: frozenset[str]
    """Those that a field or method names: never sent for themselves alone."""

    def directions(self, full: str) -> tuple[Direction, ...]:
        """Who writes a message or a value of an enum. What no method leads to is an event."""
        found = []
        if full in self.requests:
            found.append(Direction.REQUEST)
        if full in self.responses:
            found.append(Direction.RESPONSE)
        return tuple(found) or (Direction.EVENT,)


def reach_of(schema: Schema) -> Reach:
    """Follow the methods of a version's own services through the fields of their messages."""
    types = _types_by_message(schema)
    requests, responses = set(), set()
    for services in schema.services.values():
        for service in services:
            if service.source.own:
                scope = scope_of(service)
                requests |= {schema.resolve(rpc.input, scope) for rpc in service.node.rpcs}
                responses |= {schema.resolve(rpc.output, scope) for rpc in service.node.rpcs}
    own = {found.full for found in schema.all_messages() if found.source.own}
    own |= {name for name, enums in schema.enums.items() if any(found.source.own for found in enums)}
    parts = {name for names in types.values() for name in names} | requests | responses
    return Reach(
        _followed(requests, types),
        _followed(responses, types),
        _followed(own | requests | responses, types),
        frozenset(parts),
    )


def _types_by_message(schema: Schema) -> dict[str, set[str]]:
    """The types of each message's fields and extensions."""
    types: dict[str, set[str]] = defaultdict(set)
    for message in schema.all_messages():
        for field in message.node.fields:
            if field.type not in SCALARS:
                types[message.full].add(schema.resolve(field.type, message.full))
    for extension in schema.extensions:
        if extension.node.type not in SCALARS:
            scope = scope_of(extension)
            extended = schema.resolve(extension.node.extendee or "", scope)
            types[extended].add(schema.resolve(extension.node.type, scope))
    return types


def _followed(start: Iterable[str], types: dict[str, set[str]]) -> frozenset[str]:
    seen = set(start)
    waiting = list(seen)
    while waiting:
        new = types.get(waiting.pop(), set()) - seen
        seen |= new
        waiting += new
    return frozenset(seen)
