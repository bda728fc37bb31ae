"""What a change of a field demands, by who writes its message."""

from __future__ import annotations

import pytest

from runbook_tui.contracts.model import Action, Direction, Effect, Kind
from tests.contracts.protobuf.protos import (
    PROTO2,
    PROTO3,
    diff,
    message,
    one,
    request,
    response,
    rules,
    verdict,
)


@pytest.mark.parametrize(
    ("old", "new", "in_request", "in_response", "in_event"),
    [
        ("", "int32 a = 1;", "either", "either", "either"),
        ("int32 a = 1;", "reserved 1; reserved 'a';", "provider-first", "consumer-first", "consumer-first"),
        ("int32 a = 1;", "", "provider-first", "consumer-first", "consumer-first"),
        ("int32 a = 1;", "int32 a = 2;", "split", "split", "split"),
        ("int32 a = 1;", "int32 b = 1;", "split", "split", "split"),
        ("int32 a = 1;", "string a = 1;", "split", "split", "split"),
        ("int32 a = 1;", "uint32 a = 1;", "split", "split", "split"),
        ("int32 a = 1;", "int64 a = 1;", "provider-first", "consumer-first", "consumer-first"),
        ("int64 a = 1;", "int32 a = 1;", "consumer-first", "provider-first", "provider-first"),
        ("int32 a = 1;", "sint32 a = 1;", "split", "split", "split"),
        ("string a = 1;", "bytes a = 1;", "split", "split", "split"),
        ("int32 a = 1;", "repeated int32 a = 1;", "split", "split", "split"),
        ("oneof o { int32 a = 1; }", "oneof o { int32 a = 1; int32 b = 2; }",
         "provider-first", "consumer-first", "consumer-first"),
        ("oneof o { int32 a = 1; int32 b = 2; }", "oneof o { int32 a = 1; } int32 b = 2;",
         "split", "split", "split"),
        ("reserved 7;", "int32 a = 7;", "split", "split", "split"),
        ("reserved 'a';", "int32 a = 1;", "split", "split", "split"),
        # builds only: nothing that is sent changes, so the provider publishes first
        ("int32 a = 1;", "optional int32 a = 1;", "provider-first", "provider-first", "provider-first"),
        ("int32 a = 1;", "int32 b = 1 [json_name = 'a'];", "provider-first", "provider-first", "provider-first"),
        ("oneof o { string a = 1; }", "oneof p { string a = 1; }",
         "provider-first", "provider-first", "provider-first"),
        ("optional string a = 1;", "oneof p { string a = 1; }",
         "provider-first", "provider-first", "provider-first"),
        ("int64 a = 1;", "int64 a = 1 [jstype = JS_STRING];",
         "provider-first", "provider-first", "provider-first"),
        ("reserved 7;", "", "provider-first", "provider-first", "provider-first"),
    ],
)  # fmt: skip
def test_a_change_of_a_field(old: str, new: str, in_request: str, in_response: str, in_event: str) -> None:
    assert verdict(request(old), request(new)) == in_request
    assert verdict(response(old), response(new)) == in_response
    assert verdict(message(old), message(new)) == in_event


@pytest.mark.parametrize(
    ("old", "new", "in_request", "in_event"),
    [
        ("", "required int32 a = 1;", "consumer-first", "provider-first"),
        ("required int32 a = 1;", "", "provider-first", "consumer-first"),
        ("optional int32 a = 1;", "required int32 a = 1;", "consumer-first", "provider-first"),
        ("required int32 a = 1;", "optional int32 a = 1;", "provider-first", "consumer-first"),
        ("required int32 a = 1;", "repeated int32 a = 1;", "split", "split"),
        ("optional int32 a = 1;", "optional int32 a = 1 [default = 7];", "split", "split"),
        ("optional int32 a = 1;", "optional int32 a = 1 [default = 0];", "compatible", "compatible"),
        ("extensions 5 to 9;", "extensions 5 to 8;", "consumer-first", "provider-first"),
        ("option message_set_wire_format = true;", "", "split", "split"),
        ("optional group A = 1 {}", "optional A a = 1; message A {}", "split", "split"),
    ],
)
def test_a_change_of_a_field_in_proto2(old: str, new: str, in_request: str, in_event: str) -> None:
    assert verdict(request(old, PROTO2), request(new, PROTO2)) == in_request
    assert verdict(message(old, PROTO2), message(new, PROTO2)) == in_event


def test_a_message_of_requests_and_responses_has_a_change_for_each() -> None:
    text = PROTO3 + "message M {{ {} }}\nservice S {{ rpc Swap(M) returns (M); }}"
    found = diff(
        text.format("Part p = 1; message Part { int32 a = 1; }"), text.format("Part p = 1; message Part {}")
    )
    gone = [change for change in found.changes if change.rule == "field-no-delete"]
    assert [change.direction for change in gone] == [Direction.REQUEST, Direction.RESPONSE]
    assert found.verdict == "split"


def test_a_removed_field_is_told_with_its_names_and_what_is_left_free() -> None:
    found = diff(message("int32 total_cents = 3;"), message("int32 other = 4;"))
    gone = one(found, "field-no-delete")
    assert (gone.pointer, gone.path, gone.line) == ("shop.Event.total_cents", "shop.proto", 2)
    assert gone.names == ("total_cents", "totalCents")
    assert (gone.kind, gone.action, gone.effect) == (Kind.EXISTENCE, Action.REMOVE, Effect.WIDENS)
    assert gone.text == "removes field shop.Event.total_cents (3)"
    assert one(found, "field-no-delete-unless-number-reserved").effect is None
    assert one(found, "field-no-delete-unless-name-reserved").effect is None
    assert one(found, "field-add").pointer == "shop.Event.other"
    kept = diff(message("int32 a = 3;"), message("reserved 1 to 5; reserved 'a';"))
    assert rules(kept) == {"field-no-delete"}


def test_a_type_is_told_at_its_place_with_what_still_holds() -> None:
    found = diff(message("\n  int32 a = 1;"), message("\n  repeated\n  int64 a = 1;"))
    change = one(found, "field-same-type")
    assert (change.line, change.column) == (4, 3)
    assert change.text == "changes the type of shop.Event.a from int32 to int64, which reads all old values"
    assert change.action is Action.GENERALIZE
    assert {"field-wire-compatible-cardinality", "field-wire-json-compatible-type"} <= rules(found)
    assert "field-wire-compatible-type" not in rules(found)


def test_types_are_found_by_scope() -> None:
    scoped = "message Event { message Part {} Part a = 1; shop.Event.Part b = 2; .shop.Part c = 3; } message Part {}"
    full = "message Event { message Part {} Event.Part a = 1; Part b = 2; Part c = 3; } message Part {}"
    found = diff(PROTO3 + scoped, PROTO3 + full)
    assert one(found, "field-same-type").pointer == "shop.Event.c"


def test_a_message_of_another_name_that_looks_the_same_changes_no_message() -> None:
    old = (
        PROTO3
        + "message Event { A a = 1; } message A { int32 x = 1; A next = 2; Kind k = 3; } enum Kind { ZERO = 0; }"
    )
    same = old.replace("A a", "B a").replace("message A", "message B").replace("A next", "B next")
    other = same.replace("int32 x", "string x")
    assert diff(old, same).verdict == "consumer-first"  # only the name A is gone
    assert one(diff(old, same), "field-same-type").effect is None
    assert one(diff(old, other), "field-same-type").effect is Effect.NEITHER


def test_an_enum_of_another_name_is_judged_by_its_values() -> None:
    enums = "enum A { ZERO = 0; ONE = 1; } message In { enum A { ZERO = 0; ONE = 1; TWO = 2; } }"
    old, new = (PROTO3 + enums + f" message Event {{ {name} a = 1; }}" for name in ("A", "In.A"))
    assert one(diff(old, new), "field-same-type").effect is Effect.WIDENS
    assert one(diff(new, old), "field-same-type").effect is Effect.NARROWS
    assert "field-wire-compatible-type" not in rules(diff(old, new))
    assert "field-wire-compatible-type" in rules(diff(new, old))


def test_maps_are_compared_by_key_and_value() -> None:
    found = diff(message("map<string, int32> by_id = 1;"), message("map<int64, int32> by_id = 1;"))
    change = one(found, "field-same-type")
    assert change.pointer == "shop.Event.by_id.key"
    assert change.names == ("by_id", "byId")
    found = diff(message("map<string, int32> by_id = 1;"), message("int32 by_id = 1;"))
    assert {"field-same-cardinality", "field-same-type"} <= rules(found)
    assert "message-no-delete" not in rules(found)


def test_swapped_names_change_what_the_numbers_mean() -> None:
    found = diff(message("string a = 1; string b = 2;"), message("string b = 1; string a = 2;"))
    assert found.verdict == "split"
    assert {change.effect for change in found.changes if change.rule == "field-same-name"} == {Effect.NEITHER}


def test_json_names_are_compared_as_they_come_out() -> None:
    assert rules(diff(message("int32 a_b = 1;"), message("int32 aB = 1;"))) == {"field-same-name"}
    written = diff(message("int32 a_b = 1;"), message("int32 a_b = 1 [json_name = 'aB'];"))
    assert written.verdict == "compatible"
    found = diff(message("int32 a_b = 1;"), message("int32 a_b = 1 [json_name = 'x'];"))
    assert one(found, "field-same-json-name").names == ("a_b", "aB")


def test_extensions_are_fields_of_what_they_extend() -> None:
    head = PROTO2 + "message Event { extensions 100 to max; }\n"
    old = head + "extend Event { optional int32 a = 100; optional int32 b = 101; optional int32 c = 102; }"
    new = head + "extend Event { optional string a = 100; optional int32 z = 101; }"
    found = diff(old, new)
    assert one(found, "field-same-type").pointer == "shop.a"
    assert one(found, "field-same-name").text == "renames field shop.b (101) to shop.z"
    gone = next(change for change in found.changes if change.pointer == "shop.c")
    assert (gone.rule, gone.effect, gone.direction) == ("extension-no-delete", Effect.WIDENS, Direction.EVENT)


def test_what_an_extension_leads_to_is_part_of_the_message() -> None:
    text = (
        PROTO2 + "message Ask {{ extensions 100 to max; }} message More {{ {} }} message Answer {{}}"
        " extend Ask {{ optional More more = 100; }} service S {{ rpc A(Ask) returns (Answer); }}"
    )
    found = diff(text.format("optional int32 a = 1;"), text.format(""))
    assert one(found, "field-no-delete").direction is Direction.REQUEST
