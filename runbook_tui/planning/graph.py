"""Constraints as a graph: steps are its nodes, "before" its edges. Every answer is the same for any input order."""

from __future__ import annotations

from collections.abc import Iterable

from runbook_tui.planning.model import Constraint, in_order


class Graph:
    """A directed graph of step ids.

    Args:
        nodes: ids of all steps; a constraint that names another id is left out.
        constraints: the edges; several may join the same two steps.
    """

    def __init__(self, nodes: Iterable[str], constraints: Iterable[Constraint]) -> None:
        self.nodes = tuple(sorted(set(nodes)))
        known = set(self.nodes)
        pairs: dict[tuple[str, str], list[Constraint]] = {}
        for constraint in in_order(constraints):
            if constraint.before in known and constraint.after in known:
                pairs.setdefault((constraint.before, constraint.after), []).append(constraint)
        self._pairs = pairs
        after: dict[str, list[str]] = {node: [] for node in self.nodes}
        before: dict[str, list[str]] = {node: [] for node in self.nodes}
        for first, second in pairs:  # in sorted order, because the constraints are
            after[first].append(second)
            before[second].append(first)
        self.after = after
        """Direct successors of each node, sorted."""
        self.before = before
        """Direct predecessors of each node, sorted."""

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        """Every edge, sorted."""
        return tuple(constraint for found in self._pairs.values() for constraint in found)

    def between(self, before: str, after: str) -> tuple[Constraint, ...]:
        """The constraints that put ``before`` directly before ``after``, sorted."""
        return tuple(self._pairs.get((before, after), ()))

    def reached(self, starts: Iterable[str]) -> set[str]:
        """Everything that comes after one of ``starts``; a start itself only where something leads to it."""
        found: set[str] = set()
        waiting = list(starts)
        while waiting:
            for node in self.after[waiting.pop()]:
                if node not in found:
                    found.add(node)
                    waiting.append(node)
        return found

    def precedes(self, first: str, second: str) -> bool:
        """Whether ``first`` comes before ``second``, directly or not."""
        return second in self.after[first] or second in self.reached([first])

    def first(self, nodes: Iterable[str]) -> list[str]:
        """Those of ``nodes`` that follow none of the others directly, sorted."""
        chosen = set(nodes)
        return sorted(node for node in chosen if chosen.isdisjoint(self.before[node]))

    def last(self, nodes: Iterable[str]) -> list[str]:
        """Those of ``nodes`` that precede none of the others directly, sorted."""
        chosen = set(nodes)
        return sorted(node for node in chosen if chosen.isdisjoint(self.after[node]))
