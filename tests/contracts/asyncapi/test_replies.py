"""Requests and their replies in AsyncAPI 3."""

from __future__ import annotations

import pytest

from runbook_tui.contracts.model import Direction, Verdict
from tests.contracts.asyncapi.describing import (
    INTEGER,
    REQUEST,
    RESPONSE,
    STRING,
    Json,
    N,
    W,
    X,
    diff,
    of,
    only,
    thing,
    told,
)


def described(
    action: str = "receive", reply: Json | None = None, answers: Json | None = None, **more: object
) -> dict[str, object]:
    """An operation on ``orders``, with a reply on ``answers`` where one is given."""
    channels = {
        "orders": {"address": "orders", "messages": {"Place": of(thing(id=STRING))}},
        "answers": {"address": "orders.answers", "messages": answers or {"Ok": of(thing(id=STRING))}},
    }
    operation = {"action": action, "channel": {"$ref": "#/channels/orders"}}
    if reply is not None:
        operation["reply"] = reply
    return {"asyncapi": "3.0.0", "channels": channels, "operations": {"place": operation | more}}


REPLY: Json = {"channel": {"$ref": "#/channels/answers"}}
directions = pytest.mark.parametrize(("action", "direction"), [("receive", RESPONSE), ("send", REQUEST)])


@directions
def test_replies_go_the_other_way(action: str, direction: Direction) -> None:
    old = described(action, REPLY, {"Ok": of(thing(id=STRING))})
    new = described(action, REPLY, {"Ok": of(thing(id=INTEGER))})
    change = only(diff(old, new))
    assert (change.rule, change.direction, change.effect) == (
        f"{direction}-property-type-changed",
        direction,
        X,
    )
    assert change.text == "changes the type of id in the reply Ok to orders from string to integer"


@directions
def test_one_more_reply(action: str, direction: Direction) -> None:
    messages: Json = {"Ok": of(thing(id=STRING)), "Refused": of(thing(reason=STRING))}
    old, new = described(action, REPLY), described(action, REPLY, messages)
    assert told(diff(old, new)) == [("reply-added", direction, W)]
    assert told(diff(new, old)) == [("reply-removed", direction, N)]


def test_what_is_told_of_replies() -> None:
    old, new = described(), described(reply=REPLY)
    found = diff(old, new)
    assert only(found).text == "adds the replies that it gives to orders"
    assert told(found) == [("operation-reply-added", RESPONSE, N)]
    assert told(diff(new, old)) == [("operation-reply-removed", RESPONSE, W)]


def test_the_address_of_a_reply() -> None:
    def replying(location: str | None) -> dict[str, object]:
        address = {} if location is None else {"address": {"location": location}}
        return described(reply=REPLY | address)

    assert told(diff(replying("$message.header#/replyTo"), replying("$message.header#/answerTo"))) == [
        ("reply-address-changed", RESPONSE, X)
    ]
    assert (
        diff(replying("$message.header#/replyTo"), replying("$message.header#/replyTo")).verdict
        is Verdict.COMPATIBLE
    )
    moved = described(reply=REPLY)
    moved["channels"] = {
        **_channels(moved),
        "answers": {"address": "new.answers", "messages": {"Ok": of(thing(id=STRING))}},
    }
    change = only(diff(described(reply=REPLY), moved))
    assert (change.rule, change.names) == ("reply-address-changed", ("orders.answers", "new.answers"))
    assert change.text == "moves the replies that it gives to orders from orders.answers to new.answers"


def _channels(version: dict[str, object]) -> dict[str, object]:
    channels = version["channels"]
    assert isinstance(channels, dict)
    return channels


def test_a_channel_of_replies_is_no_event() -> None:
    with_reply = described(reply=REPLY)
    elsewhere = {**with_reply, "operations": {}}
    assert {each.direction for each in diff(None, with_reply).changes} == {REQUEST}
    assert {each.direction for each in diff(None, elsewhere).changes} == {Direction.EVENT}


def test_operations_with_replies_are_known_by_their_id_or_messages() -> None:
    def several(**payloads: Json) -> dict[str, object]:
        names = list(payloads)
        messages = {name: of({"const": name}) for name in names}
        answers = {f"{name}Answer": of(payload) for name, payload in payloads.items()}
        operations = {
            f"do{name}": {
                "action": "receive",
                "channel": {"$ref": "#/channels/in"},
                "messages": [{"$ref": f"#/channels/in/messages/{name}"}],
                "reply": {
                    "channel": {"$ref": "#/channels/out"},
                    "messages": [{"$ref": f"#/channels/out/messages/{name}Answer"}],
                },
            }
            for name in names
        }
        channels = {
            "in": {"address": "/", "messages": messages},
            "out": {"address": "/", "messages": answers},
        }
        return {"asyncapi": "3.0.0", "channels": channels, "operations": operations}

    found = diff(several(A=STRING, B=STRING), several(B=INTEGER, A=STRING))
    assert told(found) == [("response-message-type-changed", RESPONSE, X)]
    assert found.changes[0].text.startswith("changes the type of the reply BAnswer to /")


def test_an_operation_that_has_no_channel_or_no_action() -> None:
    fine = described()
    found = diff(fine, described(action="reply"))
    assert [fault.what for fault in found.faults] == ["the operation place says neither send nor receive"]
    version = described()
    version["operations"] = {"place": {"action": "send"}}
    assert [fault.what for fault in diff(fine, version).faults] == ["the operation place has no channel"]
