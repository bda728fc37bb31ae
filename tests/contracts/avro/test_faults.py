"""What cannot be read is a fault in its place; the rest is compared, and nothing raises."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbook_tui.contracts.model import Fault
from tests.contracts.avro.schema_pairs import schemas
from tests.contracts.avro.versions import diff, diff_files, encoded, enum, field, record

GOOD = record("Order", field("id"))


def fault(new: object) -> Fault:
    """The only fault of a new version."""
    found = diff(GOOD, new)
    assert len(found.faults) == 1, found.faults
    assert found.verdict is None
    assert found.faults[0].version == "new"
    return found.faults[0]


def test_text_that_is_not_json_names_its_place() -> None:
    found = fault(b'{"type": "record",\n "name": }')
    assert (found.path, found.line) == ("schemas/order.avsc", 2)
    assert "JSON" in found.what


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00", b"{", b"[", b'"', b"// only a comment", b"NaN", b"1e999x"]
)
def test_what_is_no_json_at_all(data: bytes) -> None:
    assert fault(data).path == "schemas/order.avsc"


@pytest.mark.parametrize(
    ("new", "what", "line"),
    [
        (record("Order", field("to", "Adress")), "'Adress' is defined nowhere", 7),
        (record("Order", field("to", "shop..Address")), "'shop..Address' is no name of a type", 7),
        (record("Order", field("a", record("Order"))), "'Order' is defined twice, first in line 1", 7),
        (record("Order", field("id"), field("id")), "Order has the field 'id' twice", 9),
        (record("1Order"), "'1Order' is no name", 3),
        (record("string"), "'string' is the name of a primitive type", 3),
        (record("Order", namespace="a b"), "'a b' is no namespace", 5),
        (record("Order", field("order-id")), "'order-id' is no name of a field", 6),
        (record("Order", {"name": "id"}), "the field 'id' has no type", 5),
        (record("Order", "id"), "'id' is no field", 5),
        (record("Order", aliases="Old"), "'Old' is no list", 5),
        (record("Order", aliases=["ok", "not ok"]), "'not ok' is no name", 7),
        ({"type": "record", "name": "Order"}, "Order has no list of fields", 1),
        ({"type": "record", "fields": []}, "a schema of type record without a name", 1),
        ({"name": "Order"}, "a schema without a type", 1),
        ({"type": "enum", "name": "E"}, "an enum without symbols", 1),
        (enum("E", "A", "A"), "the symbol 'A' twice", 6),
        (enum("E", "A", "not ok"), "'not ok' is no symbol", 6),
        ({"type": "fixed", "name": "F", "size": -1}, "-1 is no size", 4),
        ({"type": "fixed", "name": "F", "size": True}, "true is no size", 4),
        ({"type": "array"}, "a schema of type array without items", 1),
        (["int", ["string"]], "a union directly inside of a union", 3),
        (["int", "string", "int"], "has int twice", 4),
        (42, "42 is no schema", 1),
        ({"type": "int", "type ": 1, "x": {"type": 5}}, "", 0),
    ],
)  # fmt: skip
def test_bad_schemas_name_what_is_wrong_and_where(new: object, what: str, line: int) -> None:
    if not what:
        assert not diff(GOOD, new).faults  # unknown attributes are allowed
        return
    found = fault(new)
    assert what in found.what
    assert found.line == line
    assert found.expected
    assert found.remedy


def test_an_unknown_name_is_told_what_is_near() -> None:
    address = record("Address")
    found = fault(record("Order", field("from", address), field("to", "Adress")))
    assert found.remedy == "did you mean 'Address'?"


def test_a_key_twice_is_a_fault() -> None:
    assert "'type'" in fault(b'{"type": "int",\n"type": "long"}').what


def test_the_old_version_has_faults_of_its_own() -> None:
    found = diff(b"{", GOOD)
    assert [each.version for each in found.faults] == ["old"]
    assert found.changes == ()  # nothing is said of what is not known


def test_the_rest_is_compared_all_the_same() -> None:
    new = record("Order", field("id", "Missing"), field("total"))
    found = diff(GOOD, new)
    assert [change.text for change in found.changes] == ["adds Order.total, which has no default"]
    assert found.verdict is None


def test_all_faults_of_a_file_are_told_at_once() -> None:
    found = diff(GOOD, record("Order", field("a b"), field("to", "Nowhere"), {"name": "x"}))
    assert len(found.faults) == 3
    many = diff(GOOD, record("Order", *({"name": f"f{n}"} for n in range(1000))))
    assert len(many.faults) == 100


def test_json_with_comments_keeps_its_lines() -> None:
    text = b"""// the order
{"type": "record", /* two
lines */ "name": "Order", "fields": [
{"name": "u", "type": "Url"}]}"""
    assert fault(text).line == 4
    assert not diff(GOOD, b'{"type": "string", "doc": "http://example.org /* no comment */"}').faults


def test_hostile_files_cost_little() -> None:
    deep: object = "int"
    for _ in range(190):
        deep = {"type": "array", "items": deep}
    wide = record("Order", *(field(f"f{n}", record(f"R{n}", field("x"))) for n in range(5_000)))
    other = record("Order", *(field(f"g{n}", record(f"S{n}", field("x"))) for n in range(5_000)))
    rings = [_ring(length) for length in (997, 1009)]
    cases: list[tuple[object, object]] = [
        (GOOD, b'{"type": "array", "items": ' * 100_000),
        (GOOD, b"[" * 1_000_000),
        (GOOD, deep),
        (GOOD, b" " * 50_000_000),
        (GOOD, b'"' * 1_000_000),
        (GOOD, b"/*" * 1_000_000),
        (rings[0], rings[1]),
        (GOOD, ["int"] * 50_000),
        ([enum(f"E{n}", "A") for n in range(3_000)], [enum(f"D{n}", "A") for n in range(3_000)]),
    ]
    for old, new in cases:
        start = time.process_time()
        assert diff(old, new).verdict is None or isinstance(new, list)
        assert time.process_time() - start < 15
    assert str(diff(wide, other).verdict) == "split"


def _ring(length: int) -> object:
    """Types of one short name that lead to one another in a circle: two circles meet in length * length pairs."""
    ring = [
        record("R", field("next", f"n{(number + 1) % length}.R"), namespace=f"n{number}")
        for number in range(length)
    ]
    return record("All", *(field(f"f{number}", part) for number, part in enumerate(ring)))


def broken(data: bytes, cuts: list[tuple[int, bytes]]) -> bytes:
    """A file with parts of it replaced."""
    for place, junk in cuts:
        start = place % (len(data) + 1)
        data = data[:start] + junk + data[start + len(junk) :]
    return data


JUNK = st.sampled_from(
    [b"{", b"}", b"[", b"]", b'"', b",", b":", b"null", b"1e400", b"\x00", b"\xff", b"//", b"/*", b"\\u"]
)


@settings(max_examples=150, deadline=None)
@given(schemas(), st.lists(st.tuples(st.integers(0, 10_000), JUNK), min_size=1, max_size=4))
def test_broken_files_never_raise(schema: object, cuts: list[tuple[int, bytes]]) -> None:
    found = diff(schema, broken(encoded(schema), cuts))
    assert found.verdict is None or not found.faults


WORDS = ["int", "record", "enum", "array", "R", "a.b", "x y"]
KEYS = [
    "type", "name", "namespace", "fields", "items", "values", "symbols", "size", "aliases", "default", "protocol",
    "types", "messages", "request", "response", "errors", "logicalType", "precision",
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(JSON, JSON)
def test_any_json_is_a_schema_or_a_fault(old: object, new: object) -> None:
    found = diff_files({"a.avsc": json.dumps(old).encode()}, {"a.avpr": json.dumps(new).encode()})
    assert (found.verdict is None) == bool(found.faults)
    assert all(each.path and each.what for each in found.faults)
