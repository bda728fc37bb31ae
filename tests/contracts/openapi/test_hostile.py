"""Descriptions that are damaged in any way: nothing raises, everything ends, and the same is the same."""

from __future__ import annotations

import json
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from runbook_tui.contracts.formats.openapi import OpenApi
from runbook_tui.contracts.model import Verdict
from tests.contracts.openapi.describing import STRING, Json, api, diff, operation, parameter

ODD: list[object] = [
    None, True, 0, -1.5, "", "x", "#/a", "#", "../../x", "http://[", [], [1], [None], {}, {"$ref": "#"}, {"$ref": 5},
    {"type": ["null"]}, {"type": 5}, "{{ x }}", 10**30, {"a": {"a": {}}}, {"$ref": "#/components/schemas/Order"},
]  # fmt: skip
KEYS = [
    "type", "properties", "required", "items", "oneOf", "allOf", "not", "if", "enum", "const", "minimum", "pattern",
    "nullable", "readOnly", "additionalProperties", "$ref", "discriminator", "default", "schema", "parameters", "200",
    "responses", "security", "in", "name", "headers", "requestBody", "callbacks", "content", "swagger", "webhooks",
]  # fmt: skip


def whole() -> dict[str, object]:
    order = {
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"type": "string", "readOnly": True},
            "lines": {"type": "array", "items": {"oneOf": [{"$ref": "#/components/schemas/Line"}, STRING]}},
            "parent": {"allOf": [{"$ref": "#/components/schemas/Order"}], "nullable": True},
        },
    }
    line = {
        "type": "object",
        "properties": {"kind": {"enum": ["a", "b"]}},
        "discriminator": {"propertyName": "kind"},
    }
    reference = {"$ref": "#/components/schemas/Order"}
    return api(
        {
            "/orders": {
                "post": operation(
                    parameter("q"), request=reference, response=reference, security=[{"key": []}]
                )
            },
            "/orders/{id}": {"parameters": [parameter("id", "path")], "get": operation(response=reference)},
        },
        components={"schemas": {"Order": order, "Line": line}, "securitySchemes": {"key": {"type": "http"}}},
    )


@st.composite
def damaged(draw: st.DrawFn) -> Json:
    """The whole description with a few values replaced, moved or removed."""
    found: dict[str, object] = json.loads(json.dumps(whole()))
    for _ in range(draw(st.integers(1, 3))):
        holders: list[dict[str, object]] = [found]
        for holder in holders:
            for value in holder.values():
                holders += [
                    each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)
                ]
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
@given(damaged())
def test_damage_never_raises(version: Json) -> None:
    for one, other in ((whole(), version), (version, whole())):
        found = diff(one, other)
        assert (found.verdict is None) == bool(found.faults)
        for change in (*found.changes, *found.harmless):
            assert change.text
            assert change.line > 0


@settings(max_examples=100, deadline=None)
@given(damaged())
def test_the_same_description_with_sorted_keys_is_the_same(version: Json) -> None:
    found = diff(version, json.loads(json.dumps(version, sort_keys=True)))
    assert not found.changes
    assert found.verdict in (None, Verdict.COMPATIBLE)


@given(st.binary(max_size=200))
def test_any_bytes_may_be_looked_at(data: bytes) -> None:
    for text in (data, b"openapi: 3.0.0\n" + data, b'{"openapi": "3.0.0", ' + data):
        assert isinstance(OpenApi().recognises("a.yaml", text), bool)


def test_schemas_that_refer_to_each_other_in_circles_end() -> None:
    names = [f"S{index}" for index in range(60)]

    def described(kind: str) -> dict[str, object]:
        schemas = {
            name: {"oneOf": [{"$ref": f"#/components/schemas/{other}"} for other in names], "type": kind}
            for name in names
        }
        return api(
            {"/a": {"get": operation(response={"$ref": "#/components/schemas/S0"})}},
            components={"schemas": schemas},
        )

    begin = time.process_time()
    assert diff(described("object"), described("array")).changes
    assert time.process_time() - begin < 10


def test_alternatives_without_names_end() -> None:
    def described(size: int) -> dict[str, object]:
        branches = [
            {"type": "object", "properties": {f"p{i}{j}": STRING for j in range(20)}} for i in range(size)
        ]
        return api({"/a": {"get": operation(response={"anyOf": branches})}})

    begin = time.process_time()
    assert diff(described(80), described(81)).changes
    assert diff(described(35), described(36)).changes
    assert time.process_time() - begin < 20


def test_alternatives_of_alternatives_end() -> None:
    def nested(depth: int, last: str) -> object:
        if not depth:
            return {"type": last}
        return {"oneOf": [{"type": "array", "items": nested(depth - 1, f"{last}{i}")} for i in range(6)]}

    def described(last: str) -> dict[str, object]:
        return api({"/a": {"get": operation(response={"items": nested(4, last)})}})

    begin = time.process_time()
    assert diff(described("x"), described("y")).changes
    assert time.process_time() - begin < 30


def test_a_schema_that_only_points_at_itself_is_a_fault_in_its_place() -> None:
    lost: Json = {"$ref": "#/components/schemas/Lost"}

    def described(response: Json) -> dict[str, object]:
        paths = {path: {"get": operation(response=response)} for path in ("/orders", "/invoices")}
        return {"components": {"schemas": {"Lost": lost}}, **api(paths)}

    plain: Json = {"type": "object", "properties": {"id": STRING}}
    for schema in (lost, {"allOf": [plain, lost]}, {"type": "object", "properties": {"id": lost}}):
        for old, new in ((plain, schema), (schema, plain)):
            (fault,) = diff(described(old), described(new)).faults
            assert "only points at itself" in fault.what
            assert (fault.line, fault.column) == (4, 4)
