"""Undoing what was done, the last finished step first, up to the point of no return."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runbook_tui.execution.attempts import intent
from runbook_tui.execution.course import carry_out, course_of, rollback_course, settle, take_up
from runbook_tui.execution.errors import NotAllowed
from runbook_tui.execution.model import ROLLING_BACK, Phase, RollbackPlan, RunState, State, StepStatus
from runbook_tui.execution.session import reason
from runbook_tui.runbook.graph import dependents
from runbook_tui.runbook.model import Kind, Runbook, Step

if TYPE_CHECKING:
    from runbook_tui.execution.actions import Watch
    from runbook_tui.execution.session import Session

_EFFECTS = frozenset({Kind.MIGRATE, Kind.DEPLOY, Kind.BACKFILL})
_TOUCHED = frozenset({State.SUCCEEDED, State.FAILED, State.UNKNOWN, State.RUNNING})


def rollback_plan(runbook: Runbook, state: RunState) -> RollbackPlan:
    """What to undo, in which order, and where it ends. Pure.

    A step that failed or is unknown may have had a part of its effect and is undone as well. A step without a rollback
    is undone by hand when it migrates, deploys or backfills, and has nothing to undo otherwise.
    """
    touched = [step for step in runbook.steps if _touched(state.statuses[step.id])]
    touched.sort(key=lambda step: state.statuses[step.id].number, reverse=True)
    steps: list[str] = []
    by_hand: list[str] = []
    nothing: list[str] = []
    for step in touched:
        if not step.reversible:
            because = step.irreversible_because or "its effect cannot be rolled back"
            plan = RollbackPlan(tuple(steps), step.id, f"point of no return: {step.id}: {because}")
            return _with(plan, by_hand, nothing)
        if step.rollback is None and step.kind not in _EFFECTS:
            nothing.append(step.id)
            continue
        steps.append(step.id)
        if step.rollback is None or step.rollback.confirm is not None:
            by_hand.append(step.id)
    because = "" if steps else "nothing was done that has to be undone"
    return _with(RollbackPlan(tuple(steps), None, because), by_hand, nothing)


def roll_back(session: Session, step_id: str, watch: Watch, *, confirmed: bool, note: str) -> StepStatus:
    """Undo one step, or go on with a rollback that was found running.

    Args:
        session: of the run.
        step_id: the first of the plan, or one that nothing done depends on.
        watch: who looks on.
        confirmed: a person did it by hand.
        note: how, when it was done by hand though a command is written down.

    Raises:
        NotAllowed: it cannot be undone now, or only a person can do it.
    """
    step = session.step(step_id)
    known = session.secrets(step) if step.rollback is not None and not session.state.rehearsal else {}
    with session.lock:
        if step_id in session.active:
            raise NotAllowed(f"something is being done with {step_id}; stop it first")
        status = session.status(step_id)
        found = status.state is State.RUNNING and status.phase in ROLLING_BACK
        if found:
            settle(session, step)
            status, before = session.status(step_id), status.before
            found = status.state is State.RUNNING
            if not found and status.state is not before:
                return status  # it had ended by itself
        if found:
            course = course_of(session, step, status)
        else:
            _refuse(session, step, status)
            if (
                session.state.rehearsal
                or confirmed
                or step.rollback is None
                or step.rollback.confirm is not None
            ):
                return _by_hand(session, step, confirmed, note)
            attempt = status.rollbacks + 1
            course = rollback_course(session, step, attempt, known)
            session.append("rollback-started", intent(session, step, step.rollback, attempt))
        session.occupy(step)
    with session.working(step):
        if found:
            take_up(session, course, status, watch)
        else:
            carry_out(session, course, watch)
    return session.status(step_id)


def _touched(status: StepStatus) -> bool:
    if status.state is State.WAITING:
        return status.phase is not Phase.ACTION
    return status.state in _TOUCHED and (status.attempts > 0 or status.state is State.SUCCEEDED)


def _with(plan: RollbackPlan, by_hand: list[str], nothing: list[str]) -> RollbackPlan:
    return RollbackPlan(plan.steps, plan.stops_at, plan.because, tuple(by_hand), tuple(nothing))


def _refuse(session: Session, step: Step, status: StepStatus) -> None:
    """Say why a step cannot be undone now."""
    if status.state is State.UNKNOWN:
        raise NotAllowed(f"{step.id}: {status.message}; say whether it worked before it is undone")
    if status.state is State.RUNNING:
        raise NotAllowed(f"{step.id} is running; stop it first")
    plan = rollback_plan(session.runbook, session.state)
    if step.id not in plan.steps:
        word = status.state.value.replace("_", " ")
        raise NotAllowed(
            f"{step.id} ({word}) is not among what can be undone; {plan.because or 'see the plan'}"
        )
    waiting = set(dependents(session.runbook.steps, step.id))
    first = next((other for other in plan.steps if other in waiting), None)
    if first is not None:
        raise NotAllowed(f"{first} was done after {step.id} and needs it; undo {first} first")


def _by_hand(session: Session, step: Step, confirmed: bool, note: str) -> StepStatus:
    """Record an undoing that no command does: by a person, or in a rehearsal."""
    if session.state.rehearsal:
        told = reason(note, "") or "rehearsed"
        return session.told("rollback-finished", step, {"outcome": "succeeded", "note": told})
    written = step.rollback.confirm if step.rollback is not None else None
    if not confirmed:
        told = written or "no rollback is written down for it"
        raise NotAllowed(f"{step.id} is undone by a person: {told}; say when it is done")
    note = reason(note, "" if written else "to undo a step in another way than by its rollback")
    done = {"outcome": "succeeded", "note": note or "undone by hand"}
    return session.told("rollback-finished", step, {**done, "by_hand": True})
