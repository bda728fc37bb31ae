"""The rules of schema resolution, one by one: what they do to the order of a release, and how they are told."""

from __future__ import annotations

import pytest

from runbook_tui.contracts.model import Direction, Effect
from tests.contracts.avro.versions import diff, effects, enum, field, only, record, verdict

PROMOTED = [
    ("int", "long"), ("int", "float"), ("int", "double"), ("long", "float"), ("long", "double"), ("float", "double"),
]  # fmt: skip


@pytest.mark.parametrize(("narrow", "wide"), PROMOTED)
def test_promotion_needs_the_reader_first_and_its_opposite_the_writer(narrow: str, wide: str) -> None:
    assert verdict(narrow, wide) == "consumer-first"
    assert verdict(wide, narrow) == "provider-first"
    assert verdict([narrow, "null"], [wide, "null"]) == "consumer-first"
    assert verdict({"type": "array", "items": wide}, {"type": "array", "items": narrow}) == "provider-first"


def test_text_and_bytes_read_each_other() -> None:
    assert verdict("string", "bytes") == "either"
    assert verdict({"type": "map", "values": "bytes"}, {"type": "map", "values": "string"}) == "either"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("int", "string"), ("boolean", "int"), ("null", "int"),
        ({"type": "array", "items": "int"}, {"type": "map", "values": "int"}),
        ({"type": "fixed", "name": "F", "size": 4}, "bytes"),
        (enum("E", "A"), "string"),
        (enum("E", "A"), enum("Other", "A")),
        (record("A"), record("B")),
        ({"type": "fixed", "name": "F", "size": 4}, {"type": "fixed", "name": "F", "size": 5}),
    ],
)  # fmt: skip
def test_types_that_neither_version_reads_cannot_be_ordered(old: object, new: object) -> None:
    assert only(diff(old, new)).effect is Effect.NEITHER
    assert verdict(old, new) == verdict(new, old) == "split"


def test_a_field_without_a_default_is_written_before_it_is_read() -> None:
    old, new = record("Order", field("id")), record("Order", field("id"), field("total", "long"))
    added = only(diff(old, new))
    assert (added.effect, added.direction) == (Effect.NARROWS, Direction.EVENT)
    assert added.text == "adds Order.total, which has no default"
    assert added.names == ("total",)
    assert added.pointer == "/fields/1"
    assert added.line == 9
    removed = only(diff(new, old))
    assert removed.effect is Effect.WIDENS
    assert removed.text == "removes Order.total, which has no default"


def test_a_field_with_a_default_comes_and_goes_freely() -> None:
    old, new = record("Order"), record("Order", field("total", default=0))
    assert verdict(old, new) == verdict(new, old) == "either"


@pytest.mark.parametrize(
    ("schema", "default", "usable"),
    [
        ("int", 0, True), ("int", "0", False), ("int", 2**31, False), ("int", True, False), ("long", 2**31, True),
        ("double", 1, True), ("double", "NaN", True), ("string", None, False), ("boolean", False, True),
        ("bytes", "\u00ff", True), ("bytes", "\u0100", False), ("null", None, True),
        (["string", "null"], None, True), (["string", "int"], None, False),
        ({"type": "array", "items": "int"}, [1, 2], True), ({"type": "array", "items": "int"}, ["x"], False),
        ({"type": "map", "values": "int"}, {"a": 1}, True), ({"type": "map", "values": "int"}, [], False),
        (enum("E", "A", "B"), "A", True), (enum("E", "A", "B"), "C", False),
        ({"type": "fixed", "name": "F", "size": 2}, "ab", True),
        ({"type": "fixed", "name": "F", "size": 2}, "a", False),
        (record("In", field("a"), field("b", default=1)), {"a": 1}, True), (record("In", field("a")), {}, False),
    ],
)  # fmt: skip
def test_a_default_counts_only_where_it_fits_its_type(schema: object, default: object, usable: bool) -> None:
    found = only(diff(record("Order"), record("Order", field("x", schema, default=default))))
    assert found.effect is (None if usable else Effect.NARROWS)
    assert ("does not fit" in found.text) is not usable


def test_the_alias_of_a_field_lets_the_new_version_read_the_old_one_only() -> None:
    old = record("Order", field("sum"))
    new = record("Order", field("total", aliases=["sum"]))
    renamed = only(diff(old, new))
    assert renamed.effect is Effect.WIDENS
    assert renamed.text == "renames Order.sum to total"
    assert renamed.names == ("sum", "total")
    assert only(diff(new, old)).effect is Effect.NARROWS
    assert verdict(record("Order", field("sum", default=1)), new) == "either"
    assert verdict(old, record("Order", field("total"))) == "split"


def test_the_alias_of_a_type_is_a_full_name_in_the_namespace_of_the_type() -> None:
    old = record("Order", namespace="shop")
    assert only(diff(old, record("Purchase", namespace="shop", aliases=["Order"]))).effect is Effect.WIDENS
    assert (
        only(diff(old, record("Purchase", namespace="new", aliases=["shop.Order"]))).effect is Effect.WIDENS
    )
    assert only(diff(old, record("Purchase", namespace="new", aliases=["Order"]))).effect is Effect.NEITHER


def test_a_renamed_type_is_still_compared_where_an_alias_joins_the_two() -> None:
    old = record("Order", field("id"))
    new = record("Purchase", field("id"), field("total"), aliases=["Order"])
    assert effects(diff(old, new)) == {"type-renamed": Effect.WIDENS, "field-added": Effect.NARROWS}


def test_a_namespace_does_not_matter_to_readers() -> None:
    old, new = record("Order", namespace="shop"), record("Order", namespace="com.shop")
    assert verdict(old, new) == "either"
    assert only(diff(old, new)).text == "moves record shop.Order to com.shop.Order"


def test_symbols_need_the_reader_first_unless_it_has_a_default() -> None:
    old, new = enum("Status", "NEW", "PAID"), enum("Status", "NEW", "PAID", "LOST", "BACK")
    added = only(diff(old, new))
    assert added.effect is Effect.WIDENS
    assert added.text == "adds LOST, BACK to enum Status"
    assert added.names == ("LOST", "BACK", "Status")
    assert added.pointer == "/symbols/2"
    removed = only(diff(new, old))
    assert removed.effect is Effect.NARROWS
    assert verdict({**old, "default": "NEW"}, new) == "either"
    assert verdict(new, {**old, "default": "NEW"}) == "either"
    assert verdict(new, {**old, "default": "UNKNOWN"}) == "provider-first"


def test_the_order_of_symbols_and_fields_is_no_matter_to_readers() -> None:
    assert verdict(enum("E", "A", "B"), enum("E", "B", "A")) == "compatible"
    assert verdict(record("R", field("a"), field("b")), record("R", field("b"), field("a"))) == "either"


def test_branches_of_a_union_need_the_reader_first() -> None:
    old, new = record("Order", field("note", ["string"])), record("Order", field("note", ["string", "null"]))
    added = only(diff(old, new))
    assert added.effect is Effect.WIDENS
    assert added.text == "allows null in Order.note"
    assert added.names == ("note",)
    assert added.pointer == "/fields/0/type/1"
    removed = only(diff(new, old))
    assert removed.effect is Effect.NARROWS
    assert removed.text == "no longer allows null in Order.note"
    assert verdict(record("Order", field("note", "string")), new) == "consumer-first"
    assert verdict(["int", "string"], ["string", "int"]) == "compatible"
    assert verdict(["int", "string"], ["int", "boolean"]) == "split"
    assert verdict([], ["int"]) == "consumer-first"


def test_a_branch_is_named_where_it_is_used() -> None:
    card = record("Card", field("number"))
    old = record("Order", field("card", card), field("payment", ["null"]))
    new = record("Order", field("card", card), field("payment", ["null", "Card"]))
    added = only(diff(old, new))
    assert added.text == "allows record Card in Order.payment"
    assert added.pointer == "/fields/1/type/1"
    assert added.names == ("Card", "payment")


def test_a_branch_is_read_by_the_one_of_its_full_name() -> None:
    one, other = record("Card", field("number"), namespace="a"), record("Card", field("iban"), namespace="b")
    assert verdict([one, other], [other, one]) == "compatible"
    assert verdict([one], [other]) == "split"


def test_a_changed_branch_is_one_change() -> None:
    changed = only(diff(["null", "int"], ["null", "long"]))
    assert (changed.rule, changed.effect) == ("type-changed", Effect.WIDENS)


def test_recursive_types_are_compared_once() -> None:
    def tree(*more: object) -> dict[str, object]:
        return record("Node", field("left", ["null", "Node"]), field("right", ["null", "Node"]), *more)

    assert verdict(tree(), tree()) == "compatible"
    assert only(diff(tree(), tree(field("weight")))).text == "adds Node.weight, which has no default"


def test_logical_types_are_told_and_order_nothing() -> None:
    plain, marked = "long", {"type": "long", "logicalType": "timestamp-millis"}
    assert only(diff(plain, marked)).effect is None
    changed = only(diff(marked, {"type": "long", "logicalType": "timestamp-micros"}))
    assert changed.effect is None
    assert changed.text.startswith("marks order.avsc as timestamp-micros, not timestamp-millis")


def test_decimals_of_another_scale_are_other_numbers() -> None:
    def decimal(precision: object, scale: object) -> dict[str, object]:
        return {"type": "bytes", "logicalType": "decimal", "precision": precision, "scale": scale}

    assert only(diff(decimal(9, 2), decimal(9, 3))).effect is Effect.NEITHER
    assert only(diff(decimal(9, 2), decimal(12, 2))).effect is Effect.WIDENS
    assert only(diff(decimal(12, 2), decimal(9, 2))).effect is Effect.NARROWS
    assert verdict(decimal(9, 12), "bytes") == "compatible"


def test_what_no_message_shows_is_no_change() -> None:
    plain = record("Order", field("id"))
    documented = {
        **record("Order", field("id", doc="a number", order="ignore")),
        "doc": "An order.",
        "owner": "x",
    }
    assert verdict(plain, documented) == "compatible"
    assert verdict({"type": "int"}, "int") == "compatible"
    assert verdict({"type": {"type": "int"}}, "int") == "compatible"


def test_the_default_of_a_field_that_stays_orders_nothing() -> None:
    found = diff(record("R", field("a", default=1)), record("R", field("a", default=2)))
    assert only(found).text == "changes the default of R.a"
    assert str(found.verdict) == "either"


def test_a_contract_that_is_new_or_gone() -> None:
    added, removed = diff(None, record("Order")), diff(record("Order"), None)
    assert only(added).text == "adds record Order"
    assert only(added).names == ("Order",)
    assert str(added.verdict) == "provider-first"
    assert only(removed).text == "removes record Order"
    assert str(removed.verdict) == "consumer-first"
