"""How long steps took before: what past runs of a runbook say about the next one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from statistics import median

from runbook_tui.execution.framing import Checkpoint
from runbook_tui.execution.runs import past_runs

MOST_RUNS = 5
"""Runs that are looked at, the newest ones: systems and machines change."""


def past_durations(runbook_path: Path, environment: str | None = None) -> dict[str, float]:
    """Machine time of steps in past runs, their verification included: the median of the last five.

    Rehearsals, instruction mode and attempts that failed say nothing about that, and are left out.

    Args:
        runbook_path: of the runbook, which need not be there any more.
        environment: only runs in this one; all of them when None.

    Returns:
        Seconds by the id of the step. Ids survive a regeneration, so they mean the same from release to release.
    """
    found: dict[str, list[float]] = {}
    looked = 0
    for checkpoints in past_runs(runbook_path):
        first = checkpoints[0].values
        if first.get("rehearsal") is True or first.get("instructions") is True:
            continue
        if environment is not None and first.get("environment") != environment:
            continue
        for step_id, seconds in _durations(checkpoints).items():
            found.setdefault(step_id, []).append(seconds)
        looked += 1
        if looked == MOST_RUNS:
            break
    return {step_id: median(seconds) for step_id, seconds in found.items()}


def _durations(checkpoints: Iterable[Checkpoint]) -> dict[str, float]:
    """Of each step, the time of its last attempt that succeeded."""
    done: dict[str, float] = {}
    going: dict[str, int] = {}
    for checkpoint in checkpoints:
        step_id, spent = checkpoint.values.get("step"), checkpoint.values.get("milliseconds")
        if not isinstance(step_id, str):
            continue
        if checkpoint.kind == "step-started":
            going[step_id] = 0
        elif (
            checkpoint.kind in {"action-finished", "step-finished"}
            and step_id in going
            and isinstance(spent, int)
        ):
            going[step_id] += spent
            if checkpoint.kind == "step-finished" and checkpoint.values.get("outcome") == "succeeded":
                done[step_id] = going.pop(step_id) / 1000
    return done
