"""Order, ancestors and contradictions of migrations that name their parents."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence


def in_order(parents: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str]]:
    """All ids with parents first, ties by id; and those on or behind a cycle, sorted, which come last."""
    children: dict[str, list[str]] = {name: [] for name in parents}
    missing: dict[str, int] = {}
    for name, above in parents.items():
        known = {parent for parent in above if parent in parents and parent != name}
        missing[name] = len(known) + (name in above)
        for parent in known:
            children[parent].append(name)
    ready = [name for name, count in missing.items() if not count]
    heapq.heapify(ready)
    ordered: list[str] = []
    while ready:
        name = heapq.heappop(ready)
        ordered.append(name)
        for child in children[name]:
            missing[child] -= 1
            if not missing[child]:
                heapq.heappush(ready, child)
    rest = sorted(set(parents) - set(ordered))
    return ordered + rest, rest


def ancestors(start: Iterable[str], parents: Mapping[str, Sequence[str]]) -> set[str]:
    """Everything that comes before one of these, without themselves unless they are on a cycle."""
    found: set[str] = set()
    waiting = [parent for name in start for parent in parents.get(name, ())]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += parents.get(name, ())
    return found


def heads(parents: Mapping[str, Sequence[str]]) -> list[str]:
    """Ids that are nobody's parent, sorted."""
    named = {parent for above in parents.values() for parent in above}
    return sorted(name for name in parents if name not in named)


def is_chain(parents: Mapping[str, Sequence[str]]) -> bool:
    """Whether every id has at most one parent and at most one child, and they hang together."""
    inside = [[parent for parent in above if parent in parents] for above in parents.values()]
    used = [parent for above in inside for parent in above]
    return all(len(above) <= 1 for above in inside) and len(used) == len(set(used)) == max(
        len(parents) - 1, 0
    )
