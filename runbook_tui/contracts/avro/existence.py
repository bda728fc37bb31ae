"""What came and what went between two versions: schemas and messages as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from runbook_tui.contracts.avro.file import File
from runbook_tui.contracts.avro.model import Schema, Top, type_name
from runbook_tui.contracts.avro.protocol import Message
from runbook_tui.contracts.avro.resolve import Resolver
from runbook_tui.contracts.model import Action, Change, Direction, Effect, Kind

Key = tuple[str, str]


def schema_added(top: Top) -> Change:
    """A new event: its consumers wait for what no provider writes yet."""
    text = f"adds {type_name(top.schema)}"
    return _change("schema-added", Direction.EVENT, Effect.NARROWS, text, top.schema)


def schema_removed(top: Top) -> Change:
    """An event that is no more: its last consumer has to be gone first."""
    text = f"removes {type_name(top.schema)}"
    return _change("schema-removed", Direction.EVENT, Effect.WIDENS, text, top.schema)


def compare_messages(old: Sequence[File], new: Sequence[File], resolver: Resolver) -> list[Change]:
    """Resolve the parameters and answers of every message that is in both, and tell which came and went."""
    before, after = _messages(old), _messages(new)
    both = [(message, after[key]) for key, message in before.items() if key in after]
    for one, other in both:
        resolver.resolve(one.request, other.request, Direction.REQUEST)
        resolver.resolve(one.response, other.response, Direction.RESPONSE)
        resolver.resolve(one.errors, other.errors, Direction.RESPONSE)
    changes = [_message_added(message) for key, message in after.items() if key not in before]
    changes += [_message_removed(message) for key, message in before.items() if key not in after]
    return changes + [_one_way(other) for one, other in both if one.one_way != other.one_way]


def _messages(files: Sequence[File]) -> dict[Key, Message]:
    """By protocol and name; a single protocol is the same one whatever it is called."""
    protocols = [file.protocol for file in files if file.protocol is not None]
    return {
        ("" if len(protocols) == 1 else protocol.name, name): message
        for protocol in protocols
        for name, message in protocol.messages.items()
    }


def _message_added(message: Message) -> Change:
    text = f"adds the message {message.subject.text}"
    return _change("message-added", Direction.REQUEST, Effect.WIDENS, text, message)


def _message_removed(message: Message) -> Change:
    text = f"removes the message {message.subject.text}"
    return _change("message-removed", Direction.REQUEST, Effect.NARROWS, text, message)


def _one_way(message: Message) -> Change:
    text = (
        f"no longer answers {message.subject.text}" if message.one_way else f"answers {message.subject.text}"
    )
    return _change("message-one-way-changed", Direction.RESPONSE, Effect.NEITHER, text, message)


def _change(rule: str, direction: Direction, effect: Effect, text: str, thing: Schema | Message) -> Change:
    place, names = thing.place, thing.subject.names
    line, column = place.locate(place.pointer)
    action = {"added": Action.ADD, "removed": Action.REMOVE, "changed": Action.CHANGE}[
        rule.rpartition("-")[2]
    ]
    kind = Kind.STRUCTURE if action is Action.CHANGE else Kind.EXISTENCE
    return Change(rule, direction, kind, action, place.pointer, place.path, line, effect, text, names, column)
