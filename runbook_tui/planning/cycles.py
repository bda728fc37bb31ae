"""Contradictions: strongly connected components (Tarjan 1972) and the shortest cycle of each."""

from __future__ import annotations

from collections.abc import Collection

from runbook_tui.planning.graph import Graph


def components(graph: Graph) -> list[tuple[str, ...]]:
    """The strongly connected components that hold a cycle, each sorted, in order of their first member."""
    found = [members for members in _strongly_connected(graph) if _cyclic(graph, members)]
    return sorted(tuple(sorted(members)) for members in found)


def smallest(graph: Graph, component: Collection[str]) -> tuple[str, ...]:
    """The nodes of a shortest cycle of a component, in order, beginning with the smallest of them.

    Of several shortest cycles it is the one whose smallest node comes first in the alphabet.
    """
    left = set(component)
    best: tuple[str, ...] = ()
    for start in sorted(component):
        found = _shortest_back(graph, start, left, limit=len(best) - 1 if best else len(left))
        best = found or best
        if len(best) == 1:
            break
        left.discard(start)  # every cycle through it has been looked at
    return best


def _cyclic(graph: Graph, members: Collection[str]) -> bool:
    if len(members) > 1:
        return True
    (node,) = members
    return node in graph.after[node]


def _shortest_back(graph: Graph, start: str, allowed: set[str], *, limit: int) -> tuple[str, ...]:
    """The shortest way from ``start`` to itself with at most ``limit`` nodes; empty without one."""
    came_from: dict[str, str] = {}
    level = [start]
    for _ in range(limit):
        following: list[str] = []
        for node in level:
            for successor in graph.after[node]:
                if successor == start:
                    way = [node]
                    while way[-1] != start:
                        way.append(came_from[way[-1]])
                    return tuple(reversed(way))
                if successor in allowed and successor not in came_from:
                    came_from[successor] = node
                    following.append(successor)
        level = following
    return ()


def _strongly_connected(graph: Graph) -> list[list[str]]:
    """Tarjan's algorithm with an explicit stack: a plan may be deeper than Python's recursion limit."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    on_stack: set[str] = set()
    stack: list[str] = []
    found: list[list[str]] = []
    for root in graph.nodes:
        if root in index:
            continue
        work = [(root, iter(graph.after[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, successors = work[-1]
            for successor in successors:
                if successor not in index:
                    index[successor] = low[successor] = len(index)
                    stack.append(successor)
                    on_stack.add(successor)
                    work.append((successor, iter(graph.after[successor])))
                    break
                if successor in on_stack:
                    low[node] = min(low[node], index[successor])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    members: list[str] = []
                    while not members or members[-1] != node:
                        members.append(stack.pop())
                        on_stack.discard(members[-1])
                    found.append(members)
    return found
