"""What changes in a service that both versions have."""

from __future__ import annotations

from collections.abc import Iterator

from runbook_tui.contracts.model import Direction
from runbook_tui.contracts.protobuf.comparison import (
    GENERATED,
    NARROWS,
    NEITHER,
    WIDENS,
    Comparison,
    Difference,
)
from runbook_tui.contracts.protobuf.names import rpc_names
from runbook_tui.contracts.protobuf.pairs import pairs, spot
from runbook_tui.contracts.protobuf.schema import Found, scope_of
from runbook_tui.contracts.protobuf.tree import Option, Rpc, Service

_Both = tuple[Found[Service], Found[Service]]
_LEVELS = ("IDEMPOTENCY_UNKNOWN", "IDEMPOTENT", "NO_SIDE_EFFECTS")
"""What a client may take for granted, from little to much
(protocolbuffers/protobuf:src/google/protobuf/descriptor.proto, MethodOptions)."""


def service_differences(comparison: Comparison) -> Iterator[Difference]:
    """Everything inside of the services that both versions have."""
    for both in pairs(comparison, comparison.old.schema.services, comparison.new.schema.services):
        before, after = both
        if not before.source.own:
            continue
        olds = {rpc.name: rpc for rpc in before.node.rpcs}
        news = {rpc.name: rpc for rpc in after.node.rpcs}
        for name, rpc in olds.items():
            if name in news:
                yield from _changed(comparison, both, rpc, news[name])
            else:
                yield _gone(both, rpc)
        for name, rpc in news.items():
            if name not in olds:
                yield _added(both, rpc)


def _gone(both: _Both, rpc: Rpc) -> Difference:
    before, after = both
    pointer = f"{before.full}.{rpc.name}"
    return Difference(
        "rpc-no-delete", pointer, spot(before, after), f"removes rpc {pointer}", NARROWS, rpc_names(rpc.name)
    )


def _added(both: _Both, rpc: Rpc) -> Difference:
    before, after = both
    pointer = f"{after.full}.{rpc.name}"
    where = spot(before, after, rpc.at)
    return Difference("rpc-add", pointer, where, f"adds rpc {pointer}", WIDENS, rpc_names(rpc.name))


def _changed(comparison: Comparison, both: _Both, old: Rpc, new: Rpc) -> Iterator[Difference]:
    yield from _request(comparison, both, old, new)
    yield from _response(comparison, both, old, new)
    yield from _streaming(both, old, new)
    yield from _idempotency(both, old, new)


def _request(comparison: Comparison, both: _Both, old: Rpc, new: Rpc) -> Iterator[Difference]:
    before, after = both
    was = comparison.old.schema.resolve(old.input, scope_of(before))
    now = comparison.new.schema.resolve(new.input, scope_of(after))
    if was != now:
        pointer = f"{after.full}.{new.name}"
        text = f"changes the request of {pointer} from {was} to {now}"
        impact = GENERATED if comparison.alike.messages(was, now) else NEITHER
        where = spot(before, after, new.input_at)
        yield Difference("rpc-same-request-type", pointer, where, text, impact, rpc_names(new.name))


def _response(comparison: Comparison, both: _Both, old: Rpc, new: Rpc) -> Iterator[Difference]:
    before, after = both
    was = comparison.old.schema.resolve(old.output, scope_of(before))
    now = comparison.new.schema.resolve(new.output, scope_of(after))
    if was != now:
        pointer = f"{after.full}.{new.name}"
        text = f"changes the response of {pointer} from {was} to {now}"
        impact = GENERATED if comparison.alike.messages(was, now) else NEITHER
        where = spot(before, after, new.output_at)
        names, directions = rpc_names(new.name), (Direction.RESPONSE,)
        yield Difference("rpc-same-response-type", pointer, where, text, impact, names, directions)


def _streaming(both: _Both, old: Rpc, new: Rpc) -> Iterator[Difference]:
    before, after = both
    pointer = f"{after.full}.{new.name}"
    where, names = spot(before, after, new.at), rpc_names(new.name)
    if old.client_streaming != new.client_streaming:
        text = f"makes {pointer} take {'a stream of' if new.client_streaming else 'single'} requests"
        yield Difference("rpc-same-client-streaming", pointer, where, text, NEITHER, names)
    if old.server_streaming != new.server_streaming:
        text = f"makes {pointer} answer with {'a stream' if new.server_streaming else 'one response'}"
        directions = (Direction.RESPONSE,)
        yield Difference("rpc-same-server-streaming", pointer, where, text, NEITHER, names, directions)


def _idempotency(both: _Both, old: Rpc, new: Rpc) -> Iterator[Difference]:
    """A client may repeat or cache more calls, or fewer."""
    before, after = both
    option = _option(new)
    was, now = _level(old), _level(new)
    if was != now:
        pointer = f"{after.full}.{new.name}"
        text = f"changes the idempotency of {pointer} from {_LEVELS[was]} to {_LEVELS[now]}"
        where = spot(before, after, option.at if option else new.at)
        impact = WIDENS if now > was else NARROWS
        yield Difference("rpc-same-idempotency-level", pointer, where, text, impact, rpc_names(new.name))


def _option(rpc: Rpc) -> Option | None:
    return next((option for option in rpc.options if option.name == "idempotency_level"), None)


def _level(rpc: Rpc) -> int:
    option = _option(rpc)
    return _LEVELS.index(option.value) if option and option.value in _LEVELS else 0
