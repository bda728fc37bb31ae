"""Which files are taken for Avro."""

from __future__ import annotations

import json

import pytest

from runbook_tui.contracts.registry import format_named
from tests.contracts.avro.versions import enum, record

AVRO = [
    json.dumps(record("Order")),
    json.dumps(enum("Status", "A"), indent=2),
    json.dumps([record("A"), record("B")]),
    json.dumps({"protocol": "Shop", "types": [], "messages": {}}),
    json.dumps({"type": ["null", "string"]}),
    '"string"',
    "[ ]\n",
    '\ufeff// an order\n/* twice */ {"name": "Order", "doc": "", "type": "record", "fields": []}',
]
OTHERS = [
    "", "{}", "[1]", "null", "syntax = 'proto3';", "type: record", "<schema/>", "\x00",
    json.dumps({"name": "shop", "version": "1.0.0", "type": "module", "dependencies": {}}),
    json.dumps({"compilerOptions": {"strict": True}}),
    json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "string"}),
    json.dumps({"type": "object", "properties": {"a": {"type": "string"}}}),
    json.dumps({"openapi": "3.1.0", "components": {"schemas": {"A": {"type": "string"}}}}),
    json.dumps({"asyncapi": "3.0.0", "channels": {}, "x": {"type": "array"}}),
    json.dumps({"data": {"__schema": {"types": []}}}),
]  # fmt: skip


@pytest.mark.parametrize("text", AVRO)
def test_avro_is_recognised(text: str) -> None:
    assert format_named("avro").recognises("schemas/order.avsc", text.encode())


@pytest.mark.parametrize("text", OTHERS)
def test_other_files_are_not(text: str) -> None:
    assert not format_named("avro").recognises("schemas/order.avsc", text.encode())
