"""Contradictions: the smallest cycle, its reasons, its cheapest edge, the split."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from runbook_tui.migrations.model import Finding, Level, Phase
from runbook_tui.planning.cycles import components, smallest
from runbook_tui.planning.graph import Graph
from runbook_tui.planning.model import Constraint

if TYPE_CHECKING:
    from tests.planning.conftest import World

_EDGES = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=14)


def _graph(edges: list[tuple[str, str]]) -> Graph:
    return Graph("abcdef", [Constraint(first, second, "r", "because") for first, second in edges])


def _all_cycles(edges: set[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Every simple cycle, by trying everything; each begins with its smallest node."""
    return [
        nodes
        for length in range(1, 7)
        for nodes in permutations("abcdef", length)
        if nodes[0] == min(nodes)
        and all(pair in edges for pair in zip(nodes, (*nodes[1:], nodes[0]), strict=True))
    ]


@given(_EDGES)
def test_components_hold_exactly_what_is_on_a_cycle(edges: list[tuple[str, str]]) -> None:
    graph = _graph(edges)
    found = components(graph)
    on_a_cycle = {node for cycle in _all_cycles(set(edges)) for node in cycle}
    assert {node for component in found for node in component} == on_a_cycle
    for component in found:
        for node in component:
            assert {other for other in graph.reached([node]) if node in graph.reached([other])} == set(
                component
            )


@given(_EDGES)
def test_the_cycle_shown_is_real_and_no_shorter_one_exists(edges: list[tuple[str, str]]) -> None:
    graph = _graph(edges)
    for component in components(graph):
        cycle = smallest(graph, component)
        others = [other for other in _all_cycles(set(edges)) if set(other) <= set(component)]
        assert cycle in others
        assert len(cycle) == min(len(other) for other in others)


def _chain(world: World) -> World:
    """The chain drops before it adds: no order keeps every rule."""
    world.service("billing", uses={"db": "owner"}).service("web")
    world.migration("billing", "0042", Phase.CONTRACT, column="amount")
    return world.migration("billing", "0043", Phase.EXPAND, column="currency")


def test_a_chain_that_contradicts_its_phases_has_a_recipe_and_no_order(world: World) -> None:
    plan = _chain(world).plan()
    assert plan.runbook is None
    assert plan.waves == ()
    assert [step.id for step in plan.steps] == sorted(step.id for step in plan.steps)
    (cycle,) = plan.cycles
    assert [(item.before, item.after, item.rule) for item in cycle.constraints] == [
        ("contract-billing-0042", "expand-billing-0043", "migration-history"),
        ("expand-billing-0043", "deploy-billing", "expand-before-deploy"),
        ("deploy-billing", "contract-billing-0042", "contract-last"),
    ]
    assert all(item.because and item.source for item in cycle.constraints)
    assert cycle.cheapest == cycle.constraints[0]
    assert cycle.remedy.startswith("put 0043 before 0042: ")
    assert "change down_revision in both files" in cycle.remedy


def test_the_remedy_of_a_breaking_migration_is_its_own_recipe(world: World) -> None:
    recipe = "Release 1: add the new column beside the old. Release 2: drop the old one."
    error = Finding("breaking", Level.ERROR, "migrations/7.py", 3, "a rename has no safe moment", recipe)
    world.service("billing", uses={"db": "owner"}).migration("billing", "7", Phase.BREAKING, findings=[error])
    (cycle,) = world.plan().cycles
    assert recipe in cycle.remedy
    assert "datastores.db.contract: offline" in cycle.remedy


def test_every_contradiction_is_told(world: World) -> None:
    world.service("a", uses={"da": "owner"}).migration("a", "1", Phase.BREAKING, store="da")
    world.service("b", uses={"db": "owner"}).migration("b", "1", Phase.BREAKING, store="db")
    assert [cycle.constraints[0].before for cycle in world.plan().cycles] == ["deploy-a", "deploy-b"]


def test_two_apis_that_need_each_other_name_what_to_hide(world: World) -> None:
    world.service("a").service("b").api("a", "x", "b", kind="added").api("b", "y", "a", kind="added")
    (cycle,) = world.plan().cycles
    assert cycle.remedy == (
        "keep what b uses of x behind a switch until a is deployed, or answer contract:x if b does not use it"
    )
    assert cycle.split == ()
