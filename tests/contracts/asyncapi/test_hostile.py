"""Descriptions that are damaged in any way: nothing raises, everything ends, and the same is the same."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbook_tui.contracts.formats.asyncapi import AsyncApi
from runbook_tui.contracts.model import Verdict
from tests.contracts.asyncapi.describing import STRING, Json, api, diff, of, thing

ODD: list[object] = [
    None, True, 0, -1.5, "", "x", "#/a", "#", "../../x", "http://[", [], [1], [None], {}, {"$ref": "#"}, {"$ref": 5},
    {"type": ["null"]}, {"type": 5}, "{{ x }}", 10**30, {"a": {"a": {}}}, {"$ref": "#/components/messages/Placed"},
    {"$ref": "https://example.com/a.json"}, {"schemaFormat": "application/vnd.apache.avro", "schema": {"type": "x"}},
    {"schemaFormat": "application/vnd.google.protobuf", "schema": "message A {"}, [{"$ref": "#/channels"}],
]  # fmt: skip
KEYS = [
    "channels", "operations", "subscribe", "publish", "message", "messages", "oneOf", "payload", "headers", "traits",
    "bindings", "kafka", "key", "parameters", "schema", "schemaFormat", "address", "action", "channel", "reply",
    "location", "contentType", "name", "messageId", "operationId", "$ref", "enum", "type", "properties", "required",
]  # fmt: skip


def components() -> dict[str, object]:
    order: Json = {
        "type": "object",
        "properties": {"parent": {"$ref": "#/components/schemas/Order"}, "id": STRING},
    }
    placed = {
        "name": "Placed",
        "payload": {"$ref": "#/components/schemas/Order"},
        "headers": thing(tenant=STRING),
        "traits": [{"$ref": "#/components/messageTraits/common"}],
        "bindings": {"kafka": {"key": STRING}},
    }
    trait = {"headers": thing(trace=STRING), "contentType": "application/json"}
    return {
        "schemas": {"Order": order},
        "messages": {"Placed": placed},
        "messageTraits": {"common": trait},
    }


def whole(major: int) -> dict[str, object]:
    messages: dict[str, Json] = {
        "Placed": {"$ref": "#/components/messages/Placed"},
        "Paid": of(thing(amount=STRING)),
    }
    parameters: Json = {"schema": {"enum": ["eu"]}} if major == 2 else {"enum": ["eu"]}
    version = api(major, {"orders.{id}": messages}, {"commands": messages}, {"id": parameters})
    operations = version.get("operations")
    if isinstance(operations, dict):
        reply = {
            "address": {"location": "$message.header#/a"},
            "channel": {"$ref": "#/channels/sendsordersid"},
        }
        operations["receivescommands"]["reply"] = reply
    return version | {"components": components(), "defaultContentType": "application/json"}


@st.composite
def damaged(draw: st.DrawFn) -> Json:
    """A whole description with a few values replaced, moved or removed."""
    found: Json = json.loads(json.dumps(whole(draw(st.sampled_from([2, 3])))))
    for _ in range(draw(st.integers(1, 4))):
        holders: list[Json] = [found]
        for holder in holders:
            for value in holder.values():
                inner = value if isinstance(value, list) else [value]
                holders += [each for each in inner if isinstance(each, dict)]
        holder = draw(st.sampled_from([each for each in holders if each]))
        key = draw(st.sampled_from(sorted(holder)))
        kind = draw(st.sampled_from(["replace", "remove", "add", "rename"]))
        if kind == "replace":
            holder[key] = json.loads(json.dumps(draw(st.sampled_from(ODD))))
        elif kind == "add":
            holder[draw(st.sampled_from(KEYS))] = json.loads(json.dumps(draw(st.sampled_from(ODD))))
        else:
            value = holder.pop(key)
            if kind == "rename":
                holder[draw(st.sampled_from(KEYS))] = value
    return found


@settings(max_examples=200, deadline=None)
@given(damaged(), st.sampled_from([2, 3]))
def test_damage_never_raises(version: Json, major: int) -> None:
    for one, other in ((whole(major), version), (version, whole(major)), (None, version), (version, None)):
        found = diff(one, other)
        assert (found.verdict is None) == bool(found.faults)
        for change in (*found.changes, *found.harmless):
            assert change.text
            assert change.line > 0


@settings(max_examples=200, deadline=None)
@given(damaged())
def test_the_same_description_with_sorted_keys_is_the_same(version: Json) -> None:
    found = diff(version, json.loads(json.dumps(version, sort_keys=True)))
    assert not found.changes
    assert found.verdict in (None, Verdict.COMPATIBLE)


@given(st.binary(max_size=200))
def test_any_bytes_may_be_looked_at(data: bytes) -> None:
    for text in (data, b"asyncapi: 3.0.0\n" + data, b'{"asyncapi": "2.0.0", ' + data):
        assert isinstance(AsyncApi().recognises("a.yaml", text), bool)


@settings(max_examples=100, deadline=None)
@given(st.text("abc:{}[]-&*|>'\"\n #$/", max_size=80))
def test_any_text_may_follow_the_version(text: str) -> None:
    for start in ("asyncapi: 3.0.0\nchannels:\n  ", "asyncapi: 2.0.0\n"):
        found = diff(start + text, whole(3))
        assert (found.verdict is None) == bool(found.faults)


def ends(old: Json, new: Json, seconds: float) -> None:
    begin = time.process_time()
    found = diff(old, new)
    assert found.changes or found.faults
    assert time.process_time() - begin < seconds


@pytest.mark.parametrize("major", [2, 3])
def test_references_in_circles_end(major: int) -> None:
    circle: dict[str, Json] = {
        name: {"$ref": f"#/components/messages/{other}"} for name, other in ("ab", "bc", "ca")
    }
    version = api(major, {"a": {"A": {"$ref": "#/components/messages/a"}}})
    version["components"] = {"messages": circle}
    found = diff(api(major, {"a": {"A": of(STRING)}}), version)
    assert [fault.what for fault in found.faults if "itself" in fault.what]
    loop: Json = {
        "asyncapi": "3.0.0",
        "channels": {"$ref": "#/channels"},
        "operations": {"a": {"$ref": "#/operations/a"}},
    }
    assert diff(loop, loop | {"id": "urn:a"}).verdict is None


def test_one_channel_under_many_names_is_read_once() -> None:
    """Each of thousands of channels stands for thousands of messages."""

    def described(payload: Json) -> Json:
        messages = {f"m{index}": of(payload) for index in range(2000)}
        channels = {f"c{index}": {"$ref": "#/components/channels/all"} for index in range(2000)}
        operations = {
            f"o{index}": {"action": "send", "channel": {"$ref": f"#/channels/c{index}"}}
            for index in range(2000)
        }
        shared = {"channels": {"all": {"messages": messages}}}
        return {"asyncapi": "3.0.0", "channels": channels, "operations": operations, "components": shared}

    ends(described(STRING), described({"type": "integer"}), 20)


def test_one_operation_under_many_channels_is_read_once() -> None:
    def described(payload: Json) -> Json:
        listed = [{"messageId": f"m{index}", "payload": payload} for index in range(2000)]
        shared = {"all": {"subscribe": {"message": {"oneOf": listed}}}}
        channels = {f"c{index}": {"$ref": "#/components/channels/all"} for index in range(2000)}
        return {"asyncapi": "2.6.0", "channels": channels, "components": {"channels": shared}}

    ends(described(STRING), described({"type": "integer"}), 20)


def test_traits_that_repeat_too_much_are_a_fault() -> None:
    def described(name: str) -> Json:
        wide = {"headers": thing(**{f"h{index}": STRING for index in range(1000)})}
        trait = [{"$ref": "#/components/messageTraits/wide"}]
        messages: dict[str, Json] = {
            f"m{index}": of(STRING, headers=thing(**{name: STRING}), traits=trait) for index in range(300)
        }
        return api(3, {"a": messages}) | {"components": {"messageTraits": {"wide": wide}}}

    begin = time.process_time()
    found = diff(described("a"), described("b"))
    assert {fault.what for fault in found.faults} == {"traits that repeat more than 100,000 members"}
    assert time.process_time() - begin < 20


def test_many_messages_of_one_name_or_none_end() -> None:
    def described(payload: Json, count: int) -> Json:
        listed = [{"name": "same", "payload": payload} for _ in range(count)]
        listed += [{"payload": payload} for _ in range(count)]
        return {"asyncapi": "2.0.0", "channels": {"a": {"publish": {"message": {"oneOf": listed}}}}}

    ends(described(STRING, 3000), described({"type": "integer"}, 3001), 20)


def test_alternatives_that_take_long_to_compare_end() -> None:
    def described(size: int) -> Json:
        branches = [thing(**{f"p{i}{j}": STRING for j in range(12)}) for i in range(size)]
        messages: dict[str, Json] = {f"m{index}": of({"oneOf": branches}) for index in range(30)}
        return api(3, {"a": messages})

    ends(described(24), described(25), 60)


@pytest.mark.parametrize("major", [2, 3])
def test_a_payload_that_only_points_at_itself_is_a_fault_in_its_place(major: int) -> None:
    lost: Json = {"$ref": "#/components/schemas/Lost"}

    def described(payload: Json) -> dict[str, object]:
        top: Json = {"components": {"schemas": {"Lost": lost}}}
        flow = {"orders": {"Order": of(payload)}}
        return {**top, **api(major, sends=flow, receives={"commands": {"Order": of(payload)}})}

    loops: list[Json] = [lost, {"allOf": [lost]}, thing(id=STRING, x=lost)]
    for schema in loops:
        (fault,) = diff(described(thing(id=STRING)), described(schema)).faults
        assert "only points at itself" in fault.what
        assert (fault.line, fault.column) == (4, 4)
