"""From steps and rules to constraints and an order, or to the contradictions that prevent one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runbook_tui.planning.context import Context, Scope
from runbook_tui.planning.cycles import components, smallest
from runbook_tui.planning.graph import Graph
from runbook_tui.planning.model import Constraint, Cycle, Yielded, in_order
from runbook_tui.planning.order import sequence
from runbook_tui.planning.preferences import breaking_ties, settle
from runbook_tui.planning.remedies import cheapest, instead, remedy, strongest
from runbook_tui.planning.rules.registry import JOINING, RULES
from runbook_tui.runbook.model import Step


@dataclass(frozen=True, slots=True)
class Solution:
    """What the rules give for a release."""

    constraints: tuple[Constraint, ...]
    """Everything in force, sorted: what binds and what breaks ties."""
    needs: tuple[Constraint, ...]
    """What binds, sorted."""
    sequence: tuple[str, ...]
    """Step ids in the order shown; empty when there are cycles."""
    cycles: tuple[Cycle, ...]
    yielded: tuple[Yielded, ...]


def solve(scope: Scope, steps: Mapping[str, Step]) -> Solution:
    """Run every rule that is not switched off, and order the steps.

    Args:
        scope: the release.
        steps: its steps by id.
    """
    context = Context(scope, steps)
    on = [rule for rule in RULES if rule.name not in scope.off]
    derived = [item for rule in on if rule.derive is not None for item in rule.derive(context)]
    settled = settle(tuple(steps), derived)
    graph = Graph(steps, settled.binding)
    found = contradictions(scope, graph)
    if not found:
        for name in JOINING:
            for rule in on:
                if rule.name == name and rule.join is not None:
                    graph = Graph(steps, [*graph.constraints, *rule.join(context, graph)])
        found = contradictions(scope, graph)  # a pinned constraint can contradict what was joined
    ties = breaking_ties(tuple(steps), graph.constraints, settled.soft)
    order = () if found else sequence(steps, graph, ties)
    everything = tuple(in_order([*graph.constraints, *ties]))
    return Solution(everything, graph.constraints, order, found, settled.yielded)


def contradictions(scope: Scope, graph: Graph) -> tuple[Cycle, ...]:
    """The smallest cycle of every strongly connected component, without a split."""
    found = []
    for component in components(graph):
        nodes = smallest(graph, component)
        pairs = zip(nodes, (*nodes[1:], nodes[0]), strict=True)
        constraints = tuple(strongest(graph.between(first, second)) for first, second in pairs)
        edge = cheapest(constraints)
        way = remedy(scope, constraints, edge)
        found.append(Cycle(constraints, edge, way, instead(scope, component, constraints), ()))
    return tuple(found)
