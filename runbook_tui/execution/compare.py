"""Two runs of one runbook side by side: a rehearsal and the release, last month's and this one."""

from __future__ import annotations

from dataclasses import dataclass

from runbook_tui.execution.model import State
from runbook_tui.execution.report import RunReport, StepReport, report
from runbook_tui.execution.runs import RunView


@dataclass(frozen=True, slots=True)
class SideOfStep:
    """One step in one of two runs."""

    state: str
    seconds: float | None
    """Machine time of its last attempt."""
    attempts: int
    deviations: tuple[str, ...]
    """What was not as the runbook says: skipped, marked by hand, edited, tried again."""


@dataclass(frozen=True, slots=True)
class StepInBoth:
    """One step and how it went in each run; None where the run has no such step."""

    id: str
    first: SideOfStep | None
    second: SideOfStep | None

    @property
    def differs(self) -> bool:
        """Whether it ended in another state, or with other deviations."""
        if self.first is None or self.second is None:
            return True
        one, two = self.first, self.second
        return (one.state, one.deviations) != (two.state, two.deviations)


@dataclass(frozen=True, slots=True)
class Side:
    """One of two runs."""

    run: str
    environment: str
    rehearsal: bool
    operator: str
    outcome: str
    elapsed: float
    machine: float
    waiting: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs and all steps of either, in the order of the first run."""

    same_runbook: bool
    """Whether both executed the same bytes."""
    first: Side
    second: Side
    steps: tuple[StepInBoth, ...]


def compare(first: RunView, second: RunView) -> Comparison:
    """Compare two runs step by step."""
    reports = [report(view.runbook, view.checkpoints, view.state) for view in (first, second)]
    sides = [{step.id: _side_of_step(found, step) for step in found.steps} for found in reports]
    ids = dict.fromkeys([*sides[0], *sides[1]])
    digests = [view.checkpoints[0].values.get("digest") for view in (first, second)]
    steps = tuple(StepInBoth(step_id, sides[0].get(step_id), sides[1].get(step_id)) for step_id in ids)
    return Comparison(digests[0] == digests[1], _side(reports[0]), _side(reports[1]), steps)


def _side(found: RunReport) -> Side:
    state = found.state
    outcome = state.finished or "not finished"
    times = (found.elapsed, found.machine, found.waiting)
    return Side(state.run_id, state.environment, state.rehearsal, state.operator, outcome, *times)


def _side_of_step(found: RunReport, step: StepReport) -> SideOfStep:
    told = []
    if step.attempts > 1:
        told.append(f"{step.attempts} attempts")
    status = found.state.statuses[step.id]
    if status.edited:
        told.append("its command was changed")
    if step in found.overrides and step.state is not State.SKIPPED:
        told.append(f"decided by {step.by or 'hand'}")
    if step.state in {State.SKIPPED, State.ROLLED_BACK} and step.message:
        told.append(step.message.splitlines()[0])
    return SideOfStep(step.state.value, step.seconds, step.attempts, (*told, *status.flags))
