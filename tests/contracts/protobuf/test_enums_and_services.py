"""What a change of an enum or of a service demands."""

from __future__ import annotations

import pytest

from runbook_tui.contracts.model import Direction, Effect
from tests.contracts.protobuf.protos import EDITION, PROTO3, diff, one, rules, verdict


def enum(values: str, use: str = "") -> str:
    return f"{PROTO3}enum Status {{ {values} }}\n{use}"


REQUESTED = "message Ask { Status s = 1; } message Answer {} service S { rpc A(Ask) returns (Answer); }"
ANSWERED = (
    "message Ask {} message Answer { repeated Status s = 1; } service S { rpc A(Ask) returns (Answer); }"
)
ALIAS = "option allow_alias = true; "


@pytest.mark.parametrize(
    ("old", "new", "in_request", "in_response", "in_event"),
    [
        ("A = 0;", "A = 0; B = 1;", "provider-first", "consumer-first", "consumer-first"),
        ("A = 0; B = 1;", "A = 0;", "consumer-first", "provider-first", "provider-first"),
        ("A = 0; B = 1;", "A = 0; reserved 1; reserved 'B';",
         "consumer-first", "provider-first", "provider-first"),
        ("A = 0; B = 1;", "A = 0; B = 2;", "split", "split", "split"),
        ("A = 0; B = 1;", "A = 0; C = 1;", "split", "split", "split"),
        ("A = 0; B = 1; C = 2;", "A = 0; C = 1; B = 2;", "split", "split", "split"),
        ("A = 0; reserved 1;", "A = 0; B = 1;", "split", "split", "split"),
        ("A = 0; reserved 1;", "A = 0;", "provider-first", "provider-first", "provider-first"),
        (ALIAS + "A = 0;", ALIAS + "A = 0; B = 0;", "either", "either", "either"),
        ("A = 0; B = 1; C = 2;", "A = 0; C = 2; B = 1;", "compatible", "compatible", "compatible"),
    ],
)  # fmt: skip
def test_a_change_of_a_value(old: str, new: str, in_request: str, in_response: str, in_event: str) -> None:
    for use, expected in ((REQUESTED, in_request), (ANSWERED, in_response), ("", in_event)):
        assert verdict(enum(old, use), enum(new, use)) == expected


def test_a_renamed_value_is_told_at_its_number() -> None:
    found = diff(enum("A = 0;\n B_OLD = 1;"), enum("A = 0;\n B_NEW = 1;"))
    change = one(found, "enum-value-same-name")
    assert (change.pointer, change.line, change.column) == ("shop.Status.B_NEW", 3, 10)
    assert change.names == ("B_OLD",)


def test_an_enum_that_opens_takes_more_and_one_that_closes_takes_less() -> None:
    text = EDITION + "enum Status {{ option features.enum_type = {}; A = 0; }}"
    opened, closed = text.format("OPEN"), text.format("CLOSED")
    assert one(diff(closed, opened), "enum-same-type").effect is Effect.WIDENS
    assert one(diff(opened, closed), "enum-same-type").effect is Effect.NARROWS


SERVICE = (
    "message A {{ int32 a = 1; }} message B {{ string b = 1; }} message C {{ string b = 1; }}"
    " service Orders {{ {} }}"
)


def service(methods: str) -> str:
    return PROTO3 + SERVICE.format(methods)


GET = "rpc GetOrder(A) returns (B);"


@pytest.mark.parametrize(
    ("old", "new", "rule", "expected"),
    [
        (GET, GET + "rpc Put(A) returns (B);", "rpc-add", "provider-first"),
        (GET + "rpc Put(A) returns (B);", GET, "rpc-no-delete", "consumer-first"),
        (GET, GET.replace("(A)", "(B)"), "rpc-same-request-type", "split"),
        (GET, GET.replace("(B)", "(A)"), "rpc-same-response-type", "split"),
        (GET, GET.replace("(B)", "(C)"), "rpc-same-response-type", "provider-first"),
        (GET, GET.replace("(A)", "(stream A)"), "rpc-same-client-streaming", "split"),
        (GET, GET.replace("(B)", "(stream B)"), "rpc-same-server-streaming", "split"),
        (GET, GET[:-1] + "{ option idempotency_level = IDEMPOTENT; }",
         "rpc-same-idempotency-level", "provider-first"),
        (GET[:-1] + "{ option idempotency_level = NO_SIDE_EFFECTS; }", GET,
         "rpc-same-idempotency-level", "consumer-first"),
    ],
)  # fmt: skip
def test_a_change_of_a_method(old: str, new: str, rule: str, expected: str) -> None:
    found = diff(service(old), service(new))
    assert rules(found) == {rule}
    assert found.verdict == expected


def test_a_method_is_told_by_the_names_that_callers_use() -> None:
    change = one(diff(service(GET), service("")), "rpc-no-delete")
    assert change.pointer == "shop.Orders.GetOrder"
    assert change.names == ("GetOrder", "getOrder", "get_order")


def test_a_service_that_is_added_or_removed() -> None:
    other = service(GET) + "\nservice More { rpc Do(A) returns (B); }"
    added, gone = diff(service(GET), other), diff(other, service(GET))
    assert (added.verdict, gone.verdict) == ("provider-first", "consumer-first")
    assert one(added, "service-add").direction is Direction.REQUEST
    assert one(gone, "service-no-delete").names == ("More", "Do", "do")
