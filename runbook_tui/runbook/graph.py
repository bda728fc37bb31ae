"""What the needs of the steps say about their order. Pure; every function takes the steps in the order shown.

A need of a step that is not there is left out of account: :mod:`runbook_tui.runbook.validation` reports it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from runbook_tui.runbook.model import Need, Step

_ENOUGH = 500_000
"""Steps to look at for a shorter cycle: all ways through a thousand that wait for each other, in half a second."""


def _before(steps: Iterable[Step]) -> dict[str, tuple[str, ...]]:
    """Step id to the ids of its direct needs, both in the order of the file."""
    steps = tuple(steps)
    known = {step.id for step in steps}
    return {step.id: tuple(dict.fromkeys(n.step for n in step.needs if n.step in known)) for step in steps}


def _after(before: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """The same edges the other way round: step id to those that need it directly."""
    after: dict[str, list[str]] = {name: [] for name in before}
    for name, needs in before.items():
        for need in needs:
            after[need].append(name)
    return after


def _reached(edges: Mapping[str, Iterable[str]], start: str) -> set[str]:
    """Everything that can be reached from ``start``, without itself unless a cycle leads back."""
    found: set[str] = set()
    waiting = list(edges.get(start, ()))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(edges[name])
    return found


def waves(steps: Sequence[Step]) -> tuple[tuple[str, ...], ...]:
    """Ids of steps that do not wait for each other, wave after wave; in the order shown inside a wave.

    A step is in the first wave that comes after all its needs.

    Raises:
        ValueError: the needs form a cycle; see :func:`cycle`.
    """
    before = _before(steps)
    after = _after(before)
    missing = {name: len(needs) for name, needs in before.items()}
    position = {step.id: index for index, step in enumerate(steps)}
    found: list[tuple[str, ...]] = []
    wave = [name for name, count in missing.items() if not count]
    while wave:
        found.append(tuple(sorted(wave, key=position.__getitem__)))
        following = []
        for name in wave:
            for dependent in after[name]:
                missing[dependent] -= 1
                if not missing[dependent]:
                    following.append(dependent)
        wave = following
    if sum(map(len, found)) != len(before):
        raise ValueError("the needs form a cycle: " + " → ".join(cycle(steps)))
    return tuple(found)


def cycle(steps: Sequence[Step]) -> tuple[str, ...]:
    """One shortest cycle of the needs: each id needs the next, the last is the first; empty without one.

    Of thousands of steps that wait for each other a short one, which takes a moment; the shortest would take minutes.
    """
    before = _before(steps)
    tangled = _on_cycles(before)
    if not tangled:
        return ()
    shortest: tuple[str, ...] = ()
    looked_at = 0
    for start in (_on_one(before, tangled), *tangled):
        limit = len(shortest) - 2 if shortest else len(before)
        found, count = _shortest_back(before, start, limit=limit)
        shortest = found or shortest
        looked_at += count
        if looked_at > _ENOUGH:
            break
    return shortest


def entangled(steps: Sequence[Step]) -> frozenset[str]:
    """Ids of the steps on cycles of the needs, and between two of them: no order of these exists."""
    return frozenset(_on_cycles(_before(steps)))


def _on_one(before: Mapping[str, Sequence[str]], tangled: Sequence[str]) -> str:
    """A step that is on a cycle: each of the entangled ones needs another, so following them comes round."""
    left = frozenset(tangled)
    name = tangled[0]
    passed: set[str] = set()
    while name not in passed:
        passed.add(name)
        name = next(need for need in before[name] if need in left)
    return name


def _on_cycles(before: Mapping[str, Sequence[str]]) -> list[str]:
    """What is left after steps without open needs, and steps that nothing open needs, are taken away."""
    left = dict(before)
    for edges in (before, _after(before)):
        backwards = _after(edges)
        missing = {name: sum(other in left for other in edges[name]) for name in left}
        free = [name for name, count in missing.items() if not count]
        while free:
            name = free.pop()
            del left[name]
            for other in backwards[name]:
                if other in left:
                    missing[other] -= 1
                    if not missing[other]:
                        free.append(other)
    return list(left)


def _shortest_back(
    before: Mapping[str, Sequence[str]], start: str, *, limit: int
) -> tuple[tuple[str, ...], int]:
    """The shortest way from ``start`` back to itself, of at most ``limit`` edges, or an empty one.

    And how many steps were looked at for it.
    """
    came_from: dict[str, str] = {}
    level = [start]
    for _ in range(limit):
        following = []
        for name in level:
            for need in before[name]:
                if need == start:
                    way = [start, name]
                    while way[-1] != start:
                        way.append(came_from[way[-1]])
                    return tuple(reversed(way)), len(came_from)
                if need not in came_from:
                    came_from[need] = name
                    following.append(need)
        level = following
    return (), len(came_from)


def dependents(steps: Sequence[Step], step_id: str) -> tuple[str, ...]:
    """Everything that waits for a step, directly or not, in the order shown."""
    found = _reached(_after(_before(steps)), step_id)
    return tuple(step.id for step in steps if step.id in found)


def prerequisites(steps: Sequence[Step], step_id: str) -> tuple[str, ...]:
    """Everything that a step waits for, directly or not, in the order shown."""
    found = _reached(_before(steps), step_id)
    return tuple(step.id for step in steps if step.id in found)


def unordered(steps: Sequence[Step], step_id: str) -> tuple[str, ...]:
    """The steps that nothing orders before or after this one, in the order shown."""
    before = _before(steps)
    ordered = _reached(before, step_id) | _reached(_after(before), step_id) | {step_id}
    return tuple(step.id for step in steps if step.id not in ordered)


def point_of_no_return(steps: Sequence[Step]) -> str | None:
    """Id of the first step, in the order shown, whose effect cannot be rolled back."""
    return next((step.id for step in steps if not step.reversible), None)


def order_violations(steps: Sequence[Step]) -> list[tuple[Step, Need]]:
    """Steps that stand before something they need, each with that need; in the order shown."""
    position = {step.id: index for index, step in enumerate(steps)}
    return [
        (step, need)
        for index, step in enumerate(steps)
        for need in step.needs
        if position.get(need.step, -1) > index
    ]
