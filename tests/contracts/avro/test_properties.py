"""What holds for every pair of schemas."""

from __future__ import annotations

from hypothesis import given, settings

from runbook_tui.contracts.model import Effect, Verdict
from tests.contracts.avro.schema_pairs import pairs, schemas
from tests.contracts.avro.versions import FILE, diff, encoded

SWAPPED = {
    Effect.WIDENS: Effect.NARROWS,
    Effect.NARROWS: Effect.WIDENS,
    Effect.NEITHER: Effect.NEITHER,
    None: None,
}


@settings(max_examples=150, deadline=None)
@given(schemas())
def test_nothing_differs_from_itself(schema: object) -> None:
    assert diff(schema, schema).verdict is Verdict.COMPATIBLE


@settings(max_examples=300, deadline=None)
@given(pairs())
def test_the_way_back_swaps_widening_and_narrowing(pair: tuple[object, object]) -> None:
    there, back = diff(*pair), diff(*reversed(pair))
    effects = [
        sorted(str(change.effect) for change in (*found.changes, *found.harmless)) for found in (there, back)
    ]
    swapped = sorted(str(SWAPPED[change.effect]) for change in (*there.changes, *there.harmless))
    assert swapped == effects[1]


@settings(max_examples=150, deadline=None)
@given(pairs())
def test_every_change_has_a_place_and_words(pair: tuple[object, object]) -> None:
    old, new = pair
    lines = max(encoded(schema).count(b"\n") + 1 for schema in (old, new))
    for change in (*diff(old, new).changes, *diff(old, new).harmless):
        assert change.path == FILE
        assert 1 <= change.line <= lines
        assert change.column >= 1
        assert change.text.split()[0].endswith("s") or change.text.startswith("no longer")
