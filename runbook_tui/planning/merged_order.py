"""The order of steps after a merge: the derived one, with a person's moves and additions where the needs allow it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence


def merged_order(
    before: Sequence[str],
    mine: Sequence[str],
    now: Sequence[str],
    kept: Collection[str],
    needs: Mapping[str, Collection[str]],
) -> tuple[list[str], list[str]]:
    """Order the steps of a merge.

    Args:
        before: ids in the order that was derived.
        mine: ids in the order of the document.
        now: ids in the order that is derived now.
        kept: ids of the result.
        needs: for every id of the result the ids that come before it.

    Returns:
        The order, and those of a person's moves that a need forbids.
    """
    placed = [step for step in now if step in kept]
    stay = _unmoved([step for step in before if step in mine], [step for step in mine if step in before])
    own = [
        step
        for step in mine
        if step in kept and (step not in placed or (step in before and step not in stay))
    ]
    placed = [step for step in placed if step not in own]
    anchors = _anchors([step for step in mine if step in kept])
    for step in own:
        anchor = anchors[step]
        placed.insert(placed.index(anchor) + 1 if anchor in placed else 0, step)
    ordered = _sound(placed, needs)
    position = {step: index for index, step in enumerate(ordered)}
    moved = [step for step in own if step in before and step in now]
    refused = [
        step
        for step in moved
        if any(position[other] < position[step] for other in placed[placed.index(step) + 1 :])
    ]
    return ordered, refused


def _anchors(order: Sequence[str]) -> dict[str, str | None]:
    """For every id the one directly before it."""
    return dict(zip(order, [None, *order], strict=False))


def _unmoved(before: Sequence[str], mine: Sequence[str]) -> set[str]:
    """A largest set of ids that stand in the same order in both; the others were moved.

    The longest increasing subsequence of the old positions, by patience sorting.
    """
    old = {step: index for index, step in enumerate(before)}
    tails: list[int] = []
    ends: list[str] = []
    previous: dict[str, str | None] = {}
    for step in mine:
        place = bisect_left(tails, old[step])
        previous[step] = ends[place - 1] if place else None
        tails[place : place + 1] = [old[step]]
        ends[place : place + 1] = [step]
    unmoved: set[str] = set()
    step_id = ends[-1] if ends else None
    while step_id is not None:
        unmoved.add(step_id)
        step_id = previous[step_id]
    return unmoved


def _sound(wanted: Sequence[str], needs: Mapping[str, Collection[str]]) -> list[str]:
    """The wanted order, but for steps that wait until what they need is placed; those of a cycle come last."""
    ordered: list[str] = []
    waiting = list(wanted)
    done: set[str] = set()
    while waiting:
        ready = next((step for step in waiting if done.issuperset(needs[step])), waiting[0])
        waiting.remove(ready)
        ordered.append(ready)
        done.add(ready)
    return ordered
