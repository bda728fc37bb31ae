"""Which preferences stand: a preference that contradicts what was derived gives way, and the plan says to what."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from runbook_tui.planning.cycles import components
from runbook_tui.planning.graph import Graph
from runbook_tui.planning.model import Constraint, Strength, Yielded, in_order


@dataclass(frozen=True, slots=True)
class Settled:
    """Constraints sorted by what became of them."""

    binding: tuple[Constraint, ...]
    """Hard ones and the preferences that stand; they become needs."""
    soft: tuple[Constraint, ...]
    """What may break ties, see :func:`breaking_ties`."""
    yielded: tuple[Yielded, ...]


def settle(nodes: Sequence[str], constraints: Iterable[Constraint]) -> Settled:
    """Admit what may yield one after the other, in sorted order, as long as it contradicts nothing admitted before.

    What was derived is admitted before what people prefer. So what yields is the same for every order of the input,
    and nothing yields without need. Hard constraints never yield, even where they contradict each other.
    """
    given = in_order(constraints)
    hard = [item for item in given if item.strength is Strength.HARD]
    wishes = [item for item in given if item.strength in (Strength.LIKELY, Strength.PREFERRED)]
    preferred, yielded = _admit(nodes, hard, sorted(wishes, key=lambda item: -item.strength))
    soft = tuple(item for item in given if item.strength is Strength.SOFT)
    return Settled(tuple(in_order([*hard, *preferred])), soft, tuple(yielded))


def breaking_ties(
    nodes: Sequence[str], binding: Sequence[Constraint], soft: Sequence[Constraint]
) -> tuple[Constraint, ...]:
    """The soft constraints that contradict nothing that binds, nor each other: they order what is shown only."""
    return tuple(_admit(nodes, binding, in_order(soft))[0])


def _admit(
    nodes: Sequence[str], fixed: Sequence[Constraint], wishes: Sequence[Constraint]
) -> tuple[list[Constraint], list[Yielded]]:
    if not wishes:
        return [], []
    component: dict[str, int] = {}
    for number, members in enumerate(components(Graph(nodes, [*fixed, *wishes]))):
        component.update(dict.fromkeys(members, number))

    def contested(item: Constraint) -> bool:
        """Only edges inside one strongly connected component can be part of a contradiction."""
        return item.before in component and component[item.before] == component.get(item.after)

    edges: dict[str, dict[str, Constraint]] = {}
    for item in filter(contested, fixed):
        edges.setdefault(item.before, {}).setdefault(item.after, item)
    kept, yielded = [], []
    for wish in wishes:
        if contested(wish):
            opposite = _path(edges, wish.after, wish.before)
            if opposite:
                yielded.append(Yielded(wish, opposite))
                continue
            edges.setdefault(wish.before, {}).setdefault(wish.after, wish)
        kept.append(wish)
    return kept, yielded


def _path(edges: dict[str, dict[str, Constraint]], start: str, end: str) -> tuple[Constraint, ...]:
    """The shortest way from ``start`` to ``end``; empty without one."""
    came: dict[str, Constraint] = {}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for following, constraint in sorted(edges.get(node, {}).items()):
            if following not in came and following != start:
                came[following] = constraint
                waiting.append(following)
        if end in came:
            way = [came[end]]
            while way[-1].before != start:
                way.append(came[way[-1].before])
            return tuple(reversed(way))
    return ()
