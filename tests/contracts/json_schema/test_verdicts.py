"""Pairs of schemas and who has to go first: what the sets of legal messages demand, whatever the words."""

from __future__ import annotations

import pytest

from tests.contracts.json_schema.versions import event, verdict

TEXT, NUMBER, WHOLE = {"type": "string"}, {"type": "number"}, {"type": "integer"}
MIRRORED = {"consumer-first": "provider-first", "provider-first": "consumer-first"}

NARROWER_FIRST = [
    # every value of the first is one of the second
    (WHOLE, NUMBER),
    (TEXT, {"type": ["string", "null"]}),
    (TEXT, {}),
    ({"const": 5}, NUMBER),
    ({"enum": ["a"]}, {"enum": ["a", "b"]}),
    ({"enum": ["a", 1]}, {"type": ["string", "integer"]}),
    ({"type": "string", "maxLength": 3}, {"type": "string", "maxLength": 4}),
    ({"type": "string", "pattern": "^ab$"}, {"type": "string", "pattern": "^a"}),
    ({"type": "string", "pattern": "^(ab){0,3}$"}, {"type": "string", "pattern": "^(ab)*$"}),
    ({"type": "string", "minLength": 2, "maxLength": 2}, {"type": "string", "pattern": "^[^x]{2,3}$|x"}),
    ({"exclusiveMinimum": 0}, {"minimum": 0}),
    ({"type": "integer", "exclusiveMinimum": 0}, {"type": "integer", "minimum": 0}),
    ({"multipleOf": 6}, {"multipleOf": 1.5}),
    ({"type": "integer", "minimum": 1, "maximum": 3}, {"enum": [1, 2, 3, 4]}),
    ({"oneOf": [TEXT, WHOLE]}, {"anyOf": [TEXT, NUMBER]}),
    ({"allOf": [NUMBER, {"minimum": 1}]}, {"type": "number", "minimum": 0}),
    ({"anyOf": [{"minimum": 5}, {"minimum": 9}], "type": "number"}, {"type": "number", "minimum": 1}),
    (TEXT, {"not": NUMBER}),
    ({"not": {"type": ["string", "null"]}}, {"not": TEXT}),
    ({"type": "number", "oneOf": [{"minimum": 0}, {"maximum": 0}]}, NUMBER),
    ({"type": "array", "items": WHOLE}, {"type": "array", "items": NUMBER}),
    ({"type": "array", "items": WHOLE, "uniqueItems": True}, {"type": "array", "items": WHOLE}),
    ({"type": "array", "prefixItems": [WHOLE], "items": False, "minItems": 1}, {"type": "array", "contains": NUMBER}),
    ({"type": "array", "contains": TEXT, "maxContains": 1}, {"type": "array", "contains": TEXT, "maxContains": 2}),
    ({"type": "array", "maxItems": 0}, {"type": "array", "items": TEXT, "maxItems": 3}),
    (event("a", a=TEXT), event(a=TEXT)),
    (event(a=TEXT, closed=True), event(a=TEXT)),
    (event(a=TEXT, closed=True), event(a=TEXT, b=TEXT, closed=True)),
    (event(a=TEXT, closed=True), {"type": "object", "additionalProperties": TEXT}),
    (event(a=TEXT, closed=True), {"type": "object", "patternProperties": {"^a$": TEXT}, "maxProperties": 2}),
    ({"type": "object", "propertyNames": {"enum": ["a"]}}, {"type": "object", "maxProperties": 1}),
    ({"type": "object", "required": ["a", "b"]}, {"type": "object", "dependentRequired": {"a": ["b"]}}),
    (
        {"type": "object", "properties": {"a": False}},
        {"type": "object", "dependentSchemas": {"a": {"required": ["b"]}}},
    ),
    (event("k", k={"const": 1}), {"if": event("k", k={"const": 2}), "then": {"required": ["x"]}}),
    (
        {"allOf": [event(a=TEXT)], "unevaluatedProperties": False},
        {"allOf": [event(a=TEXT), event(b=TEXT)], "unevaluatedProperties": False},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("narrow", "wide"), NARROWER_FIRST)
def test_widening_needs_the_consumer_first_and_narrowing_the_provider(narrow: object, wide: object) -> None:
    assert verdict(narrow, wide) == "consumer-first"
    assert verdict(wide, narrow) == "provider-first"


SAME = [
    ({"allOf": [TEXT]}, TEXT),
    ({"anyOf": [TEXT, {"type": "string", "maxLength": 3}]}, TEXT),
    ({"oneOf": [TEXT, WHOLE]}, {"type": ["integer", "string"]}),
    ({"not": {"not": TEXT}}, TEXT),
    ({"enum": [1, 2.0]}, {"enum": [2, 1.0]}),
    ({"type": "integer", "minimum": 4, "maximum": 4}, {"const": 4}),
    ({"type": "number", "enum": [0, 1], "minimum": 1}, {"const": 1}),
    ({"type": "integer", "multipleOf": 0.5}, WHOLE),
    ({"type": "string", "pattern": "^(a|b)$"}, {"type": "string", "pattern": "^[ab]$"}),
    ({"type": "string", "pattern": "^a?$"}, {"enum": ["", "a"]}),
    ({"type": "array", "maxItems": 0}, {"type": "array", "items": False}),
    (event(a=TEXT, closed=True), event(a=TEXT, closed=True) | {"maxProperties": 7}),
    ({"if": TEXT, "then": {"maxLength": 3}}, {"anyOf": [{"not": TEXT}, {"maxLength": 3}]}),
    ({"$ref": "#/$defs/a", "$defs": {"a": TEXT}}, TEXT),
    ({"definitions": {"n": {"properties": {"n": {"$ref": "#/definitions/n"}}}}, "$ref": "#/definitions/n"},
     {"properties": {"n": {"$ref": "#"}}}),
    ({"type": "boolean"}, {"enum": [False, True]}),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), SAME)
def test_the_same_in_other_words_orders_nothing(old: object, new: object) -> None:
    assert verdict(old, new) in ("compatible", "either")
    assert verdict(new, old) in ("compatible", "either")


OVERLAPPING = [
    (TEXT, NUMBER),
    ({"enum": ["a", "b"]}, {"enum": ["b", "c"]}),
    ({"minimum": 1, "maximum": 3}, {"minimum": 2, "maximum": 4}),
    ({"pattern": "^a"}, {"pattern": "b$"}),
    ({"multipleOf": 2}, {"multipleOf": 3}),
    (event("a", a=TEXT), event("b", b=TEXT)),
    (event(a=TEXT), event(a=WHOLE)),
    (event(a=TEXT, closed=True), event(b=TEXT, closed=True)),
    ({"oneOf": [TEXT, NUMBER]}, {"oneOf": [TEXT, {"type": "boolean"}]}),
    ({"type": "array", "prefixItems": [TEXT]}, {"type": "array", "prefixItems": [NUMBER]}),
    ({"const": {"kind": "old"}}, {"const": {"kind": "new"}}),
    ({"type": "string", "format": "email"}, {"type": "string", "format": "uuid"}),
    ({"const": 9007199254740993}, {"const": 9007199254740992}),
]


@pytest.mark.parametrize(("old", "new"), OVERLAPPING)
def test_what_neither_version_understands_of_the_other_cannot_be_ordered(old: object, new: object) -> None:
    assert verdict(old, new) == verdict(new, old) == "split"


def test_an_optional_member_of_an_open_object_never_splits_a_release() -> None:
    """Strictly the old version allows that member in any form; nobody writes what their schema does not declare."""
    old = event(a={"enum": [1]})
    assert verdict(old, event(a={"enum": [1]}, b=TEXT)) == "provider-first"
    assert verdict(old, event(a={"enum": [1, 2]}, b=TEXT)) == "consumer-first"
    assert verdict(event(a=TEXT), event(b=TEXT)) == "consumer-first"
    assert verdict(old, event("b", a={"enum": [1, 2]}, b=TEXT)) == "split"
    assert verdict(event(a=TEXT, closed=True), event(a={}, b=TEXT, closed=True)) == "consumer-first"


def test_beside_a_reference_nothing_counts_until_draft_7() -> None:
    def schema(draft: str) -> dict[str, object]:
        dialect = {"$schema": draft, "definitions": {"t": TEXT}}
        return {**dialect, "properties": {"a": {"$ref": "#/definitions/t", "maxLength": 3}}}

    plain = {"definitions": {"t": TEXT}, "properties": {"a": {"$ref": "#/definitions/t"}}}
    old = "http://json-schema.org/draft-07/schema#"
    assert verdict({"$schema": old, **plain}, schema(old)) in ("compatible", "either")
    new = "https://json-schema.org/draft/2020-12/schema"
    assert verdict({"$schema": new, **plain}, schema(new)) == "provider-first"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"minimum": 1, "exclusiveMinimum": True}, {"minimum": 1}, "consumer-first"),
        ({"items": [TEXT], "additionalItems": False}, {"items": [TEXT]}, "consumer-first"),
        ({"items": [TEXT], "additionalItems": TEXT}, {"items": TEXT}, "either"),
        ({"dependencies": {"a": ["b"]}}, {"dependentRequired": {"a": ["b"]}}, "either"),
        ({"dependencies": {"a": {"required": ["b"]}}}, {"dependencies": {"a": ["b"]}}, "either"),
    ],
)
def test_the_words_of_earlier_drafts_mean_what_they_meant(old: object, new: object, expected: str) -> None:
    assert verdict(old, new) == expected
