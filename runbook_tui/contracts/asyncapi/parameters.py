"""Parameters of channel addresses."""

from __future__ import annotations

from runbook_tui.contracts.asyncapi.layers import Composed
from runbook_tui.contracts.asyncapi.model import PARAMETER, Channel
from runbook_tui.contracts.asyncapi.telling import Voice
from runbook_tui.contracts.documents.node import Node
from runbook_tui.contracts.documents.resolving import Documents
from runbook_tui.contracts.model import Action, Effect, Kind

_SUBJECT = "channel-parameter"


def compare_parameters(old: Channel, new: Channel, voice: Voice) -> None:
    """Tell how the parameters of one address differ: more values of it are more channels.

    Their names are not sent; those of an address are compared by their position.
    """
    schemas = voice.teller.schemas
    before, after = _parameters(old, schemas.old.documents), _parameters(new, schemas.new.documents)
    if old.shape == new.shape:
        names = (PARAMETER.findall(channel.address) for channel in (old, new))
        pairs = list(zip(*names, strict=True))
    else:
        pairs = [(name, name) for name in after if name in before]
    for one, other in pairs:
        if one != other:
            _tell_renamed(one, other, new, voice)
        _compare(before.get(one), after.get(other), other, (old, new), voice)


def _parameters(channel: Channel, documents: Documents) -> dict[str, Node]:
    stated = channel.node.get("parameters")
    whole = documents.resolve(stated) if stated is not None else None
    found = ((name, documents.resolve(node)) for name, node in (whole.items() if whole is not None else []))
    return {name: node for name, node in found if node is not None and isinstance(node.value, dict)}


def _tell_renamed(old: str, new: str, channel: Channel, voice: Voice) -> None:
    text = f"calls the parameter {old} of {channel} {new}"
    at = channel.node.get("address") or channel.at
    voice.tell(f"{_SUBJECT}-renamed", Kind.STRUCTURE, Action.CHANGE, None, at=at, text=text, names=(old,))


def _compare(
    old: Node | None, new: Node | None, name: str, channels: tuple[Channel, Channel], voice: Voice
) -> None:
    place = f"the parameter {name} of {channels[1]}"
    before, after = (node.get("schema") if node is not None else None for node in (old, new))
    if before is None or after is None:
        before, after = (
            _as_text(node, channel, documents)
            for node, channel, documents in (
                (old, channels[0], voice.teller.schemas.old.documents),
                (new, channels[1], voice.teller.schemas.new.documents),
            )
        )
    voice.teller.schemas.compare(
        before, after, voice.direction, place, _SUBJECT, names=voice.names, textual=True
    )
    if old is None or new is None or not (old.text("location") and new.text("location")):
        return
    if old.text("location") != new.text("location"):
        text = f"takes {place} from {new.text('location')} instead of {old.text('location')}"
        rule = f"{_SUBJECT}-location-changed"
        at = new.get("location") or new
        voice.tell(rule, Kind.STRUCTURE, Action.CHANGE, Effect.NEITHER, at=at, text=text)


def _as_text(parameter: Node | None, channel: Channel, documents: Documents) -> Node:
    """A parameter as a schema: text, with the values that it is limited to.

    That is all that AsyncAPI 3 can say of it; in 2 it is said inside of a schema.
    """
    at = parameter or channel.node
    schema = parameter.get("schema") if parameter is not None else None
    holder = documents.resolve(schema) if schema is not None else parameter
    values = holder.get("enum") if holder is not None else None
    members = {"type": Node("string", at.document, at, "type")}
    return Composed(members | ({"enum": values} if values is not None else {}), at)
