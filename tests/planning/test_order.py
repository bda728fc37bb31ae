"""The order and the preferences, on graphs without a release around them."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runbook_tui.planning.cycles import components
from runbook_tui.planning.graph import Graph
from runbook_tui.planning.model import Constraint, Strength
from runbook_tui.planning.order import levels, sequence
from runbook_tui.planning.preferences import breaking_ties, settle
from runbook_tui.runbook.model import Kind, Step, StepPhase

_NAMES = [f"s{number}" for number in range(8)]
_PAIRS = st.lists(st.tuples(st.sampled_from(_NAMES), st.sampled_from(_NAMES)), max_size=16)
_ACYCLIC = _PAIRS.map(lambda pairs: [(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]])


def _step(name: str, phase: StepPhase = StepPhase.DEPLOY, *, reversible: bool = True) -> Step:
    return Step(id=name, title=name, kind=Kind.DEPLOY, phase=phase, run="true", reversible=reversible)


def _constraints(pairs: list[tuple[str, str]], strength: Strength = Strength.HARD) -> list[Constraint]:
    return [Constraint(first, second, "rule", "because", None, strength) for first, second in pairs]


_STEPS = {name: _step(name) for name in _NAMES}


@given(_PAIRS)
def test_there_is_an_order_exactly_when_the_standard_library_finds_one(pairs: list[tuple[str, str]]) -> None:
    graph = Graph(_NAMES, _constraints(pairs))
    oracle: TopologicalSorter[str] = TopologicalSorter({name: [] for name in _NAMES})
    for first, second in pairs:
        oracle.add(second, first)
    try:
        oracle.prepare()
    except CycleError:
        assert components(graph)
        with pytest.raises(ValueError, match="cycle"):
            sequence(_STEPS, graph)
        with pytest.raises(ValueError, match="cycle"):
            levels(graph)
    else:
        assert not components(graph)
        order = sequence(_STEPS, graph)
        assert sorted(order) == _NAMES
        assert all(order.index(first) < order.index(second) for first, second in pairs)


@given(_ACYCLIC)
def test_waves_are_those_of_the_standard_library(pairs: list[tuple[str, str]]) -> None:
    oracle: TopologicalSorter[str] = TopologicalSorter({name: [] for name in _NAMES})
    for first, second in pairs:
        oracle.add(second, first)
    oracle.prepare()
    found, wave = levels(Graph(_NAMES, _constraints(pairs))), 0
    while oracle.is_active():
        ready = oracle.get_ready()
        assert {name for name, level in found.items() if level == wave} == set(ready)
        oracle.done(*ready)
        wave += 1


def test_ties_are_broken_by_reversibility_phase_wave_kind_and_id() -> None:
    steps = {
        step.id: step
        for step in (
            _step("a-lasting", StepPhase.PREPARE, reversible=False),
            _step("b-contract", StepPhase.CONTRACT),
            _step("c-expand", StepPhase.EXPAND),
            _step("e-deploy"),
            _step("d-deploy"),
        )
    }
    assert sequence(steps, Graph(steps, [])) == (
        "c-expand",
        "d-deploy",
        "e-deploy",
        "b-contract",
        "a-lasting",
    )


def test_the_point_of_no_return_comes_as_late_as_the_constraints_allow() -> None:
    steps = {"a": _step("a", reversible=False), "b": _step("b"), "y": _step("y"), "z": _step("z")}
    graph = Graph(steps, _constraints([("a", "b"), ("y", "z")]))
    assert sequence(steps, graph) == ("y", "z", "a", "b")


@given(_ACYCLIC, _PAIRS, _PAIRS, st.randoms())
def test_preferences_stand_unless_they_contradict(
    hard: list[tuple[str, str]],
    wished: list[tuple[str, str]],
    soft: list[tuple[str, str]],
    random: st.random.Random,  # type: ignore[name-defined]
) -> None:
    given_ = [
        *_constraints(hard),
        *_constraints([pair for pair in wished if pair[0] != pair[1]], Strength.PREFERRED),
        *_constraints([pair for pair in soft if pair[0] != pair[1]], Strength.SOFT),
    ]
    settled = settle(_NAMES, given_)
    random.shuffle(given_)
    assert settle(_NAMES, given_) == settled
    assert set(_constraints(hard)) <= set(settled.binding)
    ties = breaking_ties(_NAMES, settled.binding, settled.soft)
    assert not components(Graph(_NAMES, [*settled.binding, *ties]))
    assert all(
        components(Graph(_NAMES, [*settled.binding, *ties, item])) for item in set(settled.soft) - set(ties)
    )
    kept = {item for item in settled.binding if item.strength is Strength.PREFERRED}
    gave = {item.constraint for item in settled.yielded}
    assert kept | gave == {item for item in given_ if item.strength is Strength.PREFERRED}
    assert not kept & gave
    for item in settled.yielded:
        assert components(Graph(_NAMES, [*settled.binding, item.constraint]))  # it really contradicts
        assert item.to[0].before == item.constraint.after
        assert item.to[-1].after == item.constraint.before
        assert all(one.after == two.before for one, two in zip(item.to, item.to[1:], strict=False))
        assert set(item.to) <= set(settled.binding)


def test_soft_constraints_break_ties_only() -> None:
    graph = Graph(["a", "b"], [])
    steps = {name: _step(name) for name in ("a", "b")}
    assert sequence(steps, graph, _constraints([("b", "a")], Strength.SOFT)) == ("b", "a")
    assert levels(graph) == {"a": 0, "b": 0}
