"""The JSON Schema of the manifest, for editors and validators."""

from __future__ import annotations

from typing import Any

from runbook_tui.catalog.checks import RULES
from runbook_tui.catalog.model import LINE_DESCRIPTION, Manifest

_TEXT_OR_NUMBER = ("version", "deployed", "release")


def manifest_schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12, of ``version: 1`` as it is written in files.

    What needs more than one field to see (unknown services, APIs provided twice, templates) is not in it;
    :func:`runbook_tui.catalog.manifest.read_manifest` finds that.
    """
    schema = Manifest.model_json_schema()
    schema["properties"]["rules"]["propertyNames"] = {"enum": list(RULES)}
    service = schema["$defs"]["Service"]["properties"]
    for name in _TEXT_OR_NUMBER:
        _allow_numbers(service[name])
    _allow_numbers(*schema["properties"]["variables"]["patternProperties"].values())
    _tidy(schema)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Service manifest of runbook-tui",
        **schema,
    }


def _allow_numbers(*forms: dict[str, Any]) -> None:
    """Editors take an unquoted ``8080`` or ``1.10`` for a number; the manifest's reader keeps it as written."""
    for form in forms:
        if form.get("type") == "string":
            form["type"] = ["string", "number"]
        _allow_numbers(*form.get("anyOf", ()))


def _tidy(node: object) -> None:
    """Close mappings against names of another form, and drop what an editor would show without use."""
    if isinstance(node, list):
        for item in node:
            _tidy(item)
    if not isinstance(node, dict):
        return
    if "patternProperties" in node:
        node["additionalProperties"] = False
    if isinstance(node.get("title"), str):
        del node["title"]
    description = node.get("description")
    if description == LINE_DESCRIPTION:
        del node["description"]
    elif isinstance(description, str):
        node["description"] = description.replace("``", "`")
    for item in node.values():
        _tidy(item)
