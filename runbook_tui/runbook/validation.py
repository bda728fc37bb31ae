"""What is wrong with a runbook as a whole: names that lead nowhere, and orders that cannot be.

A file with one of these problems is not read. What a good runbook should have besides is in
:mod:`runbook_tui.runbook.lint`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import pairwise

from runbook_tui.files.problems import Place, Problem
from runbook_tui.files.suggestions import did_you_mean, quoted
from runbook_tui.runbook.graph import cycle, order_violations
from runbook_tui.runbook.model import Need, Runbook, Window

Locate = Callable[[tuple[str | int, ...]], Place]
"""Gives the place of a location such as ``("steps", 3, "needs", 0)``."""


def semantic_problems(runbook: Runbook, place: Locate) -> list[Problem]:
    """Everything that no single field can know, in no particular order; empty when the runbook holds together."""
    problems = list(_window_problems(runbook.window, place))
    duplicates = list(_duplicate_ids(runbook, place))
    needs = list(_need_problems(runbook, place))
    problems += duplicates + needs
    if duplicates:
        return problems
    around = cycle(runbook.steps)
    if len(around) > 2:
        return [*problems, _cycle_problem(runbook, around, place)]
    if not around:
        problems += _order_problems(runbook, place)
    return problems


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
    for index, step in enumerate(runbook.steps):
        for position, need in enumerate(step.needs):
            where = place(("steps", index, "needs", position, "step"))
            if need.step == step.id:
                yield Problem(where, f"step '{step.id}' needs itself", "another step", "remove the need")
            elif need.step not in known:
                what = f"step '{step.id}' needs '{need.step}', which is not a step of this runbook"
                remedy = did_you_mean(need.step, known) or "add that step, or remove the need"
                yield Problem(where, what, "the id of a step", remedy)


def _position(runbook: Runbook, step_id: str, need: str) -> tuple[str | int, ...]:
    index = next(index for index, step in enumerate(runbook.steps) if step.id == step_id)
    needs = runbook.steps[index].needs
    return ("steps", index, "needs", next(i for i, other in enumerate(needs) if other.step == need))


def _cycle_problem(runbook: Runbook, around: tuple[str, ...], place: Locate) -> Problem:
    reasons = []
    for step_id, needed in pairwise(around):
        need = next(need for need in runbook.step(step_id).needs if need.step == needed)
        reasons.append(f"'{step_id}' needs '{needed}' because {because(need)}")
    what = "these steps wait for each other: " + "; ".join(reasons)
    return Problem(
        place(_position(runbook, around[0], around[1])), what, "an order", "remove one of these needs"
    )


def _order_problems(runbook: Runbook, place: Locate) -> Iterator[Problem]:
    for step, need in order_violations(runbook.steps):
        what = f"step '{step.id}' stands before '{need.step}', which it needs because {because(need)}"
        remedy = f"move '{step.id}' behind '{need.step}', or remove the need"
        yield Problem(place(_position(runbook, step.id, need.step)), what, "", remedy)
