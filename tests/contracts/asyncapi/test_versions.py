"""Several files, what is no description, and descriptions of other places."""

from __future__ import annotations

import json

import pytest

from runbook_tui.contracts.compare import compare
from runbook_tui.contracts.files import in_memory
from runbook_tui.contracts.formats.asyncapi import AsyncApi
from runbook_tui.contracts.model import Verdict
from runbook_tui.contracts.registry import detect
from runbook_tui.contracts.wording import sentence
from tests.contracts.asyncapi.describing import (
    EVENT,
    INTEGER,
    ORDER,
    PAID,
    STRING,
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


def test_a_change_in_another_file_is_at_its_place_there() -> None:
    main: Json = {
        "asyncapi": "2.6.0",
        "channels": {"orders": {"subscribe": {"message": {"$ref": "messages.yaml#/placed"}}}},
    }
    messages = b"placed:\n  name: Placed\n  payload:\n    $ref: 'schemas/order.yaml'\n"
    orders = [b"type: object\nproperties:\n  total: {type: %s}\n" % kind for kind in (b"integer", b"number")]
    others = [{"api/messages.yaml": messages, "api/schemas/order.yaml": each} for each in orders]
    change = only(diff(main, main, (others[0], others[1])))
    assert (change.path, change.pointer, change.line) == (
        "api/schemas/order.yaml", "/properties/total/type", 3,
    )  # fmt: skip
    assert change.text.startswith("changes the type of total in the message Placed on orders from")
    assert diff(main, main, (others[0], others[0])).verdict is Verdict.COMPATIBLE


def test_traits_in_another_file() -> None:
    own = of(thing(id=STRING), headers=thing(tenant=STRING), traits=[{"$ref": "common.yaml#/trait"}])
    traits = [
        b"trait:\n  headers:\n    properties:\n      trace: {$ref: '#/trace'}\ntrace: {type: %s}\n" % kind
        for kind in (b"string", b"integer")
    ]
    files = [{"api/common.yaml": each} for each in traits]
    change = only(diff(sent(3, A=own), sent(3, A=own), (files[0], files[1])))
    assert (change.path, change.pointer, change.effect) == ("api/common.yaml", "/trace/type", X)


def test_channels_and_operations_in_another_file() -> None:
    version: Json = {
        "asyncapi": "3.0.0",
        "channels": {"placed": {"$ref": "shared.yaml#/channels/placed"}},
        "operations": {"tell": {"$ref": "shared.yaml#/operations/tell"}},
    }
    shared: list[bytes] = []
    for payload in (STRING, INTEGER):
        channel = {"address": "orders.placed", "messages": {"Placed": of(payload)}}
        operation = {"action": "send", "channel": {"$ref": "#/channels/placed"}}
        shared.append(
            json.dumps({"channels": {"placed": channel}, "operations": {"tell": operation}}).encode()
        )
    files = [{"api/shared.yaml": each} for each in shared]
    change = only(diff(version, version, (files[0], files[1])))
    assert (change.rule, change.path, change.direction) == ("event-type-changed", "api/shared.yaml", EVENT)
    inline = api(3, {"orders.placed": {"Placed": of(STRING)}})
    assert diff(version, inline, (files[0], {})).verdict is Verdict.COMPATIBLE


def test_a_bundled_description_is_the_same() -> None:
    """Bundlers write everything in the place of its reference."""
    version = api(3, {"orders": {"Placed": ORDER}}, {"commands": {"Place": PAID}})
    bundled = json.loads(json.dumps(version))
    for operation in bundled["operations"].values():
        channel = bundled["channels"][operation["channel"]["$ref"].rpartition("/")[2]]
        operation["channel"] = channel
        names = [each["$ref"].rpartition("/")[2] for each in operation["messages"]]
        operation["messages"] = [channel["messages"][name] for name in names]
    assert diff(version, bundled).verdict is Verdict.COMPATIBLE


def test_what_cannot_be_read_is_not_gone() -> None:
    found = diff(sent(2, A=ORDER), "asyncapi: 2.0.0\nchannels:\n  - a: b: c\n")
    assert not found.changes
    assert (found.verdict, found.faults[0].line, found.faults[0].version) == (None, 3, "new")


@pytest.mark.parametrize(
    "text", ["a: 1\n", "[]", "asyncapi: 1.2.0\n", "asyncapi: 4.0.0\n", "", "text", "asyncapi:\n  a: 1\n"]
)
def test_what_is_no_description_is_a_fault(text: str) -> None:
    found = diff(sent(2, A=ORDER), text)
    assert found.verdict is None or not text
    if text.startswith("asyncapi"):
        assert found.faults[0].expected == "'asyncapi: 2.x' or 'asyncapi: 3.x' at the top"


def test_the_rest_is_compared_in_spite_of_a_fault() -> None:
    broken: Json = {"$ref": "#/components/messages/Gone"}
    found = diff(
        api(2, {"a": {"A": ORDER}, "b": {"B": PAID}}), api(2, {"a": {"A": broken}, "c": {"C": PAID}})
    )
    assert [fault.what for fault in found.faults] == ["$ref '#/components/messages/Gone' leads to nothing"]
    assert {("channel-added", N), ("channel-removed", W)} <= {
        (each.rule, each.effect) for each in found.changes
    }


def test_a_message_behind_a_url_is_the_same_thing() -> None:
    def described(version: str, reference: str) -> dict[str, object]:
        return sent(3, A={"$ref": reference}, B=ORDER) | {"info": {"version": version}}

    url = "https://example.com/messages.yaml#/Placed"
    assert diff(described("1", url), described("2", url)).verdict is Verdict.COMPATIBLE
    found = diff(described("1", url), sent(3, A=ORDER, B=ORDER))
    assert [fault.what for fault in found.faults] == [f"$ref '{url}' is a URL, and nothing is fetched"]


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("asyncapi.yaml", "# a comment\nasyncapi: 3.0.0\ninfo: {}\n", True),
        ("api.yml", "asyncapi: '2.6.0'\n", True),
        ("api.yml", "\ufeffasyncapi: 2.0.0\n", True),
        ("api.json", '{"channels": {}, "asyncapi": "2.0.0"}', True),
        ("api.json", '{\n  "asyncapi": "3.0.0"}', True),
        ("openapi.yaml", "openapi: 3.0.0\n", False),
        ("values.yaml", "image:\n  asyncapi: latest\n", False),
        ("values.yaml", "text: |\n  the asyncapi: 3.0.0\n", False),
    ],
)
def test_descriptions_are_recognised(path: str, text: str, found: bool) -> None:
    assert AsyncApi().recognises(path, text.encode()) is found
    assert (detect(path, text.encode()) == "asyncapi") is found


def test_descriptions_of_a_folder_are_compared_by_their_path() -> None:
    one, other = (json.dumps(sent(2, A=message)).encode() for message in (ORDER, PAID))
    found = compare(
        in_memory({"a.json": one, "b.json": one}), in_memory({"a.json": other, "b.json": one}), "asyncapi"
    )
    assert {change.path for change in found.changes} == {"a.json"}
    gone = compare(in_memory({"a.json": one, "b.json": other}), in_memory({"a.json": one}), "asyncapi")
    assert [(each.rule, each.path) for each in gone.changes] == [("channel-removed", "b.json")]


def test_files_that_are_referred_to() -> None:
    files = in_memory({"a.yaml": b"payload: {$ref: b.avsc}\n"}, {"b.avsc": b""})
    assert list(AsyncApi().references("a.yaml", files.own["a.yaml"], files)) == ["b.avsc"]


def test_what_the_sentence_says() -> None:
    added = diff(sent(2, A=ORDER), api(2, {"orders.placed": {"A": ORDER}, "orders.paid": {"B": PAID}}))
    assert sentence(added, "shop", "web").startswith(
        "shop must be deployed before web: it starts sending to the channel orders.paid (api/asyncapi.yaml:"
    )
    gone = diff(received(2, A=ORDER), api(2, {}))
    assert (
        "web must be deployed before shop: shop stops receiving from the channel orders.commands"
        in sentence(gone, "shop", "web")
    )
    assert told(gone)
