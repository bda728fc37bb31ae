"""The messages of a channel: which there are, their content type, headers, keys and traits."""

from __future__ import annotations

import pytest

from runbook_tui.contracts.model import Action, Kind, Verdict
from tests.contracts.asyncapi.describing import (
    EVENT,
    INTEGER,
    ORDER,
    PAID,
    REQUEST,
    STRING,
    VERSIONS,
    Json,
    N,
    W,
    X,
    api,
    diff,
    of,
    only,
    received,
    sent,
    thing,
    told,
)

both_versions = pytest.mark.parametrize(("old", "new"), VERSIONS)
AVRO = "application/vnd.apache.avro;version=1.9.0"


@both_versions
def test_one_more_message_that_is_sent_needs_consumers_that_know_it(old: int, new: int) -> None:
    one, two = sent(old, Placed=ORDER), sent(new, Placed=ORDER, Paid=PAID)
    found = diff(one, two)
    change = only(found)
    assert (change.rule, change.direction, change.effect) == ("message-added", EVENT, W)
    assert (change.kind, change.action) == (Kind.STRUCTURE, Action.ADD)
    assert change.text == "adds the message Paid to what it sends to orders.placed"
    assert change.names == ("Paid", "orders.placed")
    assert found.verdict is Verdict.CONSUMER_FIRST
    back = diff(two, one)
    assert told(back) == [("message-removed", EVENT, N)]
    assert back.verdict is Verdict.PROVIDER_FIRST


@both_versions
def test_one_more_message_that_is_received_needs_the_provider(old: int, new: int) -> None:
    one, two = received(old, Place=ORDER), received(new, Place=ORDER, Refund=PAID)
    assert told(diff(one, two)) == [("message-added", REQUEST, W)]
    assert diff(one, two).verdict is Verdict.PROVIDER_FIRST
    back = diff(two, one)
    assert back.changes[0].text == "removes the message Refund from what it receives from orders.commands"
    assert back.verdict is Verdict.CONSUMER_FIRST


@both_versions
def test_messages_are_known_by_name_or_content(old: int, new: int) -> None:
    before = sent(old, Placed=of(thing(id=STRING), name="OrderPlaced"), Paid=PAID)
    renamed = sent(new, placed=of(thing(id=STRING), name="OrderPlaced"), Paid=PAID)
    assert diff(before, renamed).verdict is Verdict.COMPATIBLE
    assert diff(sent(old, A=ORDER, B=PAID), sent(new, C=PAID, D=ORDER)).verdict is Verdict.COMPATIBLE
    found = diff(before, sent(new, placed=of(thing(id=INTEGER), name="OrderPlaced"), Paid=PAID))
    assert only(found).effect is X
    assert only(found).pointer.endswith("/payload/properties/id/type")


def test_the_only_message_stays_the_same_whatever_it_is_called() -> None:
    assert told(diff(sent(2, Placed=ORDER), sent(2, Created=of(thing(id=INTEGER))))) == [
        ("event-property-type-changed", EVENT, X)
    ]


def test_another_name_is_in_no_message() -> None:
    old, new = (sent(3, Placed=ORDER | {"name": name}) for name in ("Placed", "Created"))
    found = diff(old, new)
    assert told(found) == [("message-renamed", EVENT, None)]
    assert found.harmless[0].text == "calls the message Placed on orders.placed Created"
    assert found.verdict is Verdict.EITHER


def test_messages_without_names_are_compared_in_their_order() -> None:
    def described(*payloads: Json) -> dict[str, object]:
        listed = [{"payload": payload} for payload in payloads]
        return {"asyncapi": "2.0.0", "channels": {"a": {"subscribe": {"message": {"oneOf": listed}}}}}

    old = described(thing(a=STRING), thing(b=STRING))
    assert diff(old, described(thing(b=STRING), thing(a=STRING))).verdict is Verdict.COMPATIBLE
    assert told(diff(old, described(thing(a=STRING), thing(b=STRING), thing(c=STRING)))) == [
        ("message-added", EVENT, W)
    ]
    assert told(diff(old, described(thing(a=STRING), thing(b=INTEGER)))) == [
        ("event-property-type-changed", EVENT, X)
    ]


@both_versions
def test_where_no_message_is_described_there_may_be_any(old: int, new: int) -> None:
    assert told(diff(sent(old), sent(new, Placed=ORDER))) == [("messages-described", EVENT, N)]
    assert told(diff(received(old, Place=ORDER), received(new))) == [("messages-undescribed", REQUEST, W)]
    assert diff(sent(old), sent(new)).verdict is Verdict.COMPATIBLE


@both_versions
def test_a_payload_that_is_described_for_the_first_time(old: int, new: int) -> None:
    bare: Json = {"name": "Placed"}
    found = diff(sent(old, Placed=bare), sent(new, Placed=ORDER))
    assert told(found) == [("message-payload-described", EVENT, N)]
    assert found.changes[0].text == "says what the message Placed on orders.placed looks like"
    assert diff(sent(old, Placed=bare), sent(new, Placed=of(True))).verdict is Verdict.COMPATIBLE


@both_versions
def test_content_types(old: int, new: int) -> None:
    def compared(before: str | None, after: str | None) -> list[object]:
        kinds = ({} if kind is None else {"contentType": kind} for kind in (before, after))
        one, other = (ORDER | kind for kind in kinds)
        found = diff(sent(old, Placed=one), sent(new, Placed=other))
        assert all(change.rule == "message-content-type-changed" for change in found.changes)
        return [each.effect for each in (*found.changes, *found.harmless)]

    assert compared("application/json", "application/xml") == [X]
    assert compared(None, "application/json") == []
    assert compared("Application/JSON", None) == []
    assert compared(None, "application/xml") == [X]
    assert compared("application/json", "application/json; charset=utf-8") == [None]


@both_versions
def test_the_content_type_of_the_whole_description(old: int, new: int) -> None:
    before = api(old, {"a": {"A": ORDER}, "b": {"B": PAID | {"contentType": "text/csv"}}})
    after = api(new, {"a": {"A": ORDER}, "b": {"B": PAID | {"contentType": "text/csv"}}})
    found = diff(before, after | {"defaultContentType": "application/xml"})
    change = only(found)
    assert (change.rule, change.effect, change.pointer) == (
        "message-content-type-changed", X, "/defaultContentType",
    )  # fmt: skip
    assert (
        change.text
        == "changes the content type of the message A on a from application/json to application/xml"
    )


@both_versions
def test_headers_are_members_of_a_message(old: int, new: int) -> None:
    def described(major: int, **headers: object) -> dict[str, object]:
        return sent(major, Placed=ORDER | ({"headers": headers} if headers else {}))

    one = described(old, properties={"trace": STRING})
    change = only(diff(described(old), described(new, properties={"trace": STRING})))
    assert (change.rule, change.effect, change.names) == ("event-optional-property-added", N, ("trace",))
    assert change.text == "adds the property trace to the headers of the message Placed on orders.placed"
    assert {each.effect for each in diff(one, described(new)).changes} == {W}
    assert told(diff(one, described(new, properties={"trace": INTEGER}))) == [
        ("event-property-type-changed", EVENT, X)
    ]
    required = received(
        new, Place=ORDER | {"headers": {"properties": {"trace": STRING}, "required": ["trace"]}}
    )
    assert {each.effect for each in diff(received(old, Place=ORDER), required).changes} == {N}


@both_versions
def test_the_key_of_a_kafka_message(old: int, new: int) -> None:
    def keyed(key: object, partitions: int = 1) -> Json:
        return ORDER | {"bindings": {"kafka": {"key": key, "x-partitions": partitions}}}

    one = sent(old, Placed=keyed(STRING))
    found = diff(one, sent(new, Placed=keyed(INTEGER)))
    change = only(found)
    assert (change.rule, change.effect) == ("event-key-type-changed", X)
    assert change.text.startswith(
        "changes the type of the key of the message Placed on orders.placed from string"
    )
    assert diff(one, sent(new, Placed=keyed(STRING, 2))).verdict is Verdict.COMPATIBLE
    assert told(diff(sent(old, Placed=ORDER), sent(new, Placed=keyed(STRING)))) == [
        ("message-key-described", EVENT, N)
    ]
    assert told(diff(received(old, Place=keyed(STRING)), received(new, Place=ORDER))) == [
        ("message-key-undescribed", REQUEST, W)
    ]


@both_versions
def test_traits_are_merged_into_a_message(old: int, new: int) -> None:
    def described(major: int, trait: Json, **own: object) -> dict[str, object]:
        version = sent(
            major, Placed=ORDER | own | {"traits": [{"$ref": "#/components/messageTraits/common"}]}
        )
        return version | {"components": {"messageTraits": {"common": trait}}}

    trait: Json = {"headers": thing(trace=STRING), "contentType": "application/json"}
    plain = sent(new, Placed=ORDER | {"headers": thing(trace=STRING)})
    assert diff(described(old, trait), plain).verdict is Verdict.COMPATIBLE
    joined = sent(new, Placed=ORDER | {"headers": thing(trace=STRING, tenant=STRING)})
    assert diff(described(old, trait, headers=thing(tenant=STRING)), joined).verdict is Verdict.COMPATIBLE
    change = only(diff(described(old, trait), described(new, {"headers": thing(trace=INTEGER)})))
    assert (change.effect, change.pointer) == (
        X, "/components/messageTraits/common/headers/properties/trace/type",
    )  # fmt: skip
    both = described(new, {"headers": thing(trace=INTEGER)}, headers=thing(tenant=STRING))
    change = only(diff(described(old, trait, headers=thing(tenant=STRING)), both))
    assert change.pointer == "/components/messageTraits/common/headers/properties/trace/type"
    assert change.line > 1


@pytest.mark.parametrize(("major", "wins"), [(2, "application/xml"), (3, "application/json")])
def test_whether_a_trait_wins_depends_on_the_version(major: int, wins: str) -> None:
    trait = {"contentType": "application/xml"}
    described = sent(major, Placed=ORDER | {"contentType": "application/json", "traits": [trait]})
    plain = sent(major, Placed=ORDER | {"contentType": wins})
    assert diff(described, plain).verdict is Verdict.COMPATIBLE


@pytest.mark.parametrize("major", [2, 3])
def test_the_order_of_traits(major: int) -> None:
    last = {"traits": [{"contentType": "text/csv"}, {"contentType": "text/plain"}]}
    plain = sent(major, Placed=ORDER | {"contentType": "text/plain"})
    assert diff(sent(major, Placed=ORDER | last), plain).verdict is Verdict.COMPATIBLE


def test_a_message_that_several_channels_share_is_told_of_once_for_each_direction() -> None:
    def described(payload: Json) -> dict[str, object]:
        shared: dict[str, Json] = {"Placed": {"$ref": "#/components/messages/Placed"}}
        version = api(3, {"a": shared, "b": shared}, {"c": shared})
        return version | {"components": {"messages": {"Placed": of(payload)}}}

    found = diff(described(thing(id=STRING)), described(thing(id=INTEGER)))
    assert told(found) == [
        ("event-property-type-changed", EVENT, X),
        ("request-property-type-changed", REQUEST, X),
    ]
    assert {each.pointer for each in found.changes} == {
        "/components/messages/Placed/payload/properties/id/type"
    }


def test_correlation_ids_and_examples_are_no_part_of_a_message() -> None:
    more = {"correlationId": {"location": "$message.header#/a"}, "examples": [{"payload": 1}], "title": "B"}
    assert diff(sent(3, Placed=ORDER), sent(3, Placed=ORDER | more)).verdict is Verdict.COMPATIBLE
