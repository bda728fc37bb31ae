"""Alternatives: which of them are the same one in both versions."""

from __future__ import annotations

from runbook_tui.contracts.model import Effect
from tests.contracts.schemas.comparing import RESPONSE, Schema, body, compared, effects, rules, texts

CARD = body(kind={"const": "card"}, number={"type": "string"})
CASH = body(kind={"const": "cash"})


def union(*branches: object, **definitions: object) -> dict[str, object]:
    return {"oneOf": list(branches), "$defs": definitions}


def ref(name: str) -> dict[str, object]:
    return {"$ref": f"#/schema/$defs/{name}"}


def test_the_same_reference_is_the_same_alternative() -> None:
    wider = body(kind={"const": "card"}, number={"type": "string"}, holder={"type": "string"})
    report = compared(
        union(ref("Card"), ref("Cash"), Card=CARD, Cash=CASH),
        union(ref("Cash"), ref("Card"), Card=wider, Cash=CASH),
    )
    assert rules(report) == ["new-optional-request-property"]


def test_a_constant_tells_alternatives_apart() -> None:
    wider = body(kind={"const": "card"}, number={"type": "integer"}, a={}, b={}, c={})
    report = compared(union(CARD, CASH), union(CASH, wider))
    assert "request-property-type-changed" in rules(report)
    assert not any(rule.endswith("one-of-added") for rule in rules(report))


def test_a_title_tells_alternatives_apart() -> None:
    old = [{"title": "A", "type": "string"}, {"title": "B", "type": "integer"}]
    new = [{"title": "B", "type": "integer", "minimum": 1}, {"title": "A", "type": "string"}]
    assert rules(compared(union(*old), union(*new))) == ["request-body-min-set"]


def test_an_alternative_that_moved_behind_a_reference_is_the_same() -> None:
    assert not compared(union(CARD, CASH), union(ref("Card"), CASH, Card=CARD)).changes


def test_a_reference_may_be_renamed() -> None:
    old, new = (
        union(ref("Card"), ref("Cash"), Card=CARD, Cash=CASH),
        union(ref("Money"), ref("Card"), Card=CARD, Money=CASH),
    )
    assert not compared(old, new).changes


def test_among_equals_only_the_name_counts() -> None:
    old = union(ref("Cat"), ref("Dog"), Cat=body(), Dog=body(), Rabbit=body())
    new = union(ref("Cat"), ref("Rabbit"), Cat=body(), Dog=body(), Rabbit=body())
    assert effects(compared(old, new)) == [Effect.NARROWS, Effect.WIDENS]


def test_a_new_alternative_is_named() -> None:
    report = compared(
        union(ref("Cash"), CARD, Cash=CASH),
        union(ref("Cash"), CARD, ref("Iou"), Cash=CASH, Iou=body()),
        RESPONSE,
    )
    assert texts(report) == ["adds the alternative Iou to the body of POST /orders"]
    assert report.changes[0].names[0] == "Iou"
    assert effects(report) == [Effect.WIDENS]


def test_what_became_one_of_several_is_compared_with_that_one() -> None:
    report = compared(
        body(a={"type": "string"}), union(body(a={"type": "string", "maxLength": 4}), {"type": "string"})
    )
    assert rules(report) == ["request-body-wrapped-in-one-of", "request-property-max-length-set"]


def test_discriminators_order_nothing() -> None:
    old: Schema = union(CARD, CASH) | {"discriminator": {"propertyName": "kind", "mapping": {"card": "a"}}}
    new: Schema = union(CARD, CASH) | {"discriminator": {"propertyName": "sort", "mapping": {"card": "b"}}}
    report = compared(old, new)
    assert effects(report) == []
    assert rules(report) == [
        "request-body-discriminator-mapping-changed",
        "request-body-discriminator-property-name-changed",
    ]


def test_a_part_of_an_all_of_that_only_repeats_counts_in_requests() -> None:
    old = {"allOf": [ref("A")], "$defs": {"A": body(a={}), "B": body(a={})}}
    new = {"allOf": [ref("A"), ref("B")], "$defs": {"A": body(a={}), "B": body(a={})}}
    assert rules(compared(old, new)) == ["request-body-all-of-added"]
    assert effects(compared(old, new)) == [Effect.NARROWS]
    assert effects(compared(old, new, RESPONSE)) == []


def test_prose_in_an_all_of_orders_nothing() -> None:
    report = compared(body(a={}), body(a={}) | {"allOf": [{"title": "x"}]})
    assert rules(report) == ["request-body-all-of-added-annotation-only"]
    assert effects(report) == []
