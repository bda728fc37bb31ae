"""Schemas that say the same in different words."""

from __future__ import annotations

import pytest

from tests.contracts.schemas.comparing import Schema, body, compared

NAME: Schema = {"type": "string", "maxLength": 9}
DEFINED = {"$defs": {"Name": NAME, "Other": NAME}}
NODE = {
    "type": "object",
    "properties": {"next": {"$ref": "#/schema/$defs/Node"}, "value": {"type": "integer"}},
}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (body(a=NAME), body(a={"$ref": "#/schema/$defs/Name"}) | DEFINED),
        (body(a=NAME), body(a={"allOf": [NAME]})),
        (body(a=NAME), body(a={"allOf": [{"$ref": "#/schema/$defs/Name"}], "description": "x"}) | DEFINED),
        (body(a=NAME, b=NAME), {"allOf": [body(a=NAME), body(b=NAME)]}),
        (body(a=NAME) | {"required": ["a"]}, {"allOf": [body(a=NAME), {"required": ["a"]}]}),
        (body(a=NAME), {"oneOf": [body(a=NAME)]}),
        (
            body(a={"$ref": "#/schema/$defs/Name"}) | DEFINED,
            body(a={"$ref": "#/schema/$defs/Other"}) | DEFINED,
        ),
        ({"type": ["string", "null"]}, {"type": "string", "nullable": True}),
        ({"type": ["string"]}, {"type": "string"}),
        ({"oneOf": [NAME, {"type": "null"}]}, {"type": ["string", "null"], "maxLength": 9}),
        (
            {"type": "number", "minimum": 0, "exclusiveMinimum": True},
            {"type": "number", "exclusiveMinimum": 0},
        ),
        ({"type": "integer", "exclusiveMaximum": 10}, {"type": "integer", "maximum": 9}),
        ({"enum": ["a"]}, {"const": "a"}),
        ({"type": "string", "enum": ["a", "b"]}, {"enum": ["b", "a"], "type": "string"}),
        ({"type": "integer", "minimum": 1}, {"type": "integer", "minimum": 1.0}),
        ({"type": "string"}, {"type": "string", "minLength": 0}),
        (body(a=NAME), body(a=NAME) | {"additionalProperties": True}),
        (body(a=NAME), body(a=NAME) | {"additionalProperties": {}}),
        ({"properties": {"a": NAME}}, body(a=NAME)),
        ({"type": "array", "items": [NAME]}, {"type": "array", "prefixItems": [NAME]}),
        (body() | {"dependencies": {"a": ["b"]}}, body() | {"dependentRequired": {"a": ["b"]}}),
        ({"oneOf": [NAME, body()]}, {"oneOf": [body(), NAME]}),
        ({"type": "string", "title": "a", "example": 1}, {"type": "string", "description": "b"}),
        ({"type": "string", "pattern": "^.*$"}, {"type": "string"}),
        ({"$ref": "#/schema/$defs/Node", "$defs": {"Node": NODE}}, NODE | {"$defs": {"Node": NODE}}),
    ],
)
def test_nothing_differs(old: Schema, new: Schema) -> None:
    for one, other in ((old, new), (new, old)):
        report = compared(one, other)
        assert not report.changes
        assert not report.faults


def test_a_change_behind_recursion_is_told_once() -> None:
    def node(value: str) -> dict[str, object]:
        inner = {"next": {"$ref": "#/schema/$defs/Node"}, "list": {"items": {"$ref": "#/schema/$defs/Node"}}}
        whole = body(**inner, value={"type": value})
        return {"$ref": "#/schema/$defs/Node", "$defs": {"Node": whole}}

    (change,) = compared(node("integer"), node("string")).changes
    assert change.pointer == "/schema/$defs/Node/properties/value/type"


def test_a_component_that_is_used_twice_is_told_once_at_its_own_place() -> None:
    def both(limit: int) -> dict[str, object]:
        reference = {"$ref": "#/schema/$defs/Name"}
        return body(a=reference, b=reference) | {"$defs": {"Name": {"type": "string", "maxLength": limit}}}

    (change,) = compared(both(3), both(4)).changes
    assert change.pointer == "/schema/$defs/Name/maxLength"


def test_chains_of_references_cost_no_stack() -> None:
    def chain(last: str) -> dict[str, object]:
        links: dict[str, object] = {
            f"L{i}": body(next={"$ref": f"#/schema/$defs/L{i + 1}"}) for i in range(3000)
        }
        return {"$ref": "#/schema/$defs/L0", "$defs": links | {"L3000": {"type": last}}}

    (change,) = compared(chain("integer"), chain("string")).changes
    assert change.pointer == "/schema/$defs/L3000/type"


def test_numbers_and_booleans_are_not_the_same() -> None:
    told = [change.text for change in compared({"enum": [1, 2]}, {"enum": [True, 2]}).changes]
    assert told == [
        "adds the value true to the body of POST /orders",
        "removes the value 1 from the body of POST /orders",
    ]
