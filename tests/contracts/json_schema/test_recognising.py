"""Which files are taken for JSON Schema."""

from __future__ import annotations

import json

import pytest

from runbook_tui.contracts.registry import format_named

SCHEMAS = [
    ("order.json", json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"})),
    (
        "order.json",
        json.dumps({"$schema": "http://json-schema.org/draft-07/schema#", "name": "unknown keyword"}),
    ),
    ("order.schema.json", json.dumps({"type": "object", "properties": {"a": {"type": "string"}}})),
    ("order.json", json.dumps({"$id": "https://example.org/order", "properties": {}})),
    ("order.json", json.dumps({"oneOf": [{"type": "string"}], "x-owner": "shop"})),
    ("order.json", json.dumps({"title": "Order", "$ref": "#/definitions/o", "definitions": {"o": {}}})),
    ("order.yaml", '$schema: "https://json-schema.org/draft/2019-09/schema"\ntype: object\n'),
    ("order.json", '\ufeff  {"type": "string", "format": "uuid"}'),
]
OTHERS = [
    ("package.json", json.dumps({"name": "shop", "version": "1.0.0", "type": "module"})),
    (
        "tsconfig.json",
        json.dumps({"$schema": "https://json.schemastore.org/tsconfig", "compilerOptions": {}}),
    ),
    ("openapi.json", json.dumps({"openapi": "3.1.0", "info": {}, "paths": {}})),
    (
        "openapi.json",
        json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", "openapi": "3.1.0"}),
    ),
    ("asyncapi.json", json.dumps({"asyncapi": "3.0.0", "channels": {}})),
    ("schema.json", json.dumps({"data": {"__schema": {"types": []}}})),
    ("schema.json", json.dumps({"__schema": {"types": []}})),
    ("order.json", json.dumps({"type": "record", "name": "Order", "fields": []})),
    ("order.json", json.dumps({"type": "array", "items": "string"})),
    ("order.json", json.dumps([{"type": "string"}])),
    ("data.json", json.dumps({"type": "order", "title": "x"})),
    ("data.json", json.dumps({"title": "x", "description": "y"})),
    ("values.yaml", "type: object\nproperties: {}\n"),
    (
        "deployment.yaml",
        "kind: CustomResourceDefinition\nspec:\n  $schema: https://json-schema.org/draft-07/schema\n",
    ),
    ("broken.json", '{"type": "object", '),
    ("empty.json", ""),
    ("binary.json", "\x00\ud7ff"),
    ("deep.json", '{"type":"object","properties":' * 50_000),
]


@pytest.mark.parametrize(("path", "text"), SCHEMAS)
def test_schemas_are_recognised(path: str, text: str) -> None:
    assert format_named("json-schema").recognises(path, text.encode())


@pytest.mark.parametrize(("path", "text"), OTHERS)
def test_other_files_are_not(path: str, text: str) -> None:
    assert not format_named("json-schema").recognises(path, text.encode())
