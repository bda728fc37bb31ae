"""Whether a file is a JSON Schema."""

from __future__ import annotations

import json
import re

_KEYWORDS = frozenset({
    "$schema", "$id", "id", "$ref", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor",
    "$vocabulary", "$comment", "$defs", "definitions", "title", "description", "default", "examples", "example",
    "deprecated", "readOnly", "writeOnly", "type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum",
    "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern", "format", "contentMediaType", "contentEncoding",
    "contentSchema", "items", "prefixItems", "additionalItems", "unevaluatedItems", "maxItems", "minItems",
    "uniqueItems", "contains", "maxContains", "minContains", "properties", "patternProperties",
    "additionalProperties", "unevaluatedProperties", "propertyNames", "required", "maxProperties", "minProperties",
    "dependencies", "dependentRequired", "dependentSchemas", "allOf", "anyOf", "oneOf", "not", "if", "then", "else",
    "nullable", "discriminator", "externalDocs", "xml", "javaType",
})  # fmt: skip
_TYPES = frozenset({"object", "array", "string", "number", "integer", "boolean", "null"})
_DESCRIBES = frozenset(
    {"properties", "allOf", "anyOf", "oneOf", "$ref", "enum", "const", "$defs", "definitions"}
)
_OTHERS = frozenset({"openapi", "swagger", "asyncapi"})
_DIALECT = re.compile(r"https?://json-schema\.org/")
_IN_YAML = re.compile(
    rb"""^(?:\xef\xbb\xbf)?["']?\$schema["']?[ \t]*:[ \t]*["']?https?://json-schema\.org/""", re.M
)
_IN_JSON = re.compile(rb'\s*\{[^{}\[\]]{0,2000}"\$schema"\s*:\s*"https?://json-schema\.org/')
_LARGEST = 1_000_000
"""Bytes of a file that is parsed to see what it is."""
_LOOKED_AT = 16_384


def is_schema(data: bytes) -> bool:
    """Whether a file names a draft of JSON Schema, or has nothing but its keywords at the top. Never raises."""
    start = data[:_LOOKED_AT]
    if not start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _IN_YAML.search(start) is not None
    if len(data) > _LARGEST:
        return _IN_JSON.match(start) is not None
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and _is_schema(value)


def _is_schema(value: dict[str, object]) -> bool:
    dialect = value.get("$schema")
    if isinstance(dialect, str):
        return _DIALECT.match(dialect) is not None and not _OTHERS & value.keys()
    if any(key not in _KEYWORDS and not key.startswith("x-") for key in value):
        return False
    kind, items = value.get("type"), value.get("items", True)
    if isinstance(items, str):
        return False  # Avro has the name of a type there
    return (isinstance(kind, str) and kind in _TYPES) or bool(_DESCRIBES & value.keys())
