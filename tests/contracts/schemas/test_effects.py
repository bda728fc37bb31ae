"""What one change of a schema does to the set of legal messages, in requests and in responses."""

from __future__ import annotations

import pytest

from runbook_tui.contracts.model import Effect
from tests.contracts.schemas.comparing import EVENT, REQUEST, RESPONSE, Schema, body, compared, effects, rules

W, N, X = Effect.WIDENS, Effect.NARROWS, Effect.NEITHER
STRING: Schema = {"type": "string"}
CLOSED = {"additionalProperties": False}

SAME_BOTH_WAYS: list[tuple[str, Schema, Schema, Effect]] = [
    ("type-generalized", {"type": "integer"}, {"type": "number"}, W),
    ("type-generalized", {"type": "string"}, {}, W),
    ("list-of-types-widened", {"type": "string"}, {"type": ["string", "integer"]}, W),
    ("type-changed", {"type": "integer"}, {"type": "string"}, X),
    ("type-changed", {"type": "array"}, {"type": "object"}, X),
    ("type-generalized", {"type": "integer", "format": "int32"}, {"type": "integer", "format": "int64"}, W),
    ("type-generalized", {"type": "string", "format": "uuid"}, {"type": "string"}, W),
    ("type-changed", {"type": "string", "format": "uuid"}, {"type": "string", "format": "email"}, X),
    ("became-nullable", {"type": "string"}, {"type": "string", "nullable": True}, W),
    ("became-nullable", {"type": "string"}, {"type": ["string", "null"]}, W),
    ("became-nullable", {"type": "string"}, {"oneOf": [{"type": "null"}, {"type": "string"}]}, W),
    ("became-not-nullable", {"type": "string", "x-nullable": True}, {"type": "string"}, N),
    ("enum-value-added", {"enum": ["a"]}, {"enum": ["b", "a"]}, W),
    ("enum-value-removed", {"enum": ["a", "b"]}, {"enum": ["b"]}, N),
    ("became-enum", {"type": "string"}, {"type": "string", "enum": ["a"]}, N),
    ("enum-removed", {"type": "string", "enum": ["a"]}, {"type": "string"}, W),
    ("const-changed", {"const": 1}, {"const": 2}, X),
    ("const-added", {"type": "integer"}, {"type": "integer", "const": 2}, N),
    ("const-removed", {"type": "integer", "const": 2}, {"type": "integer"}, W),
    ("enum-value-added", {"const": "a"}, {"enum": ["a", "b"]}, W),
    ("min-length-increased", {"type": "string", "minLength": 1}, {"type": "string", "minLength": 2}, N),
    ("max-length-increased", {"type": "string", "maxLength": 1}, {"type": "string", "maxLength": 2}, W),
    ("max-length-set", {"type": "string"}, {"type": "string", "maxLength": 2}, N),
    ("max-length-unset", {"type": "string", "maxLength": 2}, {"type": "string"}, W),
    ("min-items-set", {"type": "array"}, {"type": "array", "minItems": 1}, N),
    ("max-items-decreased", {"type": "array", "maxItems": 9}, {"type": "array", "maxItems": 5}, N),
    ("min-properties-increased", {"minProperties": 1}, {"minProperties": 2}, N),
    ("min-decreased", {"type": "integer", "minimum": 3}, {"type": "integer", "minimum": 2}, W),
    ("exclusive-max-set", {"type": "number"}, {"type": "number", "exclusiveMaximum": 2}, N),
    (
        "exclusive-min-increased",
        {"type": "number", "minimum": 3},
        {"type": "number", "minimum": 3, "exclusiveMinimum": True},
        N,
    ),
    ("multiple-of-changed", {"type": "integer", "multipleOf": 2}, {"type": "integer", "multipleOf": 4}, N),
    ("multiple-of-changed", {"type": "integer", "multipleOf": 6}, {"type": "integer", "multipleOf": 3}, W),
    ("multiple-of-changed", {"type": "integer", "multipleOf": 4}, {"type": "integer", "multipleOf": 6}, X),
    ("unique-items-set", {"type": "array"}, {"type": "array", "uniqueItems": True}, N),
    ("additional-properties-added", body(a=STRING), body(a=STRING) | CLOSED, N),
    ("additional-properties-removed", body() | CLOSED, body() | {"additionalProperties": STRING}, W),
    ("unevaluated-properties-added", body(), body() | {"unevaluatedProperties": False}, N),
    ("pattern-property-added", body(), body() | {"patternProperties": {"^x": STRING}}, N),
    ("property-names-removed", body() | {"propertyNames": {"maxLength": 3}}, body(), W),
    ("prefix-items-added", {"prefixItems": [STRING]}, {"prefixItems": [STRING, STRING]}, W),
    (
        "prefix-items-removed",
        {"type": "array", "items": [STRING, STRING]},
        {"type": "array", "items": [STRING]},
        N,
    ),
    ("contains-added", {"type": "array"}, {"type": "array", "contains": STRING}, N),
    (
        "min-contains-increased",
        {"type": "array", "contains": STRING},
        {"type": "array", "contains": STRING, "minContains": 2},
        N,
    ),
    ("one-of-added", {"oneOf": [STRING, body()]}, {"oneOf": [STRING, body(), {"type": "integer"}]}, W),
    ("any-of-removed", {"anyOf": [STRING, body(), {"type": "array"}]}, {"anyOf": [STRING, body()]}, N),
    ("wrapped-in-one-of", STRING, {"oneOf": [STRING, {"type": "integer"}]}, W),
    ("one-of-removed", {"oneOf": [{"type": "integer"}, STRING]}, STRING, N),
    ("not-added", STRING, {"type": "string", "not": {"const": "x"}}, N),
    (
        "not-changed",
        {"type": "string", "not": {"enum": ["x"]}},
        {"type": "string", "not": {"enum": ["x", "y"]}},
        N,
    ),
    ("if-added", body(), body() | {"if": {"required": ["a"]}}, N),
    (
        "then-added",
        body() | {"if": {"required": ["a"]}},
        body() | {"if": {"required": ["a"]}, "then": {"required": ["b"]}},
        N,
    ),
    ("dependent-required-added", body(), body() | {"dependentRequired": {"a": ["b"]}}, N),
    ("dependent-required-removed", body() | {"dependencies": {"a": ["b"]}}, body(), W),
    ("dependent-schema-added", body(), body() | {"dependentSchemas": {"a": body(b=STRING)}}, N),
    (
        "content-encoding-changed",
        {"type": "string", "contentEncoding": "base64"},
        {"type": "string", "contentEncoding": "base32"},
        X,
    ),
    ("content-schema-added", STRING, {"type": "string", "contentSchema": body()}, N),
    ("type-changed", STRING, False, N),
]


@pytest.mark.parametrize(("rule", "old", "new", "effect"), SAME_BOTH_WAYS)
def test_a_limit_widens_or_narrows_whoever_writes(
    rule: str, old: Schema, new: Schema, effect: Effect
) -> None:
    for direction in (REQUEST, RESPONSE, EVENT):
        report = compared(old, new, direction)
        assert effects(report) == [effect]
    assert rules(compared(old, new)) == [f"request-body-{rule}"]


@pytest.mark.parametrize(("rule", "old", "new", "effect"), SAME_BOTH_WAYS)
def test_the_way_back_has_the_opposite_effect(rule: str, old: Schema, new: Schema, effect: Effect) -> None:
    opposite = {W: N, N: W, X: X}[effect]
    assert effects(compared(new, old)) == [opposite]


MEMBERS: list[tuple[str, Schema, Schema, list[Effect], list[Effect]]] = [
    ("optional, added", body(), body(a=STRING), [W], [N]),
    ("optional, removed", body(a=STRING), body(), [N], [W]),
    ("required, added", body(), body(a=STRING) | {"required": ["a"]}, [N], [N]),
    ("required, removed", body(a=STRING) | {"required": ["a"]}, body(), [W], [W]),
    ("required, added to a closed one", body() | CLOSED, body(a=STRING) | CLOSED | {"required": ["a"]}, [X], [W]),
    ("optional, added to a closed one", body() | CLOSED, body(a=STRING) | CLOSED, [W], [W]),
    ("optional, removed from a closed one", body(a=STRING) | CLOSED, body() | CLOSED, [N], [N]),
    ("required, removed from a closed one", body(a=STRING) | CLOSED | {"required": ["a"]}, body() | CLOSED, [X], [X]),
    ("became required", body(a=STRING), body(a=STRING) | {"required": ["a"]}, [N], [N]),
    ("became optional", body(a=STRING) | {"required": ["a"]}, body(a=STRING), [W], [W]),
    ("renamed", body(a=STRING), body(b=STRING), [N, W], [N, W]),
    ("read-only", body(), body(a={"type": "string", "readOnly": True}) | {"required": ["a"]}, [], [N]),
    ("write-only", body(), body(a={"type": "string", "writeOnly": True}), [W], []),
    (
        "limits of what is read-only",
        body(a={"type": "string", "maxLength": 5, "readOnly": True}),
        body(a={"type": "string", "maxLength": 6, "readOnly": True}),
        [],
        [W],
    ),
    (
        "no longer read-only",
        body(a={"type": "string", "readOnly": True}) | {"required": ["a"]},
        body(a=STRING) | {"required": ["a"]},
        [N],
        [],
    ),
    ("a pattern", {"type": "string", "pattern": "^a"}, {"type": "string", "pattern": "^b"}, [X], []),
    ("any pattern", {"type": "string", "pattern": "^a"}, {"type": "string", "pattern": ".*"}, [W], []),
    (
        "an extensible list, longer",
        {"type": "string", "x-extensible-enum": ["a"]},
        {"type": "string", "x-extensible-enum": ["a", "b"]},
        [W],
        [],
    ),
    ("a default", {"type": "string", "default": "a"}, {"type": "string", "default": "b"}, [], []),
    ("deprecated", body(a=STRING), body(a={"type": "string", "deprecated": True}), [], []),
]  # fmt: skip


@pytest.mark.parametrize(("what", "old", "new", "request_effects", "response_effects"), MEMBERS)
def test_what_depends_on_the_direction(
    what: str, old: Schema, new: Schema, request_effects: list[Effect], response_effects: list[Effect]
) -> None:
    assert effects(compared(old, new, REQUEST)) == request_effects
    assert effects(compared(old, new, RESPONSE)) == response_effects


def test_events_are_validated_against_patterns() -> None:
    assert effects(compared({"type": "string"}, {"type": "string", "pattern": "^a"}, EVENT)) == [N]


def test_in_plain_text_a_string_may_be_anything() -> None:
    old: Schema = {"type": "integer"}
    assert effects(compared(old, STRING, textual=True)) == [W]
    assert effects(compared(STRING, old, RESPONSE, textual=True)) == [N]
    assert effects(compared(old, {"type": "boolean"}, textual=True)) == [X]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (body(), body(a=STRING), "new-optional-request-property"),
        (body(), body(a=STRING) | {"required": ["a"]}, "new-required-request-property"),
        (body(a=STRING), body(), "request-property-removed"),
        (body(a=STRING), body(a={"type": "string", "maxLength": 2}), "request-property-max-length-set"),
        ({"items": STRING}, {"items": {"type": "string", "enum": ["a"]}}, "request-property-became-enum"),
    ],
)  # fmt: skip
def test_below_the_top_rules_are_those_of_properties(old: Schema, new: Schema, rule: str) -> None:
    assert rules(compared(old, new)) == [rule]


def test_the_direction_is_in_the_name() -> None:
    added = compared(body(), body(a=STRING), RESPONSE)
    assert rules(added) == ["response-optional-property-added"]
    removed = compared(body(a=STRING) | {"required": ["a"]}, body(), EVENT)
    assert rules(removed) == ["event-required-property-removed"]
