"""What the needs say about the order."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runbook_tui.runbook.graph import (
    cycle,
    dependents,
    order_violations,
    point_of_no_return,
    prerequisites,
    unordered,
    waves,
)
from runbook_tui.runbook.model import Kind, Need, Step

MakeStep = Callable[..., Step]


@pytest.fixture
def diamond(make_step: MakeStep) -> tuple[Step, ...]:
    return (
        make_step("start"),
        make_step("left", "start"),
        make_step("right", "start"),
        make_step("aside"),
        make_step("end", "right", "left", reversible=False),
    )


def test_waves_hold_what_does_not_wait_for_each_other(diamond: tuple[Step, ...]) -> None:
    assert waves(diamond) == (("start", "aside"), ("left", "right"), ("end",))
    assert waves(()) == ()


def test_dependents_prerequisites_and_unordered_part_the_steps(diamond: tuple[Step, ...]) -> None:
    assert dependents(diamond, "start") == ("left", "right", "end")
    assert prerequisites(diamond, "end") == ("start", "left", "right")
    assert unordered(diamond, "left") == ("right", "aside")
    assert unordered(diamond, "aside") == ("start", "left", "right", "end")


def test_the_first_irreversible_step_in_order_is_the_point_of_no_return(
    make_step: MakeStep, diamond: tuple[Step, ...]
) -> None:
    assert point_of_no_return(diamond) == "end"
    assert point_of_no_return((make_step("early", reversible=False), *diamond)) == "early"
    assert point_of_no_return(diamond[:4]) is None


def test_a_step_before_its_need_is_named_with_the_need(make_step: MakeStep) -> None:
    steps = (make_step("b", "a", "x"), make_step("a"))
    [(step, need)] = order_violations(steps)
    assert (step.id, need.step, need.because) == ("b", "a", "a comes first")


def test_needs_of_unknown_steps_do_not_hold_anything_up(make_step: MakeStep) -> None:
    assert waves((make_step("a", "gone"),)) == (("a",),)


def test_the_shortest_cycle_is_named_without_what_hangs_on_it(make_step: MakeStep) -> None:
    steps = (
        make_step("root"),
        make_step("a", "c", "root"),
        make_step("b", "a"),
        make_step("c", "b", "d"),
        make_step("d", "c"),
        make_step("tail", "c"),
    )
    found = cycle(steps)
    assert len(found) == 3 and set(found) == {"c", "d"} and found[0] == found[-1]
    with pytest.raises(ValueError, match=r"cycle: [cd] → [cd] → [cd]$"):
        waves(steps)
    assert cycle((make_step("a", "a"),)) == ("a", "a")


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Step, ...]:
    """Up to 12 steps with any needs among them, cycles included."""
    names = [f"s{number}" for number in range(draw(st.integers(0, 12)))]
    needs = st.lists(st.sampled_from(names), max_size=3, unique=True) if names else st.just([])
    return tuple(
        Step(id=n, title=n, kind=Kind.NOTE, needs=tuple(Need(step=m, because="x") for m in draw(needs)))
        for n in names
    )


@given(graphs())
def test_there_is_a_cycle_exactly_when_there_are_no_waves(steps: tuple[Step, ...]) -> None:
    found = cycle(steps)
    by_id = {step.id: step for step in steps}
    if found:
        assert found[0] == found[-1]
        assert all(b in {need.step for need in by_id[a].needs} for a, b in pairwise(found))
        with pytest.raises(ValueError):
            waves(steps)
        return
    placed: set[str] = set()
    for wave in waves(steps):
        for name in wave:
            assert {need.step for need in by_id[name].needs} <= placed
        placed |= set(wave)
    assert placed == set(by_id)
    for step in steps:
        around = prerequisites(steps, step.id), dependents(steps, step.id), unordered(steps, step.id)
        assert sorted(sum(around, (step.id,))) == sorted(by_id)


@given(graphs())
def test_an_order_without_violations_has_no_cycle(steps: tuple[Step, ...]) -> None:
    ordered_before = all(need.step != step.id for step in steps for need in step.needs)
    if not order_violations(steps) and ordered_before:
        assert cycle(steps) == ()
