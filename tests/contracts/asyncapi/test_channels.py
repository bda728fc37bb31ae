"""Channels that come, go and move; what is sent to them and received from them."""

from __future__ import annotations

import pytest

from runbook_tui.contracts.model import Kind, Verdict
from tests.contracts.asyncapi.describing import (
    EVENT,
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
    told,
)

both_versions = pytest.mark.parametrize(("old", "new"), VERSIONS)


@both_versions
def test_the_same_api_in_either_version_of_the_notation_is_the_same(old: int, new: int) -> None:
    versions = [
        api(
            major,
            sends={"orders.placed": {"Placed": ORDER, "Paid": PAID}, "orders/{id}/events": {"Paid": PAID}},
            receives={"orders.commands": {"Place": ORDER}, "orders.placed": {"Placed": ORDER}},
        )
        for major in (old, new)
    ]
    assert diff(versions[0], versions[1]).verdict is Verdict.COMPATIBLE


@both_versions
def test_a_channel_that_is_sent_to_comes_with_the_provider_and_goes_after_its_consumers(
    old: int, new: int
) -> None:
    before = sent(old, Placed=ORDER)
    after = api(new, sends={"orders.placed": {"Placed": ORDER}, "orders.{region}.paid": {"Paid": PAID}})
    found = diff(before, after)
    change = only(found)
    assert (change.rule, change.direction, change.effect) == ("channel-added", EVENT, N)
    assert change.kind is Kind.EXISTENCE
    assert change.text == "starts sending to the channel orders.{region}.paid"
    assert change.names == ("orders", "paid")
    assert found.verdict is Verdict.PROVIDER_FIRST
    back = diff(after, before)
    assert told(back) == [("channel-removed", EVENT, W)]
    assert back.verdict is Verdict.CONSUMER_FIRST
    assert back.changes[0].text == "stops sending to the channel orders.{region}.paid"


@both_versions
def test_a_channel_that_is_received_from_comes_with_the_provider_and_goes_after_its_consumers(
    old: int, new: int
) -> None:
    before = received(old, Place=ORDER)
    after = api(new, receives={"orders.commands": {"Place": ORDER}, "refunds": {"Refund": PAID}})
    found = diff(before, after)
    change = only(found)
    assert (change.rule, change.direction, change.effect) == ("channel-added", REQUEST, W)
    assert (change.text, change.names) == ("starts receiving from the channel refunds", ("refunds",))
    assert found.verdict is Verdict.PROVIDER_FIRST
    back = diff(after, before)
    assert told(back) == [("channel-removed", REQUEST, N)]
    assert back.verdict is Verdict.CONSUMER_FIRST


@both_versions
def test_another_direction_of_a_known_channel(old: int, new: int) -> None:
    before = sent(old, Placed=ORDER)
    after = api(new, sends={"orders.placed": {"Placed": ORDER}}, receives={"orders.placed": {"Paid": PAID}})
    assert told(diff(before, after)) == [("operation-added", REQUEST, W)]
    assert told(diff(after, before)) == [("operation-removed", REQUEST, N)]
    turned = api(new, receives={"orders.placed": {"Placed": ORDER}})
    assert told(diff(before, turned)) == [("operation-added", REQUEST, W), ("operation-removed", EVENT, W)]


def test_a_whole_api_that_comes_or_goes() -> None:
    version = api(2, sends={"a": {"A": ORDER}}, receives={"b": {"B": ORDER}})
    assert told(diff(None, version)) == [("channel-added", EVENT, N), ("channel-added", REQUEST, W)]
    assert told(diff(version, None)) == [("channel-removed", EVENT, W), ("channel-removed", REQUEST, N)]


def test_a_channel_may_be_renamed_but_not_moved() -> None:
    def described(key: str, address: object) -> dict[str, object]:
        operation = {"action": "send", "channel": {"$ref": f"#/channels/{key}"}}
        channel = {"address": address, "messages": {"Placed": ORDER}}
        return {"asyncapi": "3.0.0", "channels": {key: channel}, "operations": {"tell": operation}}

    old = described("placed", "orders.placed")
    assert diff(old, described("orderPlaced", "orders.placed")).verdict is Verdict.COMPATIBLE
    found = diff(old, described("placed", "shop.orders.placed"))
    change = only(found)
    assert (change.rule, change.effect, change.kind) == ("channel-address-changed", X, Kind.STRUCTURE)
    assert change.text == "sends on shop.orders.placed what it sent on orders.placed"
    assert change.names == ("orders.placed", "shop.orders.placed")
    assert change.pointer == "/channels/placed/address"
    assert found.verdict is Verdict.SPLIT
    moved = diff(old, described("other", "shop.orders.placed"))
    assert told(moved) == [("channel-added", EVENT, N), ("channel-removed", EVENT, W)]
    assert moved.verdict is Verdict.SPLIT


def test_an_address_that_is_not_known() -> None:
    def described(address: object) -> dict[str, object]:
        channel = {"address": address, "messages": {"Placed": ORDER}}
        return {"asyncapi": "3.0.0", "channels": {"placed": channel}}

    assert diff(described(None), described(None) | {"id": "urn:a"}).verdict is Verdict.COMPATIBLE
    assert told(diff(described(None), described("orders"))) == [("channel-address-added", EVENT, None)]
    found = diff(described("orders"), described(None))
    assert told(found) == [("channel-address-removed", EVENT, W)]
    assert found.changes[0].names == ("orders",)


def test_the_messages_of_a_moved_channel_are_compared() -> None:
    def described(address: str, payload: object) -> dict[str, object]:
        channel = {"address": address, "messages": {"Placed": {"payload": payload}}}
        return {"asyncapi": "3.0.0", "channels": {"placed": channel}}

    found = diff(described("a", STRING), described("b", {"type": "integer"}))
    assert told(found) == [("channel-address-changed", EVENT, X), ("event-type-changed", EVENT, X)]


def test_channels_without_operations_are_sent_to_unless_the_other_version_says_more() -> None:
    version = api(3, sends={"orders": {"Placed": ORDER}})
    channels_only = {key: value for key, value in version.items() if key != "operations"}
    changed = api(3, receives={"orders": {"Placed": of({"type": "object", "required": ["id"]})}})
    assert diff(version, channels_only).verdict is Verdict.COMPATIBLE
    assert told(diff({**version, "channels": {}, "operations": {}}, channels_only)) == [
        ("channel-added", EVENT, N)
    ]
    assert {change.direction for change in diff(channels_only, changed).changes} == {REQUEST}


def test_operations_of_one_channel_count_together() -> None:
    def described(**operations: tuple[str, ...]) -> dict[str, object]:
        version = api(3, sends={"orders": {"Placed": ORDER, "Paid": PAID}})
        version["operations"] = {
            name: {
                "action": "send",
                "channel": {"$ref": "#/channels/sendsorders"},
                "messages": [{"$ref": f"#/channels/sendsorders/messages/{each}"} for each in messages],
            }
            for name, messages in operations.items()
        }
        return version

    one, two = described(tell=("Placed", "Paid")), described(place=("Placed",), pay=("Paid", "Placed"))
    assert diff(one, two).verdict is Verdict.COMPATIBLE
    assert told(diff(two, described(place=("Placed",)))) == [("message-removed", EVENT, N)]


def test_two_channels_of_one_address_are_one() -> None:
    channels = {
        "a": {"address": "orders", "messages": {"Placed": ORDER}},
        "b": {"address": "orders", "messages": {"Paid": PAID}},
    }
    joined = {"c": {"address": "orders", "messages": {"Paid": PAID, "Placed": ORDER}}}
    found = diff({"asyncapi": "3.0.0", "channels": channels}, {"asyncapi": "3.0.0", "channels": joined})
    assert found.verdict is Verdict.COMPATIBLE


@both_versions
def test_the_name_of_a_parameter_is_not_sent(old: int, new: int) -> None:
    found = diff(
        api(old, sends={"orders/{id}/placed": {"Placed": ORDER}}),
        api(new, sends={"orders/{orderId}/placed": {"Placed": ORDER}}),
    )
    assert told(found) == [("channel-parameter-renamed", EVENT, None)]
    assert found.harmless[0].text == "calls the parameter id of orders/{orderId}/placed orderId"


@both_versions
@pytest.mark.parametrize("direction", [EVENT, REQUEST])
def test_values_of_a_parameter_are_channels(old: int, new: int, direction: object) -> None:
    def described(major: int, values: list[str] | None) -> dict[str, object]:
        said: Json = {} if values is None else {"enum": values}
        parameter: Json = {"schema": {**STRING, **said}} if major == 2 else said
        flow = {"orders.{region}": {"Placed": ORDER}}
        sends, receives = (flow, {}) if direction is EVENT else ({}, flow)
        return api(major, sends, receives, {"region": parameter})

    def effects(one: list[str] | None, other: list[str] | None) -> list[object]:
        return [
            (each.direction, each.effect) for each in diff(described(old, one), described(new, other)).changes
        ]

    assert effects(["eu"], ["eu"]) == []
    assert effects(["eu"], ["eu", "us"]) == [(direction, W)]
    assert effects(["eu", "us"], ["eu"]) == [(direction, N)]
    assert effects(None, ["eu"]) == [(direction, N)]
    assert effects(["eu"], None) == [(direction, W)]


def test_where_a_parameter_is_taken_from() -> None:
    def described(location: str | None) -> dict[str, object]:
        return api(
            3, {"orders.{id}": {"Placed": ORDER}}, {}, {"id": {"location": location} if location else {}}
        )

    found = diff(described("$message.payload#/id"), described("$message.payload#/order"))
    assert told(found) == [("channel-parameter-location-changed", EVENT, X)]
    assert diff(described(None), described("$message.payload#/id")).verdict is Verdict.COMPATIBLE


def test_servers_tags_and_prose_say_nothing_of_messages() -> None:
    old = sent(3, Placed=ORDER)
    more = {
        "servers": {"a": {"host": "a", "protocol": "kafka"}},
        "info": {"title": "B", "version": "2"},
        "x-a": 1,
    }
    assert diff(old, old | more).verdict is Verdict.COMPATIBLE
