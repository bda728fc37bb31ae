"""What is told of changes to events: places, words, names, examples; files and definitions that come and go."""

from __future__ import annotations

from runbook_tui.contracts.files import in_memory
from runbook_tui.contracts.model import Direction, Effect
from runbook_tui.contracts.registry import format_named
from tests.contracts.json_schema.versions import FILE, diff, diff_files, encoded, event, only

TEXT = {"type": "string"}


def test_a_change_names_its_place() -> None:
    added = only(diff(event("id", id=TEXT), event("id", "total", id=TEXT, total={"type": "number"})))
    assert (added.direction, added.effect) == (Direction.EVENT, Effect.NARROWS)
    assert added.text == "adds the property total to order.json"
    assert added.names == ("total",)
    assert (added.path, added.pointer, added.line) == (FILE, "/properties/total", 7)


def test_an_event_is_called_by_its_title() -> None:
    old = {"title": "OrderPlaced", **event(id=TEXT)}
    changed = only(diff(old, {**old, **event(id={"type": "integer"})}))
    assert changed.text == "changes the type of id in OrderPlaced from string to integer"


def test_what_no_single_difference_explains_is_told_with_an_example() -> None:
    """Each version of the alternative is harmless; that a message may be both now is what counts."""
    old = {"oneOf": [event("a", a=TEXT), event("b", b=TEXT)]}
    new = {"oneOf": [event("a", a=TEXT), event("b", b=TEXT), event("c", c=TEXT)]}
    found = diff(old, new)
    assert str(found.verdict) == "split"
    example = next(change for change in found.changes if change.rule == "event-messages-forbidden")
    assert example.text == """no longer allows order.json to be as in {"a": "", "c": ""}"""
    assert example.names == ("a", "c")


def test_differences_without_an_effect_are_harmless() -> None:
    found = diff({"anyOf": [TEXT, {"type": "integer"}]}, {"type": ["integer", "string"]})
    assert found.changes == ()
    assert str(found.verdict) in ("either", "compatible")


def test_parts_in_other_files_are_told_where_they_are() -> None:
    order = event(to={"$ref": "address.json"})
    old = {"s/order.json": order, "s/address.json": event(street=TEXT)}
    changed = only(diff_files(old, {**old, "s/address.json": event("street", street=TEXT)}))
    assert changed.path == "s/address.json"
    assert changed.text == "always has to.street in order.json"
    beside = diff_files(
        {"s/order.json": order}, {"s/order.json": order}, {"s/address.json": event(street=TEXT)}
    )
    assert str(beside.verdict) == "compatible"


def test_events_come_and_go_with_their_files() -> None:
    placed, paid = event(id=TEXT), event(order=TEXT)
    added = only(diff_files({"placed.json": placed}, {"placed.json": placed, "paid.json": paid}))
    assert (added.text, str(added.first)) == ("adds the event paid.json", "provider-first")
    removed = only(diff_files({"placed.json": placed, "paid.json": paid}, {"placed.json": placed}))
    assert (removed.text, str(removed.first)) == ("removes the event paid.json", "consumer-first")
    shared = {"placed.json": event(id={"$ref": "id.json"}), "id.json": TEXT}
    inline = diff_files({"placed.json": event(id=TEXT)}, shared)
    assert str(inline.verdict) in ("either", "compatible")  # a part of an event is no event


def test_a_file_that_moved_is_the_same_event() -> None:
    found = diff_files(
        {"a/x.json": event(a=TEXT), "a/y.json": TEXT}, {"a/x.json": event(a=TEXT), "b/y.json": TEXT}
    )
    assert str(found.verdict) == "compatible"


def test_definitions_alone_are_events_by_name() -> None:
    old = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": {"Placed": event(id=TEXT)}}
    new = {**old, "$defs": {"Placed": event("id", id=TEXT), "Paid": TEXT}}
    found = diff(old, new)
    assert sorted(change.text for change in found.changes) == [
        "adds the event Paid",
        "always has id in Placed",
    ]


def test_a_contract_that_is_new_or_gone() -> None:
    assert str(diff_files({}, {FILE: TEXT}).verdict) == "provider-first"
    assert str(diff_files({FILE: TEXT}, {}).verdict) == "consumer-first"


def test_the_files_that_a_file_uses_are_known() -> None:
    data = encoded(event(to={"$ref": "../parts/address.json#/x"}, by={"$ref": "https://example.org/x.json"}))
    files = in_memory({"s/order.json": data}, {"parts/address.json": b"{}"})
    assert list(format_named("json-schema").references("s/order.json", data, files)) == ["parts/address.json"]
