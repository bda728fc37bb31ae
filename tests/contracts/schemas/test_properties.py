"""What holds for every schema."""

from __future__ import annotations

import json
from collections import Counter
from random import Random

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from runbook_tui.contracts.documents.document import read_document
from runbook_tui.contracts.model import Change, Direction, Effect
from tests.contracts.schemas.comparing import Schema, compared
from tests.contracts.schemas.random_schemas import Json, schemas, shuffled

OPPOSITE = {Effect.WIDENS: Effect.NARROWS, Effect.NARROWS: Effect.WIDENS, Effect.NEITHER: Effect.NEITHER}
directions = st.sampled_from(list(Direction))


def counted(changes: list[Change]) -> Counter[Effect]:
    return Counter(change.effect for change in changes if change.effect is not None)


@given(schemas, directions, st.randoms(use_true_random=False))
def test_the_same_schema_in_other_words_is_the_same(
    schema: Json, direction: Direction, random: Random
) -> None:
    other = shuffled(schema, random)
    assert isinstance(other, dict)
    report = compared(schema, other, direction)
    assert not report.faults
    assert not counted(report.changes)


@given(schemas, schemas, directions)
def test_a_comparison_ends_and_is_the_same_every_time(old: Json, new: Json, direction: Direction) -> None:
    one, other = compared(old, new, direction), compared(old, new, direction)
    assert not one.faults
    assert one.changes == other.changes


@given(schemas, schemas, directions)
def test_no_place_is_told_twice(old: Json, new: Json, direction: Direction) -> None:
    changes = compared(old, new, direction).changes
    keys = Counter((change.rule, change.pointer, change.effect, change.text) for change in changes)
    assert not [key for key, count in keys.items() if count > 1]


@given(schemas, st.data(), directions)
def test_what_one_edit_widens_its_undoing_narrows(
    old: Json, data: st.DataObject, direction: Direction
) -> None:
    new = edited(old, data)
    # A property that is added to a closed answer is told as the table of orders has it, even where it is required.
    assume(direction is Direction.REQUEST or "additionalProperties" not in json.dumps(new))
    there, back = compared(old, new, direction), compared(new, old, direction)
    expected = {OPPOSITE[effect] for effect in counted(back.changes)}
    assert set(counted(there.changes)) == expected


def edited(schema: Schema, data: st.DataObject) -> Json:
    """The schema with one limit or member set to something else."""
    copy: Json = json.loads(json.dumps(schema))
    places = [copy]
    for place in places:
        for value in place.values():
            places += [
                each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)
            ]
    limited = [place for place in places if place.get("type") in ("string", "integer", "number", "object")]
    assume(limited)
    place = data.draw(st.sampled_from(limited))
    keyword, values = {
        "string": ("maxLength", st.sampled_from([1, 9])),
        "object": ("required", st.sampled_from([[], ["a"], ["a", "b", "c"]])),
    }.get(str(place["type"]), ("minimum", st.sampled_from([-5, 1])))
    place[keyword] = data.draw(values)
    return copy


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_json_is_read_as_it_is_and_every_value_has_its_place(value: object) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False)
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return
    document = read_document("a.json", data, "new")
    assert document.value == value
    lines = text.split("\n")
    pending = [(value, "")]
    for each, pointer in pending:
        line, column = document.place(pointer)
        rest = lines[line - 1][column - 1 :]
        key = pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
        assert not pointer or rest.startswith(
            (json.dumps(key, ensure_ascii=False), json.dumps(each, ensure_ascii=False)[:1])
        )
        if isinstance(each, dict):
            pending += [(v, f"{pointer}/{k.replace('~', '~0').replace('/', '~1')}") for k, v in each.items()]
        elif isinstance(each, list):
            pending += [(v, f"{pointer}/{i}") for i, v in enumerate(each)]


@settings(max_examples=200)
@given(
    st.one_of(st.binary(max_size=60), st.text("{}[]:,-&*!|>'\"#%@` \n\ta1~?<", max_size=60).map(str.encode))
)
def test_hostile_text_never_raises(data: bytes) -> None:
    for path in ("a.yaml", "a.json"):
        document = read_document(path, data, "old")
        assert document.faults or document.value == read_document(path, data, "new").value
        for fault in document.faults:
            assert fault.what
            assert fault.line >= 0
