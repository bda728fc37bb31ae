"""What requests may name and give: the provider reads it, so more of it needs the provider first."""

from __future__ import annotations

import pytest

from runbook_tui.contracts.model import Direction, Effect
from tests.contracts.graphql.versions import diff, only, rules, verdict

ORDERS = "type Query { orders: [Order!]! }\ntype Order { id: ID! }\n"
MORE = "type Query { orders: [Order!]! }\ntype Order {\n  id: ID!\n  total: Int\n}\n"
ARGUMENT = "type Query {{ orders{}: Int }}"
INPUT = "type Query {{ orders(by: By): Int }} input By {{ id: ID {} }}"


def test_a_field_is_asked_for_after_it_exists_and_removed_after_nobody_asks() -> None:
    added, removed = only(diff(ORDERS, MORE)), only(diff(MORE, ORDERS))
    assert (added.rule, added.direction, added.effect) == ("field-added", Direction.REQUEST, Effect.WIDENS)
    assert (added.pointer, added.names, added.text) == ("Order.total", ("total",), "adds Order.total")
    assert (removed.rule, removed.effect, removed.first) == (
        "field-removed",
        Effect.NARROWS,
        "consumer-first",
    )
    # the place is that of the name, in the version that has it
    assert {(each.path, each.line, each.column) for each in (added, removed)} == {("api.graphql", 4, 3)}


@pytest.mark.parametrize("operation", ["query", "mutation", "subscription"])
def test_the_fields_of_root_types_are_called_operations(operation: str) -> None:
    root = operation.capitalize()
    old, new = (
        f"type Query {{ a: Int }} extend type {root} {{ b: Int {field} }}" for field in ("", "c: Int")
    )
    added = only(diff(old, new))
    assert (added.text, added.pointer) == (f"adds {operation} c", f"{root}.c")
    assert (added.direction, verdict(new, old)) == (Direction.REQUEST, "consumer-first")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "(first: Int)", "provider-first"),
        ("", "(first: Int! = 10)", "provider-first"),
        ("", "(first: Int!)", "split"),
        ("(first: Int)", "", "consumer-first"),
        ("(first: Int! = 10)", "", "consumer-first"),
        ("(first: Int!)", "", "split"),
        ("(first: Int)", "(first: Int!)", "consumer-first"),
        ("(first: Int!)", "(first: Int)", "provider-first"),
        ("(ids: [ID!]!)", "(ids: [ID])", "provider-first"),
        ("(ids: [ID])", "(ids: [ID!])", "consumer-first"),
        ("(ids: [ID]!)", "(ids: [ID!])", "split"),
        ("(first: Int)", "(first: Float)", "split"),
        ("(ids: ID)", "(ids: [ID])", "split"),
        ("(first: Int)", "(after: Int)", "split"),
    ],
)
def test_arguments_and_input_fields(old: str, new: str, expected: str) -> None:
    assert verdict(ARGUMENT.format(old), ARGUMENT.format(new)) == expected
    inputs = [INPUT.format(each.strip("()")) for each in (old, new)]
    assert verdict(*inputs) == expected
    directives = [f"directive @page{each} on FIELD type Query {{ a: Int }}" for each in (old, new)]
    assert verdict(*directives) == expected


def test_a_required_argument_that_is_new_fits_neither_version() -> None:
    found = only(diff(ARGUMENT.format(""), ARGUMENT.format("(first: Int!)")))
    assert (found.rule, found.effect) == ("required-argument-added", Effect.NEITHER)
    assert found.text == "requires the argument first of query orders, which did not exist"
    assert (found.pointer, found.names) == ("Query.orders(first:)", ("orders",))


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("", "(first: Int)", ("first",)),
        ("(first: Int)", "", ("first",)),
        ("(first: Int!)", "(first: Int)", ("first",)),
        ("(first: Int)", "(first: Int!)", ("orders",)),
        ("(first: Int = 1)", "(first: Int = 2)", ("orders",)),
    ],
)
def test_code_is_searched_for_what_it_gives_or_leaves_out(old: str, new: str, names: tuple[str, ...]) -> None:
    assert only(diff(ARGUMENT.format(old), ARGUMENT.format(new))).names == names


@pytest.mark.parametrize(
    ("old", "new", "expected", "text"),
    [
        ("Int = 1", "Int = 2", "consumer-first", "takes 2 in place of 1 where"),
        ("Int = 1", "Int", "consumer-first", "no longer takes 1 where"),
        ("Int! = 1", "Int!", "consumer-first", "no longer takes 1 where"),
        ("Int!", "Int! = 1", "provider-first", "takes 1 where"),
        ("Int", "Int = 1", "either", "takes 1 where"),
    ],
)
def test_a_default_decides_what_leaving_out_means(old: str, new: str, expected: str, text: str) -> None:
    found = diff(ARGUMENT.format(f"(first: {old})"), ARGUMENT.format(f"(first: {new})"))
    assert found.verdict == expected
    (told,) = (*found.changes, *found.harmless)
    assert told.text == f"{text} the argument first of query orders is left out"


@pytest.mark.parametrize(
    ("one", "other"),
    [("{a: 1, b: [2]}", "{ b: [2] a: 1 }"), ("1.0", "1"), ("100", "1e2"), ('"a"', '"""a"""'), ("A", "A")],
)
def test_one_value_may_be_written_in_several_ways(one: str, other: str) -> None:
    old, new = (ARGUMENT.format(f"(by: Any = {each})") for each in (one, other))
    assert verdict(old, new) == "compatible"


@pytest.mark.parametrize(("one", "other"), [("1.5", "15"), ('"1"', "1"), ("A", '"A"'), ("[1]", "[1, 1]")])
def test_values_that_are_not_the_same_are_told(one: str, other: str) -> None:
    old, new = (ARGUMENT.format(f"(by: Any = {each})") for each in (one, other))
    assert rules(diff(old, new)) == ["argument-default-changed"]


def test_one_of_allows_less() -> None:
    open_, one_of = (
        f"type Query {{ a(by: By): Int }} input By {each} {{ id: ID }}" for each in ("", "@oneOf")
    )
    assert only(diff(open_, one_of)).text == "takes exactly one field of input By"
    assert verdict(open_, one_of) == "consumer-first"
    assert verdict(one_of, open_) == "provider-first"


def test_a_new_type_orders_what_leads_to_it() -> None:
    led = diff("type Query { a: Int }", "type Query { a: Int, b: B } type B { c: C } type C { d: Int }")
    assert only(led).pointer == "Query.b"
    assert [each.pointer for each in led.harmless] == ["B", "C"]
    alone = diff("type Query { a: Int }", "type Query { a: Int } type B { c: Int }")
    assert (only(alone).rule, alone.verdict) == ("type-added", "provider-first")


def test_a_removed_type_can_no_longer_be_named() -> None:
    found = diff("type Query { a: Int } scalar Money", "type Query { a: Int }")
    assert (only(found).text, found.verdict) == ("removes scalar Money", "consumer-first")
    assert only(found).names == ("Money",)


@pytest.mark.parametrize(
    ("one", "other"),
    [("type", "interface"), ("scalar", "enum"), ("input", "type"), ("union", "scalar"), ("enum", "union")],
)
def test_another_kind_of_type_fits_neither_version(one: str, other: str) -> None:
    old, new = (f"type Query {{ a: A }} {kind} A" for kind in (one, other))
    for found in (diff(old, new), diff(new, old)):
        assert (only(found).rule, found.verdict) == ("type-kind-changed", "split")


@pytest.mark.parametrize(
    ("old", "new", "expected", "text"),
    [
        ("", "directive @cached on QUERY", "provider-first", "adds directive @cached"),
        ("directive @cached on QUERY", "", "consumer-first", "removes directive @cached"),
        (
            "directive @c on QUERY | FIELD",
            "directive @c on QUERY",
            "consumer-first",
            "no longer allows @c on FIELD",
        ),
        ("directive @c on QUERY", "directive @c on QUERY | FIELD", "provider-first", "allows @c on FIELD"),
        (
            "directive @c repeatable on FIELD",
            "directive @c on FIELD",
            "consumer-first",
            "allows @c only once in one place",
        ),
        (
            "directive @c on FIELD",
            "directive @c repeatable on FIELD",
            "provider-first",
            "allows @c more than once in one place",
        ),
    ],
)
def test_directives(old: str, new: str, expected: str, text: str) -> None:
    found = diff(*(f"type Query {{ a: Int }} {each}" for each in (old, new)))
    assert (found.verdict, only(found).text) == (expected, text)


def test_directives_that_every_server_has_are_no_change() -> None:
    declared = (
        "type Query { a: Int } directive @include(if: Boolean!) on FIELD directive @oneOf on INPUT_OBJECT"
    )
    assert verdict("type Query { a: Int }", declared) == "compatible"


def test_a_root_type_of_another_name_is_compared_all_the_same() -> None:
    old = "type Query { a: Int, b: Int }"
    new = "schema { query: Root } type Root { a: Int, c: Int }"
    found = diff(old, new)
    assert rules(found) == ["field-added", "field-removed", "root-type-changed"]
    assert {each.text for each in found.changes} >= {
        "removes query b",
        "adds query c",
        "calls the query type Root in place of Query",
    }


def test_a_root_type_that_comes_or_goes_is_told_by_its_operations() -> None:
    old, new = "type Query { a: Int }", "type Query { a: Int } type Mutation { b: Int, c: Int }"
    assert [each.text for each in diff(old, new).changes] == ["adds mutation b", "adds mutation c"]
    assert verdict(old, new) == "provider-first"
    assert verdict(new, old) == "consumer-first"
    kept = "schema { query: Query } type Query { a: Int } type Mutation { b: Int, c: Int }"
    assert verdict(new, kept) == "consumer-first"


def test_a_contract_that_comes_or_goes_is_told_by_its_operations() -> None:
    schema = "type Query { order: Order } type Order { id: ID! } enum State { OPEN }"
    assert only(diff(None, schema)).text == "adds query order"
    assert only(diff(schema, None)).text == "removes query order"
    assert only(diff(None, "type Order { id: ID! }")).text == "adds type Order"
    assert verdict(None, None) == "compatible"
