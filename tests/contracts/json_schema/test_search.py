"""The proof behind a verdict: messages that only one version allows, or that there are none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contracts.json_schema.schema_pairs import pairs, schemas, values
from tests.contracts.json_schema.versions import allows, event, searched, verdict


@settings(max_examples=250, deadline=None)
@given(pairs(), st.lists(values, min_size=20, max_size=40))
def test_no_value_contradicts_what_was_proved(pair: tuple[object, object], tried: list[object]) -> None:
    old, new = pair
    forbidden, added = searched(old, new)
    for found, fits, unfit in ((forbidden, old, new), (added, new, old)):
        if found.exists:
            assert allows(fits, found.value) is True
            assert allows(unfit, found.value) is False
        elif not found.unknown:
            assert not [v for v in tried if allows(fits, v) is True and allows(unfit, v) is False]


@settings(max_examples=150, deadline=None)
@given(schemas, values)
def test_a_schema_allows_a_value_or_its_opposite_does(schema: object, value: object) -> None:
    answer = allows(schema, value)
    assert answer is not None
    assert allows({"not": schema}, value) is not answer
    assert allows({"anyOf": [schema, False]}, value) is answer
    assert allows({"allOf": [schema, True]}, value) is answer
    assert allows({"oneOf": [schema, schema]}, value) is False
    assert allows({"$ref": "#/$defs/x", "$defs": {"x": schema}}, value) is answer


def test_a_schema_that_contains_itself() -> None:
    def tree(leaf: object) -> object:
        return event("value", value=leaf, children={"type": "array", "items": {"$ref": "#"}})

    forbidden, added = searched(tree({"type": "integer"}), tree({"type": "number"}))
    assert (forbidden.exists, forbidden.unknown) == (False, False)
    assert added.exists


def test_what_cannot_be_finite_is_nothing() -> None:
    endless = event("next", next={"$ref": "#"})
    forbidden, added = searched(endless, {"type": "string"})
    assert not forbidden.exists
    assert not forbidden.unknown
    assert added.value == ""


def test_members_that_nobody_declares_can_be_left_out_of_account() -> None:
    old, new = event(a={}), event(a={}, b={"type": "string"})
    assert set(searched(old, new)[0].value or {}) == {"b"}  # type: ignore[call-overload]
    assert not searched(old, new, declared_only=True)[0].exists


@pytest.mark.parametrize("keyword", ["contentEncoding", "unevaluatedItems", "$dynamicRef"])
def test_what_cannot_be_decided_is_unknown(keyword: str) -> None:
    beside: dict[str, object] = {"allOf": [{"items": True}]}
    values: tuple[object, object] = (
        ({"type": "string"}, False) if keyword == "unevaluatedItems" else ("#a", "#b")
    )
    old, new = ({**beside, keyword: value} for value in values)
    forbidden, added = searched(old, new)
    assert not forbidden.exists
    assert forbidden.unknown or added.unknown


def test_expressions_that_are_not_regular_are_compared_as_texts() -> None:
    same = {"type": "object", "patternProperties": {"^(?=x)": {"type": "string"}}}
    assert not searched(same, {**same, "minProperties": 1})[1].exists
    forbidden, _ = searched({"pattern": "^(?=a)b"}, {"pattern": "^(?=a)c"})
    assert forbidden.unknown


ODD_TEXT = {"type": "string", "pattern": "^(?=a)b"}
"""Texts that no search decides about."""


def test_what_is_looser_keyword_by_keyword_needs_no_search() -> None:
    def either(number: object, other: object, least: int) -> object:
        one = event("k", k=ODD_TEXT, n={"type": number, "minimum": least})
        return {"anyOf": [one, event("k", k={"enum": other}, m=ODD_TEXT)]}

    old, new = either("integer", [1], 2), either("number", [1, None], 1)
    forbidden, added = searched(old, new)
    assert (forbidden.exists, forbidden.unknown) == (False, False)
    assert added.exists or added.unknown
    assert verdict(old, new) == "consumer-first"
    assert verdict(new, old) == "provider-first"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (event(closed=True, a={}), event(closed=True)),
        ({"prefixItems": [{}], "items": False}, {"items": False}),
        ({"minimum": 1}, {"minimum": 1, "exclusiveMinimum": True}),
        ({"type": "number"}, {"type": "integer"}),
        ({"enum": [True]}, {"enum": [1]}),
        ({}, {"anyOf": []}),
        (event("a"), event("a", "b")),
    ],
)
def test_what_is_not_looser_is_searched(old: object, new: object) -> None:
    assert searched(old, new)[0].exists
