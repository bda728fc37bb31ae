"""What is wrong with a runbook as a whole: names that lead nowhere, and orders that cannot be.

A file with one of these problems is not read. What a good runbook should have besides is in
:mod:`runbook_tui.runbook.lint`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from runbook_tui.files.problems import MOST_SHOWN, Place, Problem
from runbook_tui.files.suggestions import did_you_mean, quoted
from runbook_tui.runbook.graph import cycle, entangled, order_violations
from runbook_tui.runbook.model import ACTIONS, Kind, Need, Runbook, Step, Window, wrong_actions

Locate = Callable[[tuple[str | int, ...]], Place]
"""Gives the place of a location such as ``("steps", 3, "needs", 0)``."""

_MOST_CYCLES = 20
_LONGEST_CYCLE = 12
"""Needs of one cycle that are written out."""


def semantic_problems(runbook: Runbook, place: Locate) -> list[Problem]:
    """Everything that no single field can know, in no particular order; empty when the runbook holds together."""
    problems = list(_window_problems(runbook.window, place))
    duplicates = list(_duplicate_ids(runbook, place))
    needs = list(_need_problems(runbook, place))
    problems += duplicates + needs + list(_secret_problems(runbook, place))
    if duplicates:
        return problems  # which of the steps with one id a need means is not known
    return [*problems, *_cycle_problems(runbook, place), *_order_problems(runbook, place)]


def action_problems(data: object, place: Locate) -> Iterator[Problem]:
    """Steps of a file with no action or several; for files with other defects, of which the model tells no more.

    Args:
        data: what the file holds.
        place: where a location stands.
    """
    steps = data.get("steps") if isinstance(data, dict) else None
    for index, step in enumerate(steps if isinstance(steps, list) else ()):
        if isinstance(step, dict):
            given = [name for name in ACTIONS if step.get(name) is not None]
            if len(given) > 1 or (not given and step.get("kind") != Kind.NOTE):
                yield Problem(place(("steps", index)), wrong_actions(given))


def because(need: Need) -> str:
    """The reason of a need with its evidence, in one line."""
    reason = " ".join(need.because.split())
    return f"{reason} ({need.source})" if need.source else reason


def _window_problems(window: Window | None, place: Locate) -> Iterator[Problem]:
    if window is None:
        return
    times: list[datetime] = []
    for name, written in (("start", window.start), ("end", window.end)):
        try:
            times.append(datetime.fromisoformat(written))
        except ValueError:
            what = f"there is no such time as {quoted(written)}"
            yield Problem(place(("window", name)), what, "a time such as 2026-11-24T09:30+01:00")
    if len(times) == 2 and times[1] <= times[0]:
        yield Problem(
            place(("window", "end")),
            "the window ends before it starts",
            f"a time after {quoted(window.start)}",
        )


def _duplicate_ids(runbook: Runbook, place: Locate) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, step in enumerate(runbook.steps):
        if step.id in first:
            line = place(("steps", first[step.id], "id")).line
            what = f"the id '{step.id}' is here for the second time (first in line {line})"
            yield Problem(place(("steps", index, "id")), what, "every id once", "rename one of the two")
        first.setdefault(step.id, index)


def _need_problems(runbook: Runbook, place: Locate) -> Iterator[Problem]:
    known = {step.id for step in runbook.steps}
    unknown = 0
    for index, step in enumerate(runbook.steps):
        for position, need in enumerate(step.needs):
            where = place(("steps", index, "needs", position, "step"))
            if need.step == step.id:
                yield Problem(where, f"step '{step.id}' needs itself", "another step", "remove the need")
            elif need.step not in known:
                unknown += 1
                what = f"step '{step.id}' needs '{need.step}', which is not a step of this runbook"
                # Comparing thousands of names with thousands takes minutes, and so many problems are not shown.
                close = did_you_mean(need.step, known) if unknown <= MOST_SHOWN else ""
                yield Problem(where, what, "the id of a step", close or "add that step, or remove the need")


def _secret_problems(runbook: Runbook, place: Locate) -> Iterator[Problem]:
    for index, step in enumerate(runbook.steps):
        for position, name in enumerate(step.secrets):
            if name not in runbook.secrets:
                what = f"step '{step.id}' uses the secret {quoted(name)}, which 'secrets' does not name"
                remedy = did_you_mean(name, runbook.secrets) or "add it to 'secrets' at the top"
                yield Problem(
                    place(("steps", index, "secrets", position)), what, "a key of 'secrets'", remedy
                )


def _cycle_problems(runbook: Runbook, place: Locate) -> Iterator[Problem]:
    """Cycles that have no step in common; one that has is found once the others are mended."""
    index = {step.id: number for number, step in enumerate(runbook.steps)}
    left = _without_own(runbook.steps)
    for _ in range(_MOST_CYCLES):
        around = cycle(left)
        if not around:
            return
        ways = [
            (
                index[step_id],
                next(need for need in runbook.steps[index[step_id]].needs if need.step == needed),
            )
            for step_id, needed in pairwise(around)
        ]
        reasons = [
            f"'{runbook.steps[number].id}' needs '{need.step}' because {because(need)}"
            for number, need in ways[:_LONGEST_CYCLE]
        ]
        if len(ways) > _LONGEST_CYCLE:
            reasons.append(f"and so on, over {len(ways)} steps back to '{around[0]}'")
        number, need = ways[0]
        where = place(("steps", number, "needs", runbook.steps[number].needs.index(need)))
        what = "these steps wait for each other: " + "; ".join(reasons)
        yield Problem(where, what, "an order", "remove one of these needs")
        left = [step for step in left if step.id not in around]


def _order_problems(runbook: Runbook, place: Locate) -> Iterator[Problem]:
    """Steps in the wrong order; of those that wait for each other no order is right."""
    index = {step.id: number for number, step in enumerate(runbook.steps)}
    tangled = entangled(_without_own(runbook.steps))
    for step, need in order_violations(runbook.steps):
        if step.id in tangled and need.step in tangled:
            continue
        where = place(("steps", index[step.id], "needs", step.needs.index(need)))
        what = f"step '{step.id}' stands before '{need.step}', which it needs because {because(need)}"
        remedy = f"move '{step.id}' behind '{need.step}', or remove the need"
        yield Problem(where, what, "", remedy)


def _without_own(steps: Sequence[Step]) -> list[Step]:
    """The steps without those needs of their own that name themselves, which are told apart."""
    return [
        step.model_copy(update={"needs": tuple(need for need in step.needs if need.step != step.id)})
        if any(need.step == step.id for need in step.needs)
        else step
        for step in steps
    ]
