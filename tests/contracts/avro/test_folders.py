"""Contracts of several files: names that lead from one to another, and which of their schemas are events."""

from __future__ import annotations

from runbook_tui.contracts.files import in_memory
from runbook_tui.contracts.model import Effect
from runbook_tui.contracts.registry import format_named
from tests.contracts.avro.versions import diff_files, encoded, field, only, record

ADDRESS = record("Address", field("street", "string"), namespace="shop")
LONGER_ADDRESS = record("Address", field("street", "string"), field("town", "string"), namespace="shop")
ORDER = record("Order", field("to", "Address"), namespace="shop")


def test_a_name_may_be_defined_in_another_file_of_the_contract() -> None:
    old = {"a/order.avsc": ORDER, "b/parts.avsc": ADDRESS}
    new = {"a/order.avsc": ORDER, "b/parts.avsc": LONGER_ADDRESS}
    changed = only(diff_files(old, new))
    assert changed.text == "adds shop.Address.town, which has no default"
    assert (changed.path, changed.pointer) == ("b/parts.avsc", "/fields/1")


def test_a_type_that_only_others_use_is_no_event() -> None:
    found = diff_files({"order.avsc": record("Order", field("to", "string"), namespace="shop")},
                       {"order.avsc": ORDER, "address.avsc": ADDRESS})  # fmt: skip
    assert [change.rule for change in found.changes] == ["type-changed"]


def test_events_come_and_go() -> None:
    paid = record("Paid", field("order", "shop.Order"))
    found = diff_files({"order.avsc": record("Order", namespace="shop")},
                       {"order.avsc": record("Order", namespace="shop"), "paid.avsc": paid})  # fmt: skip
    assert only(found).text == "adds record Paid"
    assert only(found).effect is Effect.NARROWS


def test_a_type_moves_to_a_file_of_its_own_and_nothing_changes() -> None:
    inline = record("Order", field("to", ADDRESS), namespace="shop")
    assert (
        str(diff_files({"order.avsc": inline}, {"order.avsc": ORDER, "address.avsc": ADDRESS}).verdict)
        == "compatible"
    )


def test_events_are_found_again_under_another_name_or_path() -> None:
    first, second = record("First", field("a")), record("Second", field("b"))
    moved = diff_files({"a.avsc": first, "b.avsc": second}, {"c.avsc": second, "d.avsc": first})
    assert str(moved.verdict) == "compatible"
    renamed = diff_files(
        {"a.avsc": first, "b.avsc": second},
        {"a.avsc": first, "c.avsc": {**second, "name": "Third", "aliases": ["Second"]}},
    )
    assert only(renamed).text == "renames record Second to Third"


def test_circles_of_types_are_still_compared() -> None:
    one = record("One", field("two", ["null", "Two"]))
    two = record("Two", field("one", ["null", "One"]))
    found = diff_files(
        {"1.avsc": one, "2.avsc": two}, {"1.avsc": one, "2.avsc": {**two, "fields": [field("x")]}}
    )
    assert sorted(change.text for change in found.changes) == [
        "adds Two.x, which has no default",
        "removes Two.one, which has no default",
    ]


def test_names_are_looked_for_beside_the_contract() -> None:
    for path in (
        "schemas/shop/Address.avsc",
        "schemas/shop.Address.avsc",
        "schemas/address.avsc",
        "common/address.avsc",
        "schemas/parts.avsc",
    ):
        beside = {path: ADDRESS, "schemas/unrelated.avsc": b'broken "Address" {'}
        found = diff_files({"schemas/order.avsc": ORDER}, {"schemas/order.avsc": ORDER}, beside)
        assert str(found.verdict) == "compatible", (path, found.faults)


def test_the_files_that_a_file_uses_are_known() -> None:
    own = {"s/order.avsc": encoded(record("Order", field("to", "shop.Address"), field("id", "shop.Id")))}
    others = {"s/address.avsc": encoded(ADDRESS), "s/other.avsc": encoded(record("Other")),
              "s/id.avsc": encoded({"type": "fixed", "name": "shop.Id", "size": 16})}  # fmt: skip
    avro = format_named("avro")
    files = in_memory(own, others)
    assert list(avro.references("s/order.avsc", own["s/order.avsc"], files)) == [
        "s/address.avsc",
        "s/id.avsc",
    ]
    assert list(avro.references("s/order.avsc", b"not json", files)) == []


def test_a_broken_file_hides_only_what_it_declares() -> None:
    found = diff_files(
        {"a.avsc": record("A"), "b.avsc": record("B")}, {"a.avsc": b"{", "b.avsc": record("B", field("x"))}
    )
    assert [fault.path for fault in found.faults] == ["a.avsc"]
    assert [change.text for change in found.changes] == ["adds B.x, which has no default"]
    assert found.verdict is None
