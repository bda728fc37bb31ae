"""What a run amounted to, as values for the faces and the documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from runbook_tui.execution import clock
from runbook_tui.execution.framing import Checkpoint
from runbook_tui.execution.model import RunState, State
from runbook_tui.runbook.model import Runbook

_DEVIATIONS = {
    "step-skipped": "reason",
    "marked-done": "reason",
    "marked-failed": "reason",
    "unknown-resolved": "reason",
    "step-declined": "reason",
    "step-edited": "reason",
    "rewound": "reason",
    "rollback-started": "told",
    "drift-accepted": "reason",
    "handed-over": "note",
    "taken-over": "reason",
    "interrupted": "because",
    "stop-requested": "",
    "accepted-shorter": "reason",
    "recovered": "because",
    "continued-from": "because",
    "redacted": "reason",
}
"""Kinds of checkpoints that tell of a deviation, and the key that says why."""
_ENDS = frozenset({"action-finished", "step-finished", "rollback-action-finished", "rollback-finished"})


@dataclass(frozen=True, slots=True)
class StepReport:
    """One step as it ended, or stands."""

    id: str
    title: str
    owner: str | None
    state: State
    attempts: int
    started_at: str | None
    finished_at: str | None
    seconds: float | None
    """Machine time of the last attempt."""
    estimate: float | None
    """Seconds that it was expected to take."""
    waited: float
    """Seconds that people were waited for."""
    by: str | None
    message: str
    output: str | None
    """Path relative to the folder of the run."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """Something that was not done as planned, or that somebody decided: what a reviewer asks about."""

    at: str
    """Wall clock, UTC, ISO 8601."""
    kind: str
    """Of the checkpoint: ``step-edited``, ``drift-accepted``, ``break-glass`` ..."""
    by: str
    step: str | None
    text: str
    """The reason, in the words of who gave it."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """A whole run. All times in seconds; ``machine`` and ``waiting`` together are ``elapsed``."""

    state: RunState
    steps: tuple[StepReport, ...]
    elapsed: float
    """From the first checkpoint to the last."""
    machine: float
    """While something ran; what ran at the same time counts once."""
    waiting: float
    """While nothing ran: people decided, read, or had left."""
    overrides: tuple[StepReport, ...]
    """Skipped, marked by a person, rolled back: what a reader has to look at."""
    deviations: tuple[Deviation, ...] = ()
    """Everything that was not done as planned, in the order in which it happened."""


def report(runbook: Runbook, checkpoints: Iterable[Checkpoint], state: RunState) -> RunReport:
    """Sum up a run.

    Args:
        runbook: the frozen one.
        checkpoints: all of them.
        state: what they fold to.
    """
    checkpoints = tuple(checkpoints)
    steps = tuple(_step_report(runbook, state, index) for index in range(len(runbook.steps)))
    overridden = {
        str(checkpoint.values.get("step"))
        for checkpoint in checkpoints
        if checkpoint.kind in {"step-skipped", "marked-done", "marked-failed", "unknown-resolved"}
        or checkpoint.kind.startswith("rollback-")
    }
    elapsed = _elapsed(checkpoints)
    machine = min(elapsed, _machine(checkpoints))
    return RunReport(
        state,
        steps,
        elapsed,
        machine,
        elapsed - machine,
        tuple(step for step in steps if step.id in overridden),
        tuple(deviation for checkpoint in checkpoints for deviation in _deviations(checkpoint)),
    )


def _deviations(checkpoint: Checkpoint) -> Iterator[Deviation]:
    values = checkpoint.values
    said = {key: str(value) for key, value in values.items() if isinstance(value, str)}
    told = ""
    kind = checkpoint.kind
    if kind == "step-approved" and said.get("break_glass"):
        kind, told = "break-glass", said["break_glass"]
    elif kind in _DEVIATIONS:
        told = said.get(_DEVIATIONS[kind], "")
    elif not values.get("past_no_return"):
        return
    if values.get("past_no_return"):
        kind, told = "past-no-return", told or said.get("told", "")
    if kind == "drift-accepted":
        drifts = values.get("drift")
        what = "; ".join(map(str, drifts)) if isinstance(drifts, (list, tuple)) else ""
        told = f"{told}: {what}"
    by = said.get("by") or said.get("operator") or ""
    yield Deviation(checkpoint.at, kind, by, said.get("step"), told)


def _step_report(runbook: Runbook, state: RunState, index: int) -> StepReport:
    step = runbook.steps[index]
    status = state.statuses[step.id]
    return StepReport(
        step.id,
        step.title,
        step.owner,
        status.state,
        status.attempts,
        status.started_at,
        status.finished_at,
        status.seconds,
        step.estimate,
        status.waited,
        status.by,
        status.rolled_back_message or status.message,
        status.output,
    )


def _elapsed(checkpoints: tuple[Checkpoint, ...]) -> float:
    """By the wall clock, which alone goes on from one boot to the next."""
    if not checkpoints:
        return 0.0
    first, last = checkpoints[0], checkpoints[-1]
    if first.boot == last.boot:
        return (last.mono - first.mono) / 1e6
    return max(0, clock.wall_microseconds(last.at) - clock.wall_microseconds(first.at)) / 1e6


def _machine(checkpoints: tuple[Checkpoint, ...]) -> float:
    """The time during which anything ran: the union of all intervals that outcomes tell of, boot by boot."""
    intervals = []
    for checkpoint in checkpoints:
        spent = checkpoint.values.get("milliseconds")
        if checkpoint.kind in _ENDS and isinstance(spent, int):
            intervals.append((checkpoint.boot, checkpoint.mono - spent * 1000, checkpoint.mono))
    total = 0
    boot, end = "", 0
    for interval_boot, start, stop in sorted(intervals):
        if interval_boot != boot:
            boot, end = interval_boot, start
        total += max(0, stop - max(start, end))
        end = max(end, stop)
    return total / 1e6
