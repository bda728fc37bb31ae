"""The JSON Schema of the manifest."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runbook_tui.catalog.checks import RULES
from runbook_tui.catalog.model import Manifest
from runbook_tui.catalog.schema import manifest_schema


def walk(node: object) -> list[dict[str, Any]]:
    found = []
    if isinstance(node, dict):
        found.append(node)
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            found.extend(walk(item))
    return found


def test_schema_says_what_it_is_and_can_be_printed() -> None:
    schema = manifest_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] and schema["description"]
    assert "$id" not in schema
    assert json.loads(json.dumps(schema)) == schema


def test_every_key_of_the_models_is_in_it_and_no_other_is_allowed() -> None:
    schema = manifest_schema()
    assert schema["properties"].keys() == Manifest.model_fields.keys()
    for name, model in schema["$defs"].items():
        if model["type"] == "object":
            assert model["additionalProperties"] is False, name
    for node in walk(schema):
        if "patternProperties" in node:
            assert node["additionalProperties"] is False


def test_every_reference_leads_somewhere() -> None:
    schema = manifest_schema()
    for node in walk(schema):
        reference = node.get("$ref")
        if isinstance(reference, str):
            assert reference.removeprefix("#/$defs/") in schema["$defs"]


def test_editors_get_descriptions_and_the_names_of_the_rules() -> None:
    schema = manifest_schema()
    assert schema["properties"]["rules"]["propertyNames"]["enum"] == list(RULES)
    service = schema["$defs"]["Service"]["properties"]
    for key in ("owner", "repository", "deployed", "release", "on_call", "estimate", "depends_on"):
        assert service[key]["description"]
    assert not any(":mod:" in str(node.get("description")) for node in walk(schema))


@pytest.mark.parametrize("key", ["version", "deployed", "release"])
def test_numbers_are_allowed_where_the_reader_keeps_them_as_text(key: str) -> None:
    node = manifest_schema()["$defs"]["Service"]["properties"][key]
    forms = node.get("anyOf", [node])
    assert any(form.get("type") == ["string", "number"] for form in forms)
