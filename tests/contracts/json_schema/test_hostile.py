"""Bad, broken and hostile schemas: faults in their places, no exception, little time."""

from __future__ import annotations

import copy
import json
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbook_tui.contracts.model import Effect, Verdict
from tests.contracts.json_schema.schema_pairs import pairs, schemas
from tests.contracts.json_schema.versions import diff, diff_files, encoded, event, searched

TEXT = {"type": "string"}
Json = dict[str, object]


@pytest.mark.parametrize(
    ("new", "what", "line"),
    [
        (b'{"type": "object",\n "properties": }', "JSON", 2),
        (b'{"type": "string",\n"type": "integer"}', "'type'", 2),
        (b"[1, 2]", "no JSON Schema", 1),
        ({"properties": {"a": {"$ref": "#/$defs/missing"}}}, "leads to nothing", 3),
        ({"properties": {"a": {"$ref": "other.json"}}}, "leads to no file", 3),
        ({"properties": {"a": {"$ref": "https://example.org/a.json"}}}, "nothing is fetched", 3),
        ({"properties": {"a": {"$ref": "../../../etc/passwd"}}}, "leaves the repository", 3),
        (b"\xff\xfe{}", "UTF-8", 1),
        (b"[" * 100_000, "200 levels", 0),
    ],
)
def test_what_cannot_be_read_is_a_fault_in_its_place(new: object, what: str, line: int) -> None:
    found = diff(event(a=TEXT), new)
    assert found.verdict is None
    assert what in found.faults[0].what
    assert abs(found.faults[0].line - line) <= 1


def test_a_fault_hides_no_other_change() -> None:
    new = event("b", a={"$ref": "#/missing"}, b=TEXT)
    found = diff(event(a=TEXT), new)
    assert [change.text for change in found.changes] == ["adds the property b to order.json"]


@settings(max_examples=150, deadline=None)
@given(schemas)
def test_nothing_differs_from_itself(schema: object) -> None:
    assert diff(schema, schema).verdict is Verdict.COMPATIBLE
    again = json.dumps(schema, indent=3).encode()
    assert diff(schema, again).verdict in (Verdict.COMPATIBLE, Verdict.EITHER)


MIRRORED = {
    Verdict.CONSUMER_FIRST: Verdict.PROVIDER_FIRST,
    Verdict.PROVIDER_FIRST: Verdict.CONSUMER_FIRST,
}


@settings(max_examples=200, deadline=None)
@given(pairs())
def test_the_way_back_swaps_widening_and_narrowing(pair: tuple[object, object]) -> None:
    there, back = diff(*pair), diff(*reversed(pair))
    weak = any(
        "optional-property" in c.rule for found in (there, back) for c in (*found.changes, *found.harmless)
    )
    if weak or there.verdict is None or any(found.unknown for found in searched(*pair)):
        return  # what is optional in an open object demands less when it comes than when it goes
    calm = (Verdict.COMPATIBLE, Verdict.EITHER)
    if there.verdict in calm:
        assert back.verdict in calm
    else:
        assert back.verdict is MIRRORED.get(there.verdict, there.verdict)


@settings(max_examples=200, deadline=None)
@given(pairs())
def test_the_verdict_is_what_was_proved(pair: tuple[object, object]) -> None:
    forbidden, added = searched(*pair)
    found = diff(*pair)
    effects = {change.effect for change in found.changes}
    if not forbidden.exists and not forbidden.unknown:
        assert not effects & {Effect.NARROWS, Effect.NEITHER}
    if not added.exists and not added.unknown:
        assert not effects & {Effect.WIDENS, Effect.NEITHER}
    if added.exists:
        assert effects & {Effect.WIDENS, Effect.NEITHER}


JUNK = st.sampled_from(
    [b"{", b"}", b"[", b'"', b",", b":", b"null", b"1e400", b"\x00", b"\xff", b"\\u", b"&a", b"*a", b"$ref"]
)
KEYWORDS = [
    "type", "enum", "const", "properties", "items", "required", "allOf", "oneOf", "not", "if", "then", "$ref", "$defs",
    "pattern", "minimum", "maxLength", "format", "dependencies", "additionalProperties", "contains",
    "patternProperties",
]  # fmt: skip
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["string", "#", "#/$defs/a", "(", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYWORDS), inner, max_size=4),
    max_leaves=15,
)


@settings(max_examples=150, deadline=None)
@given(schemas, st.lists(st.tuples(st.integers(0, 5_000), JUNK), min_size=1, max_size=3))
def test_broken_files_never_raise(schema: object, cuts: list[tuple[int, bytes]]) -> None:
    data = encoded(schema)
    for place, junk in cuts:
        start = place % (len(data) + 1)
        data = data[:start] + junk + data[start + len(junk) :]
    found = diff(schema, data)
    assert (found.verdict is None) == bool(found.faults)


@settings(max_examples=250, deadline=None)
@given(ANYTHING, ANYTHING)
def test_any_json_is_compared_or_a_fault(old: object, new: object) -> None:
    found = diff(old, json.dumps(new).encode())
    assert (found.verdict is None) == bool(found.faults)


def _events(count: int, *, more: bool = False) -> Json:
    """Alternatives that a constant tells apart."""
    events = [event("kind", kind={"const": f"k{n}"}, x={"type": "integer"}) for n in range(count)]
    if more:
        events = [{"allOf": [each, event(more=TEXT)]} for each in events]
    return {"oneOf": events}


def _bomb(leaf: str) -> Json:
    inner = {
        f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}, {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2}]}
        for n in range(40)
    }
    return {"$defs": {**inner, "d40": {"type": leaf}}, "$ref": "#/$defs/d0"}


def test_large_and_hostile_schemas_cost_little() -> None:
    wide = {
        "type": "object",
        "properties": {f"p{n}": {"type": "string", "maxLength": n} for n in range(1_500)},
    }
    wider = copy.deepcopy(wide)
    wider["properties"] = {f"p{n}": {"type": "string", "maxLength": n + 1} for n in range(1_500)}
    cases: list[tuple[object, object, str]] = [
        (wide, wider, "consumer-first"),
        (_events(60), _events(61), "consumer-first"),
        (_events(30), _events(30, more=True), "provider-first"),
        (_bomb("string"), _bomb("integer"), "split"),
        (
            {"enum": [f"v{n}" for n in range(20_000)]},
            {"enum": [f"v{n}" for n in range(20_001)]},
            "consumer-first",
        ),
        ({"minItems": 10**9}, {"minItems": 10**9 + 1}, "provider-first"),
        ({"pattern": "^(a+)+$"}, {"pattern": "^(a|a)*b?$"}, "consumer-first"),
        ({"pattern": "(a|b)*a(a|b){20}$"}, {"pattern": "(a|b)*a(a|b){21}$"}, "split"),
        ({"type": "number", "minimum": 10**300}, {"type": "number", "multipleOf": 1e-300}, ""),
    ]
    for old, new, expected in cases:
        start = time.process_time()
        found = diff(old, new)
        assert time.process_time() - start < 15, expected
        assert not expected or str(found.verdict) == expected


A: Json = {"$ref": "#/$defs/A"}


@pytest.mark.parametrize(
    ("schema", "line"),
    [
        ({"$ref": "#"}, 1),
        ({"$ref": "#/$defs/A", "$defs": {"A": A}}, 4),
        (event(a=TEXT, x=A) | {"$defs": {"A": A}}, 13),
        (event(a=TEXT, x=A) | {"$defs": {"A": {"$ref": "#/$defs/B"}, "B": A}}, 13),
        (event(a=TEXT, x=A) | {"$defs": {"A": {"title": "A", "allOf": [A]}}}, 13),
    ],
)
def test_what_only_points_at_itself_is_a_fault_in_its_place(schema: Json, line: int) -> None:
    plain = event(a=TEXT)
    for old, new in ((plain, schema), (schema, plain)):
        (fault,) = diff(old, new).faults
        assert "only points at itself" in fault.what
        assert (fault.line, fault.column > 0) == (line, True)


RECURSIVE: list[Json] = [
    {"anyOf": [A, TEXT]},
    {"oneOf": [A, A]},
    {"not": A},
    {"if": A, "then": TEXT, "else": A},
    {"allOf": [A, TEXT]},
    {"properties": {"next": A}, "required": ["next"]},
    {"items": A, "minItems": 1},
    {"additionalProperties": A, "minProperties": 3},
    {"anyOf": [{"$ref": "#/$defs/B"}, TEXT]},
]


@pytest.mark.parametrize("schema", RECURSIVE)
def test_schemas_that_contain_themselves_end(schema: Json) -> None:
    defs = {"$defs": {"A": schema, "B": {"oneOf": [A, {"type": "integer"}]}}}
    start = time.process_time()
    for old, new in (
        (event(), event(x=A) | defs),
        (event(x=A) | defs, event()),
        (event(x=TEXT), event(x=A) | defs),
        ({"type": "object"}, A | defs),
    ):
        assert not diff(old, new).faults
    assert time.process_time() - start < 5


def test_long_ways_to_a_schema_cost_little() -> None:
    names = [f"d{n}" for n in range(20_000)]
    defs: Json = {one: {"$ref": f"#/$defs/{other}"} for one, other in pairwise(names)}
    start = time.process_time()
    found = diff(A, {"$ref": "#/$defs/d0", "$defs": {**defs, names[-1]: A, "A": TEXT}})
    assert time.process_time() - start < 10
    assert found.faults
    found = diff(event(), {"$ref": "#/$defs/d0", "$defs": {**defs, names[-1]: {"$ref": "#/$defs/d0"}}})
    assert time.process_time() - start < 20
    assert [fault.what for fault in found.faults] == ["$ref '#/$defs/d1' only points at itself"]


def test_a_bracket_that_is_not_closed_has_a_line_and_a_column() -> None:
    (fault,) = diff_files(
        {"a.yaml": b"type: object\n"}, {"a.yaml": b"type: object\nrequired: [a,\n\n"}
    ).faults
    assert (fault.line, fault.column, "bracket" in fault.what) == (2, 14, True)
