"""Cycles among edges: one, the shortest, of every group of entries that need each other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from runbook_tui.catalog.importing.model import Edge

_After = dict[str, dict[str, Edge]]


def cycles(edges: Sequence[Edge]) -> Iterator[list[Edge]]:
    """The shortest cycle through the first name of each strongly connected group, in order of the names."""
    after, before = _core(edges)
    left = set(after)
    for name in sorted(after):
        if name in left:
            group = _walk(name, after.__getitem__) & _walk(name, before.__getitem__)
            left -= group
            if len(group) > 1:
                yield _shortest(name, after, group)


def _core(edges: Sequence[Edge]) -> tuple[_After, Mapping[str, set[str]]]:
    """What is left when entries that need nothing, or that nothing needs, are taken away until there is none."""
    names = {name for edge in edges for name in (edge.source, edge.target)}
    after: _After = {name: {} for name in names}
    before: dict[str, set[str]] = {name: set() for name in names}
    for edge in sorted(edges, key=lambda edge: (edge.place, edge.kind.value)):
        after[edge.source].setdefault(edge.target, edge)
        before[edge.target].add(edge.source)
    ends = deque(name for name in names if not after[name] or not before[name])
    while ends:
        name = ends.popleft()
        if name not in after:
            continue
        for target in after.pop(name):
            before[target].discard(name)
            ends.extend([target] if not before[target] else [])
        for source in before.pop(name):
            after[source].pop(name, None)
            ends.extend([source] if not after[source] else [])
    return after, before


def _walk(start: str, following: Callable[[str], Iterable[str]]) -> set[str]:
    """Everything that can be reached."""
    seen, queue = {start}, deque([start])
    while queue:
        for name in following(queue.popleft()):
            if name not in seen:
                seen.add(name)
                queue.append(name)
    return seen


def _shortest(start: str, after: _After, group: set[str]) -> list[Edge]:
    """The shortest way from an entry back to itself."""
    came: dict[str, Edge] = {}
    queue = deque([start])
    while start not in came:
        name = queue.popleft()
        for target in sorted(after[name].keys() & group):
            if target not in came:
                came[target] = after[name][target]
                queue.append(target)
    path = [came[start]]
    while path[-1].source != start:
        path.append(came[path[-1].source])
    return path[::-1]
