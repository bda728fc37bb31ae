"""Verifying that a step worked: try again until it holds or its time is up."""

from __future__ import annotations

import time
from dataclasses import replace

from runbook_tui.execution import clock, commands
from runbook_tui.execution.actions import STOPPED, Assignment, Watch, perform
from runbook_tui.execution.commands import Job
from runbook_tui.execution.folder import JOBS, OUTPUT
from runbook_tui.execution.outcome import Outcome, Verdict
from runbook_tui.runbook.duration import format_duration
from runbook_tui.runbook.model import Check

_ASKED_EVERY = 0.1


def verify(check: Check, assignment: Assignment, watch: Watch) -> Outcome | None:
    """Try a check every ``check.every`` seconds, for ``check.timeout`` seconds at most.

    Args:
        check: run, http or sql.
        assignment: of the step that is verified; the tries take its directory and environment, and its name.
        watch: who looks on.

    Returns:
        How the last try ended, with the time of all of them; None when the watcher left.
    """
    began = clock.since_boot()
    ends = began + round(check.timeout * 1_000_000)
    said = ""
    previous: Job | None = None
    while True:
        left = max(0.05, (ends - clock.since_boot()) / 1_000_000)
        job = _next_job(assignment.job)
        if previous is not None:
            commands.discard(previous)
        outcome = perform(
            replace(assignment, action=check, job=job, expect=check.expect, timeout=left), watch
        )
        if outcome is None:
            return None
        spent = clock.since_boot() - began
        if outcome.succeeded:
            return replace(outcome, milliseconds=spent // 1000)
        if watch.cancelled():
            return _stopped(outcome, spent // 1000)
        if clock.since_boot() + check.every * 1_000_000 >= ends:
            return _in_vain(outcome, check, spent // 1000)
        if outcome.message != said:
            said = outcome.message
            watch.on_event(f"does not hold yet: {said}; again every {format_duration(check.every)}")
        pause(check.every, watch)
        if watch.leave():
            return None
        if watch.cancelled():
            return _stopped(outcome, (clock.since_boot() - began) // 1000)
        previous = job


def try_once(check: Check, assignment: Assignment, watch: Watch) -> Outcome | None:
    """Try a check a single time.

    Returns:
        How that ended; None when the watcher left.
    """
    job = _next_job(assignment.job)
    return perform(
        replace(assignment, action=check, job=job, expect=check.expect, timeout=check.timeout), watch
    )


def _stopped(outcome: Outcome, milliseconds: int) -> Outcome:
    return replace(outcome, verdict=Verdict.FAILED, message=STOPPED, milliseconds=milliseconds)


def _in_vain(outcome: Outcome, check: Check, milliseconds: int) -> Outcome:
    message = f"did not hold within {format_duration(check.timeout)}: {outcome.message}"
    return replace(outcome, verdict=Verdict.FAILED, message=message, milliseconds=milliseconds)


def pause(seconds: float, watch: Watch) -> None:
    """Let time pass, time that the machine sleeps included, or until the watcher leaves or stops it."""
    ends = clock.since_boot() + round(seconds * 1_000_000)
    while (left := ends - clock.since_boot()) > 0 and not watch.interrupted():
        time.sleep(min(left / 1_000_000, _ASKED_EVERY))


def _next_job(of: Job) -> Job:
    """A job that no try before has used, this or an interrupted one."""
    prefix = f"{of.name}+verify-"
    paths = (path for folder in (JOBS, OUTPUT) for path in (of.run / folder).glob(f"{prefix}*"))
    used = (path.name[len(prefix) :].split(".")[0] for path in paths)
    return Job(of.run, f"{prefix}{max((int(n) for n in used if n.isdigit()), default=0) + 1}")
