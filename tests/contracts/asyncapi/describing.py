"""Small event APIs in AsyncAPI 2 and 3, and ways to compare two of them at the public face."""

from __future__ import annotations

import json
from collections.abc import Mapping

from runbook_tui.contracts.compare import compare
from runbook_tui.contracts.files import in_memory
from runbook_tui.contracts.model import Change, ContractDiff, Direction, Effect

Json = dict[str, object]
Told = tuple[str, Direction, Effect | None]
Channels = Mapping[str, Mapping[str, Json]]
"""Address to messages by name."""
W, N, X = Effect.WIDENS, Effect.NARROWS, Effect.NEITHER
REQUEST, RESPONSE, EVENT = Direction.REQUEST, Direction.RESPONSE, Direction.EVENT
STRING: Json = {"type": "string"}
INTEGER: Json = {"type": "integer"}
VERSIONS = [(2, 2), (3, 3), (2, 3), (3, 2)]
"""Every test that does not need one of them holds for all."""


def thing(**members: Json) -> Json:
    """The schema of an object with optional members."""
    return {"type": "object", "properties": members}


def of(payload: Json | bool, **more: object) -> Json:
    """A message."""
    return {"payload": payload, **more}


ORDER = of(thing(id=STRING))
PAID = of(thing(amount=INTEGER))


def api(
    major: int,
    sends: Channels | None = None,
    receives: Channels | None = None,
    parameters: Mapping[str, Json] | None = None,
    **top: object,
) -> dict[str, object]:
    """An application that sends to some channels and receives from others.

    ``parameters`` are those of all channels, as in the version that is described.
    """
    flows: list[tuple[str, Channels]] = [("sends", sends or {}), ("receives", receives or {})]
    described = _second(flows) if major == 2 else _third(flows)
    channels = described["channels"]
    assert isinstance(channels, dict)
    if parameters is not None:
        for channel in channels.values():
            channel["parameters"] = parameters
    info = {"title": "Shop", "version": "1"}
    return {"asyncapi": "2.6.0" if major == 2 else "3.0.0", "info": info, **described, **top}


def _second(flows: list[tuple[str, Channels]]) -> dict[str, object]:
    channels: dict[str, dict[str, object]] = {}
    for what, flow in flows:
        for address, messages in flow.items():
            listed = [{"messageId": name, **message} for name, message in messages.items()]
            operation = {"message": listed[0] if len(listed) == 1 else {"oneOf": listed}} if listed else {}
            channels.setdefault(address, {})["subscribe" if what == "sends" else "publish"] = operation
    return {"channels": channels}


def _third(flows: list[tuple[str, Channels]]) -> dict[str, object]:
    channels: dict[str, dict[str, object]] = {}
    operations: dict[str, object] = {}
    for what, flow in flows:
        for address, messages in flow.items():
            key = what + "".join(each for each in address if each.isalnum())
            channels[key] = {"address": address, "messages": dict(messages)}
            operations[key] = {
                "action": "send" if what == "sends" else "receive",
                "channel": {"$ref": f"#/channels/{key}"},
                "messages": [{"$ref": f"#/channels/{key}/messages/{name}"} for name in messages],
            }
    return {"channels": channels, "operations": operations}


def diff(
    old: Json | str | None,
    new: Json | str | None,
    others: tuple[Mapping[str, bytes], Mapping[str, bytes]] = ({}, {}),
) -> ContractDiff:
    """Compare two descriptions: values, the text of a file, or None where there is none."""
    versions = []
    for version, rest in zip((old, new), others, strict=True):
        text = version if isinstance(version, str) else json.dumps(version, indent=1)
        files = {} if version is None else {"api/asyncapi.yaml": text.encode()}
        versions.append(in_memory(files, rest))
    return compare(versions[0], versions[1], "asyncapi")


def only(found: ContractDiff) -> Change:
    """The one change that orders something."""
    assert not found.faults
    (change,) = found.changes
    return change


def told(found: ContractDiff) -> list[Told]:
    """All rules with their directions and effects, those without one included."""
    assert not found.faults
    changes = (*found.changes, *found.harmless)
    return sorted(((change.rule, change.direction, change.effect) for change in changes), key=str)


def sent(major: int, **messages: Json) -> dict[str, object]:
    """What an application sends to one channel."""
    return api(major, sends={"orders.placed": messages})


def received(major: int, **messages: Json) -> dict[str, object]:
    """What an application receives from one channel."""
    return api(major, receives={"orders.commands": messages})
