"""What fields return: the consumer reads it, so more of it needs the consumers first."""

from __future__ import annotations

import pytest

from runbook_tui.contracts.model import Direction, Effect
from tests.contracts.graphql.versions import diff, only, rules, verdict

FIELD = "type Query {{ order: Order }} type Order {{ total: {} }}"
BOTH = "type Query {{ a(by: State): State }} enum State {{ OPEN {} }}"
RETURNED = "type Query {{ state: State }} enum State {{ OPEN {} }}"
GIVEN = "type Query {{ a(by: State): Int }} enum State {{ OPEN {} }}"
UNION = "type Query {{ found: Found }} union Found = {} type A {{ a: Int }} type B {{ b: Int }}"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Int!", "Int", "consumer-first"),
        ("Int", "Int!", "provider-first"),
        ("[Int!]!", "[Int]!", "consumer-first"),
        ("[Int]", "[Int!]!", "provider-first"),
        ("[Int]!", "[Int!]", "split"),
        ("[[Int!]]", "[[Int]]", "consumer-first"),
        ("Int", "[Int]", "split"),
        ("Int", "String", "split"),
        ("[Int", "[Int", None),
    ],
)
def test_what_a_field_returns(old: str, new: str, expected: str | None) -> None:
    assert verdict(FIELD.format(old), FIELD.format(new)) == expected


def test_null_is_told_with_both_types() -> None:
    found = only(diff(FIELD.format("Int!"), FIELD.format("Int")))
    assert found.text == "may return null in Order.total (Int! before, Int now)"
    assert (found.direction, found.effect, found.names) == (Direction.RESPONSE, Effect.WIDENS, ("total",))


def test_what_a_subscription_sends_is_an_event() -> None:
    old, new = (f"type Query {{ a: Int }} type Subscription {{ placed: {each} }}" for each in ("Int!", "Int"))
    found = only(diff(old, new))
    assert (found.direction, found.first) == (Direction.EVENT, "consumer-first")


@pytest.mark.parametrize(
    ("schema", "added", "removed"),
    [
        (RETURNED, "consumer-first", "provider-first"),
        (GIVEN, "provider-first", "consumer-first"),
        (BOTH, "split", "split"),
        ("type Query {{ a: Int }} enum State {{ OPEN {} }}", "consumer-first", "consumer-first"),
    ],
)
def test_the_values_of_an_enum_are_ordered_by_who_sends_them(schema: str, added: str, removed: str) -> None:
    old, new = schema.format(""), schema.format("HELD")
    assert verdict(old, new) == added
    assert verdict(new, old) == removed


def test_an_enum_that_goes_both_ways_is_told_once_for_each() -> None:
    found = diff(BOTH.format(""), BOTH.format("HELD"))
    assert {each.text for each in found.changes} == {
        "accepts the value HELD of enum State",
        "may return the value HELD of enum State",
    }
    # whoever reads the value does not name it yet, but asks for the field that returns it
    assert {each.direction: each.names for each in found.changes} == {
        Direction.REQUEST: ("HELD",),
        Direction.RESPONSE: ("a",),
    }


def test_a_use_that_begins_orders_no_values() -> None:
    old = "type Query { a(by: State): Int } enum State { OPEN }"
    new = "type Query { a(by: State): Int, state: State } enum State { OPEN HELD }"
    assert rules(diff(old, new)) == ["enum-value-added", "field-added"]
    assert verdict(old, new) == "provider-first"


def test_a_union_may_return_more() -> None:
    added, removed = (
        diff(UNION.format(old), UNION.format(new)) for old, new in (("A", "A | B"), ("A | B", "A"))
    )
    assert (only(added).text, added.verdict) == ("may return B as Found", "consumer-first")
    assert only(added).names == ("found",)
    assert (only(removed).text, removed.verdict) == ("no longer returns B as Found", "consumer-first")
    assert (only(removed).direction, only(removed).names) == (Direction.REQUEST, ("B",))


def test_a_new_type_in_a_union_is_not_told_twice() -> None:
    old = "type Query { found: Found } union Found = A type A { a: Int }"
    new = (
        "type Query { found: Found } union Found = A | B type A { a: Int } type B { c: C } type C { d: Int }"
    )
    assert verdict(old, new) == "consumer-first"


def test_a_type_that_implements_an_interface_may_be_returned_as_it() -> None:
    base = "type Query {{ node: Node }} interface Node {{ id: ID }} type A{} {{ id: ID }}"
    old, new = base.format(""), base.format(" implements Node")
    assert (only(diff(old, new)).text, verdict(old, new)) == ("may return A as Node", "consumer-first")
    assert (only(diff(new, old)).text, verdict(new, old)) == ("no longer returns A as Node", "consumer-first")


def test_an_interface_that_is_new_has_no_readers_yet() -> None:
    old = "type Query { a: A } type A { id: ID }"
    new = "type Query { a: A } interface Node { id: ID } type A implements Node { id: ID }"
    assert verdict(old, new) == "provider-first"
    assert verdict(new, old) == "consumer-first"


def test_a_new_type_may_implement_what_there_is() -> None:
    old = "type Query { node: Node } interface Node { id: ID }"
    assert verdict(old, f"{old} type A implements Node {{ id: ID }}") == "provider-first"


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("Int", "Int @deprecated", "deprecates Order.total: No longer supported"),
        ('Int @deprecated(reason: "a")', 'Int @deprecated(reason: "b")', "deprecates Order.total for another reason: b"),  # noqa: E501
        ("Int @deprecated", "Int", "no longer deprecates Order.total"),
        ("Int", 'Int @auth(role: "x")', 'puts @auth(role: "x") on Order.total'),
        ("Int @tag @tag", "Int @tag", "takes @tag off Order.total"),
    ],
)  # fmt: skip
def test_what_no_message_shows_is_harmless(old: str, new: str, text: str) -> None:
    found = diff(FIELD.format(old), FIELD.format(new))
    assert not found.changes
    assert [each.text for each in found.harmless] == [text]
    assert found.verdict == "either"


def test_descriptions_comments_and_order_are_no_change() -> None:
    old = '"""Old""" type Query { "old" a: Int # old\n b(x: Int, y: Int): Int } enum E { A B }'
    new = 'enum E { B, A }\n"New"\ntype Query { b("new" y: Int x: Int): Int, a: Int }'
    assert verdict(old, new) == "compatible"
