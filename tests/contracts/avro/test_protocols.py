"""Protocols: the client writes the parameters of a message, the server its answer; other types are events."""

from __future__ import annotations

from typing import cast

from runbook_tui.contracts.model import ContractDiff, Direction, Effect
from tests.contracts.avro.versions import diff_files, field, only, record

Json = dict[str, object]


def protocol(messages: Json, *types: object, name: str = "Shop") -> Json:
    """The JSON of a protocol."""
    return {"protocol": name, "namespace": "shop", "types": list(types), "messages": messages}


def message(*request: object, response: object = "null", **more: object) -> Json:
    """The JSON of a message."""
    return {"request": list(request), "response": response, **more}


def diff(old: Json, new: Json) -> ContractDiff:
    """Two versions of one protocol."""
    return diff_files({"shop.avpr": old}, {"shop.avpr": new})


def test_messages_come_before_their_callers_and_go_after_them() -> None:
    one, two = protocol({"a": message()}), protocol({"a": message(), "b": message()})
    added, removed = only(diff(one, two)), only(diff(two, one))
    assert (added.text, added.names, str(added.first)) == (
        "adds the message Shop.b",
        ("b",),
        "provider-first",
    )
    assert (removed.text, str(removed.first)) == ("removes the message Shop.b", "consumer-first")
    assert added.pointer == "/messages/b"


def test_parameters_are_requests() -> None:
    found = only(diff(protocol({"a": message()}), protocol({"a": message(field("id", "long"))})))
    assert (found.direction, found.effect) == (Direction.REQUEST, Effect.NARROWS)
    assert found.text == "adds Shop.a.id, which has no default"
    assert str(found.first) == "consumer-first"


def test_answers_and_errors_are_responses() -> None:
    found = only(diff(protocol({"a": message(response="int")}), protocol({"a": message(response="long")})))
    assert (found.direction, found.effect) == (Direction.RESPONSE, Effect.WIDENS)
    error = {"type": "error", "name": "Refused", "fields": []}
    thrown = diff(protocol({"a": message()}, error), protocol({"a": message(errors=["Refused"])}, error))
    assert only(thrown).text == "allows record shop.Refused in Shop.a"


def test_a_type_that_is_sent_both_ways_changes_both_ways() -> None:
    def shop(*fields: object) -> Json:
        order = record("Order", *fields)
        return protocol({"place": message(field("order", "Order"), response="Order")}, order)

    found = diff(shop(field("id")), shop(field("id"), field("total")))
    assert {(change.direction, change.effect) for change in found.changes} == {
        (Direction.REQUEST, Effect.NARROWS),
        (Direction.RESPONSE, Effect.NARROWS),
    }
    assert str(found.verdict) == "split"


def test_types_that_no_message_uses_are_events() -> None:
    found = only(diff(protocol({}, record("Order")), protocol({}, record("Order", field("id")))))
    assert found.direction is Direction.EVENT


def test_a_message_that_stops_answering_cannot_be_ordered() -> None:
    found = only(
        diff(protocol({"a": message()}), protocol({"a": message(**cast("Json", {"one-way": True}))}))
    )
    assert (found.text, found.effect) == ("no longer answers Shop.a", Effect.NEITHER)


def test_the_name_of_the_protocol_is_no_part_of_a_message() -> None:
    found = diff(protocol({"a": message()}), protocol({"a": message()}, name="Store"))
    assert str(found.verdict) in ("compatible", "either")


def test_bad_protocols_are_faults() -> None:
    bad = {
        "protocol": "Shop",
        "namespace": 5,
        "types": {},
        "messages": {"a b": {}, "c": 1, "d": {"request": 5, "errors": 5}},
    }
    found = diff(protocol({}), bad)
    assert len(found.faults) == 6
    assert all(fault.line == 1 or fault.line > 1 for fault in found.faults)
    assert diff(protocol({}), {"protocol": "Shop", "messages": []}).verdict is None
