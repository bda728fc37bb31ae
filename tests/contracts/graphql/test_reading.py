"""Where schemas come from: files, folders, imports, introspection; and what is said of what cannot be read."""

from __future__ import annotations

import importlib.util
import json

import pytest
from graphql import build_schema, introspection_from_schema

from runbook_tui.contracts.compare import compare
from runbook_tui.contracts.files import in_memory
from runbook_tui.contracts.formats.graphql import GraphQl
from runbook_tui.contracts.model import Fault
from tests.contracts.graphql.versions import diff, only, rules, verdict

SHOP = """
directive @cached(for: Int = 60) repeatable on FIELD | QUERY
interface Node { id: ID! }
"An order" type Order implements Node {
  id: ID!, state: State @deprecated(reason: "gone")
  items(first: Int = 10): [Item!]!
}
type Item { name: String, found: Found }
union Found = Order | Item
enum State { OPEN HELD @deprecated }
input By { state: State = OPEN, ids: [ID!] = ["a", "b"] }
input One @oneOf { a: Int, b: Int }
scalar Date @specifiedBy(url: "https://dates.example")
type Query { orders(by: By, on: Date, one: One): [Order] }
type Mutation { place: Order }
"""


def introspected(schema: str, indent: int | None = 2) -> str:
    return json.dumps(
        introspection_from_schema(build_schema(schema), input_value_deprecation=True), indent=indent
    )


@pytest.mark.parametrize("indent", [None, 2])
def test_an_introspection_result_is_the_same_schema(indent: int | None) -> None:
    found = compare(
        in_memory({"schema.json": introspected(SHOP, indent).encode()}),
        in_memory({"schema.graphql": SHOP.encode()}),
        "graphql",
    )
    assert found.verdict == "compatible", (found.changes, found.harmless, found.faults)


def test_a_change_in_an_introspection_result_has_its_line() -> None:
    old = introspected(SHOP)
    new = introspected(SHOP.replace("name: String", "name: String, weight: Int"))
    found = only(diff({"schema.json": old}, {"schema.json": new}))
    assert (found.pointer, found.path) == ("Item.weight", "schema.json")
    line = new.splitlines()[found.line - 1]
    assert line.strip() == '"name": "weight",'
    assert line[found.column - 1 :].startswith('"weight"')


def test_an_answer_with_data_around_it_is_read() -> None:
    bare = introspected(SHOP)
    assert verdict({"s.json": bare}, {"s.json": f'{{"data": {bare}, "extensions": {{}}}}'}) == "compatible"


def test_the_files_of_a_folder_are_one_schema() -> None:
    old = {"api/query.graphql": "type Query { a: A }", "api/a.graphql": "type A { a: Int }"}
    new = {
        "api/a.graphql": "type A { a: Int } extend type Query { b: Int }",
        "api/query.graphql": "type Query { a: A }",
        "api/package.json": '{"name": "shop"}',
        "api/list.graphql": "query List { a { a } }",
        "api/empty.graphql": "# nothing yet\n",
    }
    found = only(diff(old, new))
    assert (found.pointer, found.path, found.column) == ("Query.b", "api/a.graphql", 39)


def test_a_type_may_be_defined_in_many_files() -> None:
    whole = "type Query { a: Int, b: Int }"
    parts = {"1.graphql": "type Query { a: Int }", "2.graphql": "type Query { b: Int }"}
    assert verdict(whole, parts) == verdict(parts, whole) == "compatible"


def test_a_part_of_a_federation_is_read_as_it_is() -> None:
    link = 'extend schema @link(url: "https://specs.example/federation/v2.3", import: ["@key"])\n'
    old = 'extend type Order @key(fields: "id") { id: ID! @external }\nextend type Query { me: User }'
    found = diff(old, link + old.replace("id: ID! @external", "id: ID! @external, total: Money"))
    assert (only(found).text, found.verdict) == ("adds Order.total", "provider-first")
    assert [each.rule for each in found.harmless] == ["directive-applied"]


def test_imported_files_belong_to_the_schema() -> None:
    path, other = "api/query.graphql", "api/types/order.graphql"
    text = b"# import Order from './types/order.graphql'\n#import '../../secret.graphql'\ntype Query { order: Order }"
    old, new = (
        in_memory({path: text}, {other: each, "api/unused.graphql": b"type ("})
        for each in (b"type Order { id: ID }", b"type Order { id: ID! }")
    )
    assert list(GraphQl().references(path, text, new)) == [other]
    found = only(compare(old, new, "graphql"))
    assert (found.path, found.pointer) == (other, "Order.id")


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.graphql", "type Query { a: Int }", True),
        ("a.graphqls", '"""What\n\ntype\n"""\nextend type Query @key { a: Int }', True),
        ("a.gql", "\ufeffschema { query: Q }", True),
        ("a.gql", "directive@a on FIELD", True),
        ("a.graphql", "query A { type name\n  type\n  input }", False),
        ("a.graphql", "fragment A on B { enum }", False),
        ("a.graphql", "", False),
        ("a.json", '{"data": {"__schema": {}}}', True),
        ("a.json", '\ufeff { "__schema" : {}}', True),
        ("a.json", '{"openapi": "3.1.0", "text": "\\"__schema\\": type A {"}', False),
    ],
)
def test_a_schema_is_recognised(path: str, text: str, expected: bool) -> None:
    assert GraphQl().recognises(path, text.encode()) is expected


@pytest.mark.parametrize(
    ("new", "line", "column", "what"),
    [
        ("type Query {\n  a: Int\n  b\n}", 4, 1, "this is not GraphQL: Expected ':', found '}'"),
        (b"type Query { a: Int }\n\xff", 2, 0, "this is not UTF-8"),
        ("query A { a }", 0, 0, "no type is defined in it"),
        ("# nothing", 0, 0, "no type is defined in it"),
        ('{"__schema": {"types": [}', 1, 25, "this is not JSON: Expecting value"),
    ],
)
def test_what_cannot_be_read_has_its_place(new: str | bytes, line: int, column: int, what: str) -> None:
    found = diff("type Query { a: Int, b: Int }", new)
    assert found.verdict is None
    assert not found.changes
    (fault,) = found.faults
    assert (fault.path, fault.line, fault.column, fault.what) == ("api.graphql", line, column, what)
    assert fault.expected
    assert fault.remedy
    assert fault.version == "new"
    (again,) = diff(new, "type Query { a: Int }").faults
    assert again.version == "old"


def test_the_rest_of_a_folder_is_compared_all_the_same() -> None:
    old = {"a.graphql": "type Query { a: Int }", "b.graphql": "type B { b: Int }"}
    new = {"a.graphql": "type Query { a: Int, c: Int }", "b.graphql": "type B { b: Int"}
    found = diff(old, new)
    assert rules(found) == ["field-added"]
    assert found.verdict is None
    assert [(fault.path, fault.version) for fault in found.faults] == [("b.graphql", "new")]


def test_without_the_parser_one_fault_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr("runbook_tui.contracts.formats.graphql.find_spec", lambda name: None)
    found = diff("type Query { a: Int }", "type Query { b: Int }")
    assert found.faults == (
        Fault(
            "api.graphql",
            0,
            0,
            "GraphQL cannot be read: graphql-core is not installed",
            "",
            "pip install 'runbook-tui[graphql]'",
        ),
    )
