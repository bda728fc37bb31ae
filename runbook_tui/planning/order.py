"""The one place where an order is computed: Kahn's algorithm with a heap, so that ties never depend on the input.

Steps that nothing orders are shown by this key, smallest first:

1. what can be rolled back before what cannot, so that the point of no return comes as late as the constraints allow;
2. the part of the release: prepare, expand, deploy, backfill, contract, close;
3. the wave: steps that wait for less come first;
4. the kind of step, in the order of :class:`runbook_tui.runbook.model.Kind`;
5. the id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush

from runbook_tui.planning.graph import Graph
from runbook_tui.planning.model import Constraint
from runbook_tui.runbook.model import Kind, Step, StepPhase

_PHASES = {phase: number for number, phase in enumerate(StepPhase)}
_KINDS = {kind: number for number, kind in enumerate(Kind)}


def levels(graph: Graph) -> dict[str, int]:
    """The wave of each step, from 0: one more than the last wave of what it waits for.

    Raises:
        ValueError: the graph has a cycle.
    """
    missing = {node: len(before) for node, before in graph.before.items()}
    found: dict[str, int] = {}
    wave = [node for node, count in missing.items() if not count]
    number = 0
    while wave:
        found.update(dict.fromkeys(wave, number))
        following = []
        for node in wave:
            for successor in graph.after[node]:
                missing[successor] -= 1
                if not missing[successor]:
                    following.append(successor)
        wave, number = following, number + 1
    _require_all(graph, len(found))
    return found


def sequence(steps: Mapping[str, Step], graph: Graph, ties: Iterable[Constraint] = ()) -> tuple[str, ...]:
    """The order shown: every constraint of ``graph`` holds in it, and every tie-breaker of ``ties``.

    Args:
        steps: the steps by id; the nodes of ``graph``.
        graph: what has to hold.
        ties: soft constraints that contradict nothing; they order what is shown and make no waves.

    Raises:
        ValueError: there is a cycle.
    """
    wave = levels(graph)
    ties = tuple(ties)
    together = Graph(graph.nodes, [*graph.constraints, *ties]) if ties else graph

    def key(node: str) -> tuple[bool, int, int, int, str]:
        step = steps[node]
        return (not step.reversible, _PHASES[step.phase], wave[node], _KINDS[step.kind], node)

    missing = {node: len(before) for node, before in together.before.items()}
    ready = [key(node) for node, count in missing.items() if not count]
    heapify(ready)
    found: list[str] = []
    while ready:
        node = heappop(ready)[-1]
        found.append(node)
        for successor in together.after[node]:
            missing[successor] -= 1
            if not missing[successor]:
                heappush(ready, key(successor))
    _require_all(graph, len(found))
    return tuple(found)


def _require_all(graph: Graph, count: int) -> None:
    if count != len(graph.nodes):
        raise ValueError("the constraints form a cycle")
