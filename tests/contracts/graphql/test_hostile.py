"""Files that are made to hurt: nothing raises, and everything ends."""

from __future__ import annotations

import pytest

from tests.contracts.graphql.versions import diff

DEEP = 50_000
PLAIN = "type Query { a: Int }"


@pytest.mark.parametrize(
    "text",
    [
        "type Query { a: " + "[" * DEEP + "Int" + "]" * DEEP + " }",
        "type Query { a(b: Int = " + "[" * DEEP + "]" * DEEP + "): Int }",
        "type Query { a(b: Int = " + "{a: " * DEEP + "1" + "}" * DEEP + "): Int }",
        "{" * 1_000_000,
        '"""' + '\\"' * 500_000,
        '{"__schema": ' + "[" * DEEP,
        '{"__schema": {"x": ' + "9" * DEEP + "}}",
        "type Query { a(b: Int = 1e99999999999999999999): Int } \0",
    ],
    ids=["types", "lists", "objects", "braces", "string", "json", "number", "exponent"],
)
def test_nesting_and_length_are_faults(text: str) -> None:
    found = diff(PLAIN, text)
    assert [fault.version for fault in found.faults] == ["new"]


def test_a_schema_of_too_many_tokens_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runbook_tui.contracts.graphql.sdl.MOST_TOKENS", 1_000)
    (fault,) = diff(PLAIN, "enum E { " + "A " * 1_000 + "}").faults
    assert fault.what == "this is not GraphQL: it has more than 1,000 tokens"
    assert fault.remedy == "split it, or name another file"


def test_megabytes_of_text_are_read() -> None:
    assert diff(PLAIN, f'"""{"words " * 300_000}""" {PLAIN}').verdict == "compatible"
    assert diff(PLAIN, "#" + "x" * 4_000_000 + "\n" + PLAIN).verdict == "compatible"


def test_introspection_of_another_form_is_passed_over() -> None:
    odd = """{"__schema": {"queryType": "x", "directives": 7, "types": [1, null,
        {"kind": "OBJECT", "name": {}, "fields": [{"name": 3, "type": 7, "args": {"a": 1}}]},
        {"kind": "ENUM", "name": "E", "enumValues": [{"name": "\\ud800"}, "x"], "name": "F"},
        {"kind": "OBJECT", "name": "Query", "fields": [{"name": "a", "type": {"kind": "LIST"}}]}]}}"""
    found = diff({"s.json": odd}, {"s.json": odd})
    assert found.verdict == "compatible"
    assert not diff({"s.json": odd}, {"s.json": odd.replace('"F"', '"G"')}).faults


def test_files_that_import_each_other_are_read_once() -> None:
    ring = {"a.graphql": f'# import "./b.graphql"\n{PLAIN}', "b.graphql": '# import "./a.graphql"\nscalar B'}
    assert diff(ring, ring).verdict == "compatible"


def test_a_long_default_is_told_by_its_beginning() -> None:
    old, new = (f'type Query {{ a(b: String = "{each * 100_000}"): Int }}' for each in "xy")
    (change,) = diff(old, new).changes
    assert len(change.text) < 400
