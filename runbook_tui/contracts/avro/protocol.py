"""Avro protocols: messages whose parameters a client writes, and whose answer the server writes.

Source: the Avro 1.12 specification, "Protocol Declaration".
"""

from __future__ import annotations

from dataclasses import dataclass, field

from runbook_tui.contracts.avro.attributes import Json, shown
from runbook_tui.contracts.avro.model import Place, Primitive, Record, Schema, Subject, Top, Union
from runbook_tui.contracts.avro.names import is_name, is_namespace
from runbook_tui.contracts.avro.read import Around, SchemaReader
from runbook_tui.files.suggestions import quoted


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """One message of a protocol."""

    name: str
    place: Place
    subject: Subject
    request: Record
    response: Schema
    errors: Union
    one_way: bool


@dataclass(slots=True, eq=False)
class Protocol:
    """One protocol: its own types, in their order, and its messages by name."""

    name: str
    place: Place
    types: list[Top] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)


def is_protocol(value: object) -> bool:
    """Whether the JSON of a file is that of a protocol."""
    return isinstance(value, dict) and isinstance(value.get("protocol"), str)


def read_protocol(value: Json, place: Place, reader: SchemaReader) -> Protocol:
    """A protocol from JSON; what cannot be read of it is missing, and a fault."""
    name, space = str(value["protocol"]), value.get("namespace")
    if space is not None and not (isinstance(space, str) and is_namespace(space)):
        what = f"{shown(space)} is no namespace"
        reader.faults.add(place.at("namespace"), what, "names divided by dots", "correct it")
        space = None
    namespace = space if isinstance(space, str) else name.rpartition(".")[0]
    protocol = Protocol(name, place)
    types, messages = value.get("types", []), value.get("messages", {})
    around = Around(namespace, Subject(name))
    if isinstance(types, list):
        for index, item in enumerate(types):
            protocol.types.append(reader.top(item, place.at("types", index), around))
    else:
        reader.faults.add(place.at("types"), f"{shown(types)} is no list of types", "a list", "correct it")
    if isinstance(messages, dict):
        for key, item in messages.items():
            within = Around(namespace, Subject(f"{name}.{key}", (key,)))
            message = _message(key, item, place.at("messages", key), reader, within)
            if message is not None:
                protocol.messages[key] = message
    else:
        reader.faults.add(
            place.at("messages"), f"{shown(messages)} is no object", "messages by name", "correct it"
        )
    return protocol


def _message(name: str, value: object, place: Place, reader: SchemaReader, within: Around) -> Message | None:
    if not is_name(name) or not isinstance(value, dict):
        what = f"{quoted(name)} is no message"
        reader.faults.add(place, what, "an object under a name of letters, digits and _", "correct it")
        return None
    request = Record(place.at("request"), within.subject, within.subject.text, frozenset())
    reader.fields(value.get("request", []), place.at("request"), request, within)
    where = place.at("response") if "response" in value else place
    response = reader.read(value.get("response", "null"), where, within)
    errors = _errors(value, place, reader, within)
    return Message(name, place, within.subject, request, response, errors, value.get("one-way") is True)


def _errors(value: Json, place: Place, reader: SchemaReader, within: Around) -> Union:
    """The union of what may be thrown, which always has a string for what nobody foresaw."""
    errors = value.get("errors", [])
    where = place.at("errors") if "errors" in value else place
    if not isinstance(errors, list):
        reader.faults.add(where, f"{shown(errors)} is no list of errors", "a list of types", "correct it")
        errors = []
    thrown = [reader.read(item, where.at(index), within) for index, item in enumerate(errors)]
    return Union(where, within.subject, (Primitive(where, within.subject, "string"), *thrown))
