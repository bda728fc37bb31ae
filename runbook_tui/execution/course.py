"""Carrying out a step or its rollback: intent, action, outcome, verification, each durable before the next begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from runbook_tui.execution import checks, clock, commands
from runbook_tui.execution.actions import Assignment, Watch, attach, judge, perform, wait
from runbook_tui.execution.commands import Standing
from runbook_tui.execution.model import ROLLING_BACK, Phase, StepStatus
from runbook_tui.execution.outcome import Outcome, Verdict
from runbook_tui.runbook.model import Check, Step

if TYPE_CHECKING:
    from runbook_tui.execution.framing import Value
    from runbook_tui.execution.session import Session

_READING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Course:
    """What carrying out takes, and the kinds of the checkpoints that tell of it."""

    step: Step
    assignment: Assignment
    verify: Check | None
    interrupted: str
    action_finished: str
    finished: str


def course_of(session: Session, step: Step, status: StepStatus) -> Course:
    """What is going on with a step, by its status: an attempt or a rollback."""
    if status.phase in ROLLING_BACK:
        return rollback_course(session, step, status.rollbacks)
    return step_course(session, step, status.attempts)


def step_course(session: Session, step: Step, attempt: int, secrets: Mapping[str, str] = {}) -> Course:
    """One attempt of a step.

    Args:
        session: of the run.
        step: to be done.
        attempt: its number.
        secrets: values that its commands get; those of a step that is found running are looked up where a check
            needs them.
    """
    assignment = Assignment(
        step,
        session.job(step, attempt),
        session.directory(step),
        session.environment(step),
        step.expect,
        step.timeout,
        secrets,
        session.hidden(step),
    )
    return Course(step, assignment, step.verify, "step-interrupted", "action-finished", "step-finished")


def rollback_course(session: Session, step: Step, attempt: int, secrets: Mapping[str, str] = {}) -> Course:
    """One try to undo a step that has a rollback; as :func:`step_course`."""
    assert step.rollback is not None
    assignment = Assignment(
        step.rollback,
        session.rollback_job(step, attempt),
        session.directory(step),
        session.environment(step),
        None,
        step.timeout,
        secrets,
        session.hidden(step),
    )
    kinds = ("rollback-interrupted", "rollback-action-finished", "rollback-finished")
    return Course(step, assignment, step.rollback.verify, *kinds)


def carry_out(session: Session, course: Course, watch: Watch) -> None:
    """Do the action of which the intent is recorded, and what follows from it."""
    outcome = perform(course.assignment, watch)
    if outcome is not None:
        _conclude(session, course, outcome, watch)


def take_up(session: Session, course: Course, status: StepStatus, watch: Watch) -> None:
    """Go on with what was found running: watch a command, wait on, verify."""
    if status.phase in {Phase.VERIFY, Phase.ROLLBACK_VERIFY}:
        verify(session, course, watch)
        return
    action = course.assignment.action
    if action.wait is not None:
        outcome = wait(session.began(course.step), action.wait, watch)
    else:
        outcome = attach(course.assignment, watch)
    if outcome is not None:
        _conclude(session, course, outcome, watch)


def verify(session: Session, course: Course, watch: Watch) -> None:
    """See whether it worked, when that needs no person."""
    check = course.verify
    if check is None or check.confirm is not None:
        return
    assignment = course.assignment
    if course.step.secrets and not assignment.secrets:
        assignment = replace(assignment, secrets=session.secrets(course.step))
    outcome = checks.verify(check, assignment, watch)
    if outcome is not None:
        session.append(course.finished, _said(course, {**outcome.values(), "part": "verify"}))


def settle(session: Session, step: Step) -> None:
    """Record what became of a step that was running when nobody watched any more. Nothing is assumed."""
    status = session.status(step.id)
    if status.phase not in {Phase.ACTION, Phase.ROLLBACK}:
        return
    course = course_of(session, step, status)
    action = course.assignment.action
    if action.run is not None:
        found = commands.find(course.assignment.job)
        if found.standing is Standing.NEVER:
            _interrupt(session, course, "it was about to start and never did")
        elif (outcome := judge(course.assignment, found)) is not None:
            _note_down(session, course, outcome, {"observed": "on-resume"})
    elif action.http is not None and action.http.method not in _READING:
        spent = max(0, clock.since_boot() - session.began(step)) // 1000
        told = f"nobody can know whether the {action.http.method} request had its effect"
        outcome = Outcome(Verdict.UNKNOWN, told, milliseconds=spent)
        _note_down(session, course, outcome, {"observed": "on-resume"})
    elif action.wait is None:
        _interrupt(session, course, "it was interrupted; it only reads and can be done again")


def _conclude(session: Session, course: Course, outcome: Outcome, watch: Watch) -> None:
    if _note_down(session, course, outcome, {}):
        verify(session, course, watch)


def _note_down(session: Session, course: Course, outcome: Outcome, more: dict[str, Value]) -> bool:
    """Record how the action ended; whether a verification has to follow."""
    follows = outcome.succeeded and course.verify is not None
    kind = course.action_finished if follows else course.finished
    session.append(kind, _said(course, {**outcome.values(), **more}))
    return follows


def _interrupt(session: Session, course: Course, message: str) -> None:
    session.append(course.interrupted, _said(course, {"message": message}))


def _said(course: Course, values: dict[str, Value]) -> dict[str, Value]:
    return {"step": course.step.id, **values}
