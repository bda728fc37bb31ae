"""Payloads in JSON Schema, Avro, Protobuf and formats that nobody reads."""

from __future__ import annotations

import json

import pytest

from runbook_tui.contracts.model import Effect, Verdict
from tests.contracts.asyncapi.describing import (
    EVENT,
    INTEGER,
    REQUEST,
    STRING,
    VERSIONS,
    Json,
    N,
    W,
    X,
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
PROTOBUF = "application/vnd.google.protobuf;version=3"


def formatted(major: int, name: str, schema: object) -> Json:
    """A message whose payload is in a format of its own."""
    if major == 2:
        return {"payload": schema, "schemaFormat": name}
    return {"payload": {"schemaFormat": name, "schema": schema}}


@both_versions
@pytest.mark.parametrize(
    ("one", "other", "effects"),
    [
        (thing(a=STRING), thing(a=STRING, b=STRING), (N, W)),
        (thing(a=STRING, b=STRING), thing(a=STRING), (W, N)),
        (thing(a={"enum": ["x"]}), thing(a={"enum": ["x", "y"]}), (W, W)),
        (thing(a=INTEGER), thing(a={"type": "number"}), (W, W)),
        (thing(a=STRING), thing(a={"type": "string", "maxLength": 3}), (N, N)),
        (thing(a=STRING), thing(a=INTEGER), (X, X)),
        (thing(a=STRING), {**thing(a=STRING), "required": ["a"]}, (N, N)),
    ],
)
def test_json_schemas(old: int, new: int, one: Json, other: Json, effects: tuple[Effect, Effect]) -> None:
    change = only(diff(sent(old, A=of(one)), sent(new, A=of(other))))
    assert (change.direction, change.effect) == (EVENT, effects[0])
    change = only(diff(received(old, A=of(one)), received(new, A=of(other))))
    assert (change.direction, change.effect) == (REQUEST, effects[1])


def test_where_and_what_a_change_of_a_payload_is() -> None:
    change = only(
        diff(sent(2, Placed=of(thing(id=STRING))), sent(2, Placed=of(thing(id=STRING, total=INTEGER))))
    )
    assert change.text == "adds the property total to the message Placed on orders.placed"
    assert change.names == ("total",)
    assert change.pointer == "/channels/orders.placed/subscribe/message/payload/properties/total"
    assert change.path == "api/asyncapi.yaml"
    assert change.rule == "event-optional-property-added"


def test_what_is_sent_is_looked_at_as_a_whole() -> None:
    """As for events that have a JSON Schema of their own."""
    one = of(thing(a=STRING, b=STRING))
    other = of({"anyOf": [thing(a=STRING, b=STRING), {**thing(a=STRING, b=STRING), "required": ["a"]}]})
    found = diff(sent(3, A=one), sent(3, A=other))
    assert not found.changes
    dropped_and_added = diff(sent(3, A=one), sent(3, A=of(thing(a=STRING, c=STRING))))
    assert dropped_and_added.verdict is Verdict.CONSUMER_FIRST


@both_versions
def test_formats_that_are_json_schema(old: int, new: int) -> None:
    plain = sent(old, A=of(thing(a=STRING)))
    for name in (
        "application/vnd.aai.asyncapi+yaml;version=2.6.0",
        "application/schema+json;version=draft-07",
        "application/vnd.oai.openapi;version=3.0.0",
    ):
        assert diff(plain, sent(new, A=formatted(new, name, thing(a=STRING)))).verdict is Verdict.COMPATIBLE
        assert told(diff(plain, sent(new, A=formatted(new, name, thing(a=INTEGER))))) == [
            ("event-property-type-changed", EVENT, X)
        ]


def record(*fields: Json) -> Json:
    return {"type": "record", "name": "Placed", "namespace": "shop", "fields": list(fields)}


ID: Json = {"name": "id", "type": "string"}
TOTAL: Json = {"name": "total", "type": "long"}


@both_versions
def test_avro_payloads_are_compared_by_schema_resolution(old: int, new: int) -> None:
    def both(one: Json, other: Json) -> list[tuple[object, object, object]]:
        sends = diff(sent(old, A=formatted(old, AVRO, one)), sent(new, A=formatted(new, AVRO, other)))
        receives = diff(
            received(old, A=formatted(old, AVRO, one)), received(new, A=formatted(new, AVRO, other))
        )
        return [
            (each.rule, each.direction, each.effect) for found in (sends, receives) for each in found.changes
        ]

    assert both(record(ID), record(ID)) == []
    assert both(record(ID), record(ID, TOTAL)) == [("field-added", EVENT, N), ("field-added", REQUEST, N)]
    assert both(record(ID), record(ID, {**TOTAL, "default": 0})) == []
    assert both(record(ID), record({**ID, "type": "int"})) == [
        ("type-changed", EVENT, X),
        ("type-changed", REQUEST, X),
    ]


def test_avro_in_a_file_of_its_own() -> None:
    version = sent(2, A=formatted(2, AVRO, {"$ref": "schemas/placed.avsc"}))
    files = [
        {"api/schemas/placed.avsc": json.dumps(record(*fields), indent=1).encode()}
        for fields in ([ID], [ID, TOTAL])
    ]
    change = only(diff(version, version, (files[0], files[1])))
    assert (change.rule, change.path, change.effect) == ("field-added", "api/schemas/placed.avsc", N)
    assert change.names == ("total",)
    inline = diff(version, sent(3, A=formatted(3, AVRO, record(ID))), (files[0], {}))
    assert inline.verdict is Verdict.COMPATIBLE


def test_avro_that_is_none() -> None:
    found = diff(
        sent(2, A=formatted(2, AVRO, record(ID))), sent(2, A=formatted(2, AVRO, record({"name": "id"})))
    )
    assert found.verdict is None
    assert [fault.what for fault in found.faults] == ["the field 'id' has no type"]
    assert found.faults[0].line > 1


PROTO = """syntax = "proto3";
package shop;
message Placed {
  string id = 1;
  %s
}
"""


@both_versions
def test_protobuf_payloads(old: int, new: int) -> None:
    before = sent(old, A=formatted(old, PROTOBUF, PROTO % "int32 total = 2;"))
    found = diff(before, sent(new, A=formatted(new, PROTOBUF, PROTO % "string total = 2;")))
    for change in found.changes:
        assert (change.direction, change.effect, change.path) == (EVENT, X, "api/asyncapi.yaml")
        assert change.names == ("total",)
    assert (
        diff(before, sent(new, A=formatted(new, PROTOBUF, PROTO % "int32 total = 2;"))).verdict
        is Verdict.COMPATIBLE
    )
    request_ = diff(
        received(old, A=formatted(old, PROTOBUF, PROTO % "int32 total = 2;")),
        received(new, A=formatted(new, PROTOBUF, PROTO % "string total = 2;")),
    )
    assert {each.direction for each in request_.changes} == {REQUEST}


def test_protobuf_in_a_yaml_block_or_a_file() -> None:
    def inline(kind: str) -> str:
        block = "\n".join(f"        {line}" for line in (PROTO % f"{kind} total = 2;").splitlines())
        head = f"asyncapi: 2.6.0\nchannels:\n  a:\n    subscribe:\n      message:\n        schemaFormat: {PROTOBUF}\n"
        return f"{head}        payload: |\n{block.replace('        ', '          ')}\n"

    changes = diff(inline("int32"), inline("string")).changes
    assert {change.line for change in changes} == {
        inline("string").splitlines().index("            string total = 2;") + 1
    }
    referring = sent(3, A=formatted(3, PROTOBUF, {"$ref": "./placed.proto"}))
    files = [{"api/placed.proto": (PROTO % f"{kind} total = 2;").encode()} for kind in ("int32", "string")]
    found = diff(referring, referring, (files[0], files[1]))
    assert {(change.path, change.line, change.effect) for change in found.changes} == {
        ("api/placed.proto", 5, X)
    }
    missing = diff(
        referring, sent(3, A=formatted(3, PROTOBUF, {"$ref": "./gone.proto"})), (files[0], files[0])
    )
    assert [fault.what for fault in missing.faults] == ["$ref './gone.proto' leads to no file"]


def test_protobuf_that_is_none() -> None:
    text = sent(3, A=formatted(3, PROTOBUF, PROTO % ""))
    found = diff(text, sent(3, A=formatted(3, PROTOBUF, {"type": "object"})))
    assert [fault.what for fault in found.faults] == ["this is no Protobuf"]
    broken = diff(text, sent(3, A=formatted(3, PROTOBUF, "message {")))
    assert broken.faults
    assert broken.faults[0].path == "api/asyncapi.yaml"


@both_versions
def test_another_format_is_read_by_nobody_who_knows_the_old_one(old: int, new: int) -> None:
    found = diff(sent(old, A=of(thing(id=STRING))), sent(new, A=formatted(new, AVRO, record(ID))))
    change = only(found)
    assert (change.rule, change.effect) == ("message-payload-format-changed", X)
    assert change.text == "describes the message A on orders.placed in Avro instead of JSON Schema"
    assert change.pointer.endswith("/schemaFormat")


@both_versions
def test_a_format_that_is_not_read_hides_only_what_changes(old: int, new: int) -> None:
    name = "application/raml+yaml;version=1.0"
    before = sent(old, A=formatted(old, name, {"type": "string"}))
    same = sent(new, A=formatted(new, name, {"type": "string"}))
    assert diff(before, same).verdict is Verdict.COMPATIBLE
    found = diff(before, sent(new, A=formatted(new, name, {"type": "number"})))
    assert found.verdict is None
    assert "application/raml" in found.faults[0].what
    assert found.faults[0].expected == "JSON Schema, Avro or Protobuf"


def test_the_same_url_is_the_same_schema() -> None:
    url = {"$ref": "https://example.com/placed.avsc"}
    old = sent(3, A=formatted(3, AVRO, url), B=of({"$ref": "https://example.com/b.json"}))
    assert diff(old, old | {"id": "urn:b"}).verdict is Verdict.COMPATIBLE
    found = diff(old, sent(3, A=formatted(3, AVRO, record(ID)), B=of({"$ref": "https://example.com/b.json"})))
    assert found.verdict is None
    assert "is a URL" in found.faults[0].what


def test_an_avro_key_beside_an_avro_payload() -> None:
    def keyed(key: object) -> dict[str, object]:
        return sent(2, A={**formatted(2, AVRO, record(ID)), "bindings": {"kafka": {"key": key}}})

    fields = record(ID), record(ID, TOTAL)
    assert told(diff(keyed("long"), keyed("string"))) == [("type-changed", EVENT, X)]
    named = [{**each, "name": "Key"} for each in fields]
    assert told(diff(keyed(named[0]), keyed(named[1]))) == [("field-added", EVENT, N)]
    assert told(diff(keyed({"type": "string"}), keyed({"type": "integer"}))) == [
        ("event-key-type-changed", EVENT, X)
    ]
