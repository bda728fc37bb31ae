"""What holds for any two schemas, and what graphql-core says of the same two."""

from __future__ import annotations

from collections import Counter
from random import Random

from graphql import build_schema
from graphql.utilities import find_breaking_changes, find_dangerous_changes
from hypothesis import given, settings
from hypothesis import strategies as st

from runbook_tui.contracts.model import ContractDiff, Direction, Effect
from tests.contracts.graphql.schemas import Made, schemas
from tests.contracts.graphql.versions import diff

SWAPPED = {Effect.WIDENS: Effect.NARROWS, Effect.NARROWS: Effect.WIDENS, Effect.NEITHER: Effect.NEITHER}
BREAKING = {"consumer-first", "split"}


@given(schemas(), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_definitions_changes_nothing(made: Made, random: Random) -> None:
    shuffled = list(made.definitions)
    random.shuffle(shuffled)
    assert diff(made.text, "\n".join(shuffled)).verdict == "compatible"


@given(schemas(), schemas())
@settings(max_examples=60, deadline=None)
def test_what_widens_narrows_on_the_way_back(old: Made, new: Made) -> None:
    forth, back = _effects(diff(old.text, new.text)), _effects(diff(new.text, old.text))
    assert Counter({(where, SWAPPED[effect]): n for (where, effect), n in forth.items()}) == back


def _effects(found: ContractDiff) -> Counter[tuple[str, Effect]]:
    assert not found.faults
    return Counter((change.pointer, change.effect) for change in found.changes if change.effect)


@given(schemas(), schemas())
@settings(max_examples=60, deadline=None)
def test_what_breaks_consumers_for_graphql_core_breaks_them_here(old: Made, new: Made) -> None:
    one, other = (build_schema(each.text, assume_valid=True) for each in (old, new))
    found = diff(old.text, new.text)
    breaking = [each.description for each in find_breaking_changes(one, other) if not _answered(each, found)]
    assert not breaking or found.verdict in BREAKING, breaking
    if find_dangerous_changes(one, other):
        assert found.verdict != "compatible"


def _answered(each: object, found: ContractDiff) -> bool:
    """Whether it is a value that was removed from an enum which is only returned: no request can name it."""
    removed = [change for change in found.changes if change.rule == "enum-value-removed"]
    return any(
        change.direction is Direction.RESPONSE and f"{change.pointer} was removed" in str(each)
        for change in removed
    )


@given(schemas(), schemas())
@settings(max_examples=40, deadline=None)
def test_what_breaks_consumers_here_breaks_them_for_graphql_core(old: Made, new: Made) -> None:
    one, other = (build_schema(each.text, assume_valid=True) for each in (old, new))
    if diff(old.text, new.text).verdict in BREAKING:
        assert find_breaking_changes(one, other) or find_dangerous_changes(one, other)


@given(st.one_of(st.binary(max_size=200), st.text(alphabet='{}[]()!:=@|&"#$ \nab1typeQ', max_size=200)))
@settings(max_examples=300, deadline=None)
def test_anything_at_all_is_compared_or_a_fault(data: bytes | str) -> None:
    for found in (diff("type Query { a: Int }", data), diff(data, data)):
        assert found.verdict is not None or found.faults
