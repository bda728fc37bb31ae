"""What people decide: confirm, approve, decline, skip, mark, note, resolve. Every override has a reason."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from runbook_tui.execution import clock
from runbook_tui.execution.approvals import approval
from runbook_tui.execution.attempts import crossing, rehearse, require_needs
from runbook_tui.execution.checks import try_once
from runbook_tui.execution.course import course_of, verify
from runbook_tui.execution.errors import NotAllowed
from runbook_tui.execution.model import DONE, ROLLING_BACK, Phase, State, StepStatus
from runbook_tui.execution.pasted import keep
from runbook_tui.execution.session import reason
from runbook_tui.runbook.graph import dependents

if TYPE_CHECKING:
    from runbook_tui.execution.actions import Watch
    from runbook_tui.execution.framing import Value
    from runbook_tui.execution.session import Session
    from runbook_tui.runbook.model import Step

Resolution = Literal["worked", "again", "failed"]
_NOT_STARTED = (State.PENDING, State.WAITING, State.BLOCKED, State.FAILED, State.ROLLED_BACK)
_TOLD = 4000


@dataclass(frozen=True, slots=True)
class Checked:
    """What the verify of a step says now."""

    holds: bool
    message: str
    """Why it does not hold."""


def confirm(session: Session, step_id: str, note: str, watch: Watch, *, result: str = "") -> StepStatus:
    """A person did what a step says, or saw that it worked.

    When the step has a verify that needs no person, it runs here, to its end.

    Args:
        session: of the run.
        step_id: of the step.
        note: anything to remember.
        watch: who looks on.
        result: what the person saw printed; it is kept as the output of the step.

    Raises:
        NotAllowed: it does not wait for that, or the result lacks what the runbook expects in it.
        Drifted: something moved since the run began.
    """
    step = session.step(step_id)
    session.require_no_drift(step)
    with session.lock:
        note = reason(note, "")
        if session.state.rehearsal:
            return rehearse(session, step, note)
        status = _waiting(session, step, "confirmed")
        if status.phase is Phase.ACTION and step.approve is not None:
            raise NotAllowed(f"{step_id} is a decision; approve or decline it")
        _say(
            session, step, status, "step-confirmed", {"note": note, **_pasted(session, step, status, result)}
        )
        session.occupy(step)
    return _verified(session, step, watch)


def approve(
    session: Session,
    step_id: str,
    note: str,
    watch: Watch,
    *,
    by: str | None = None,
    signature: Path | None = None,
    break_glass: str = "",
) -> StepStatus:
    """A person decided that the run goes on here; see :mod:`runbook_tui.execution.approvals` for who may.

    Raises:
        NotAllowed: it does not wait for that, or the approval does not count.
        Drifted: something moved since the run began.
    """
    step = session.step(step_id)
    session.require_no_drift(step)
    with session.lock:
        note = reason(note, "")
        if session.state.rehearsal:
            return rehearse(session, step, note)
        status = _waiting(session, step, "approved")
        if step.approve is None or status.phase is not Phase.ACTION:
            raise NotAllowed(f"{step_id} is no decision; confirm it")
        values = approval(session, step, by=by, note=note, signature=signature, break_glass=break_glass)
        _say(session, step, status, "step-approved", values)
        if session.status(step_id).state is State.WAITING and session.status(step_id).phase is Phase.ACTION:
            return session.status(step_id)  # more people have to approve
        session.occupy(step)
    return _verified(session, step, watch)


def decline(session: Session, step_id: str, why: str) -> StepStatus:
    """A person did not approve, or what they were asked to confirm is not so.

    Raises:
        NotAllowed: it does not wait for a person, or there is no reason.
    """
    with session.lock:
        step = session.step(step_id)
        status = session.require(step, "declined", State.WAITING)
        told, waited = reason(why, "to decline"), _waited(session, step, status)
        return session.told("step-declined", step, {"reason": told, "waited_ms": waited})


def skip_consequences(session: Session, step_id: str) -> tuple[str, ...]:
    """Ids of the steps that wait for this one, directly or not, and are not done; in the order shown."""
    step = session.step(step_id)
    waiting = dependents(session.runbook.steps, step.id)
    return tuple(other for other in waiting if session.status(other).state not in DONE)


def skip(session: Session, step_id: str, why: str) -> StepStatus:
    """Leave a step out. Those that need it may start nevertheless; the record names them.

    Raises:
        NotAllowed: it was started and may have had an effect, or there is no reason.
    """
    with session.lock:
        step = session.step(step_id)
        _not_half_done(session.require(step, "skipped", *_NOT_STARTED), step)
        waiting = skip_consequences(session, step_id)
        values: dict[str, Value] = {"reason": reason(why, "to skip a step"), "waiting": len(waiting)}
        return session.told("step-skipped", step, {**values, "consequences": waiting[:100]})


def mark_done(session: Session, step_id: str, why: str) -> StepStatus:
    """Say that a step was done in another way.

    Raises:
        NotAllowed: it runs, is unknown or done, or there is no reason.
    """
    with session.lock:
        step = session.step(step_id)
        session.require(step, "marked as done", *_NOT_STARTED)
        values = {"reason": reason(why, "to mark a step as done"), **crossing(session, step)}
        return session.told("marked-done", step, values)


def fail(session: Session, step_id: str, why: str) -> StepStatus:
    """Say that a step failed, whatever it looks like.

    Raises:
        NotAllowed: it runs, is unknown or blocked, or there is no reason.
    """
    with session.lock:
        step = session.step(step_id)
        session.require(step, "marked as failed", State.PENDING, State.WAITING, State.SUCCEEDED)
        return session.told("marked-failed", step, {"reason": reason(why, "to mark a step as failed")})


def note(session: Session, text: str, step_id: str | None) -> None:
    """Write something down, about a step or the run.

    Raises:
        NotAllowed: it is empty, or there is no such step.
    """
    with session.lock:
        values: dict[str, Value] = {"by": session.operator, "text": reason(text, "a note")}
        if step_id is not None:
            values["step"] = session.step(step_id).id
        session.append("note", values)


def check(session: Session, step_id: str, watch: Watch) -> Checked:
    """Try the verify of a step once, as evidence for a decision. The state stays as it is.

    Raises:
        NotAllowed: it has none that needs no person, something is being done with it, or it is a rehearsal.
    """
    with session.lock:
        step = session.step(step_id)
        status = session.require(step, "checked", State.UNKNOWN, State.FAILED, State.SUCCEEDED, State.PENDING)
        course = course_of(session, step, status)
        if session.state.rehearsal or course.verify is None or course.verify.confirm is not None:
            raise NotAllowed(f"{step_id} has no verify that could be run now")
        session.occupy(step)
    with session.working(step):
        outcome = try_once(course.verify, course.assignment, watch)
        if outcome is not None:
            text = "the verify holds" if outcome.succeeded else f"the verify does not hold: {outcome.message}"
            session.told("checked", step, {**outcome.values(), "told": text[:_TOLD]})
            return Checked(outcome.succeeded, outcome.message)
    return Checked(False, "given up")


def resolve_unknown(session: Session, step_id: str, verdict: Resolution, why: str) -> StepStatus:
    """Say how a step ended of which nobody can know it.

    Args:
        session: of the run.
        step_id: of the step.
        verdict: ``worked``; ``again``, which makes it possible to run it again; ``failed``.
        why: may be empty for ``again`` when the step is safe to repeat.

    Raises:
        NotAllowed: it is not unknown, or there is no reason.
    """
    with session.lock:
        step = session.step(step_id)
        status = session.require(step, "resolved", State.UNKNOWN)
        repeats = verdict == "again" and step.repeatable and status.phase not in ROLLING_BACK
        told = reason(why, "" if repeats else "to say how a step ended")
        return session.told("unknown-resolved", step, {"verdict": verdict, "reason": told})


def _waiting(session: Session, step: Step, verb: str) -> StepStatus:
    """The status of a step that waits for a person; a note without an action may be confirmed as well."""
    if not step.action:
        status = session.require(step, verb, State.PENDING)
        require_needs(session, step)
        return status
    return session.require(step, verb, State.WAITING)


def _pasted(session: Session, step: Step, status: StepStatus, result: str) -> dict[str, Value]:
    """Keep what a person pasted, as the output of the step."""
    if not result.strip():
        return {}
    check = step.verify if status.phase is Phase.VERIFY else None
    expect = check.expect if check is not None else step.expect
    if expect is not None and expect not in result:
        raise NotAllowed(
            f"what was pasted does not contain {expect!r}; decline the step, or leave the result out and say in the "
            "note how it was seen"
        )
    part = "+verify" if status.phase is Phase.VERIFY else ""
    return keep(session, f"{step.id}{part}-{status.attempts + 1}", result)


def _say(session: Session, step: Step, status: StepStatus, kind: str, values: dict[str, Value]) -> None:
    part = status.phase.value or Phase.ACTION.value
    asked = _asked(step, status)[:_TOLD]
    waited = _waited(session, step, status)
    more = crossing(session, step) if part == Phase.ACTION.value else {}
    session.told(kind, step, {**values, "part": part, "told": asked, "waited_ms": waited, **more})


def _verified(session: Session, step: Step, watch: Watch) -> StepStatus:
    """Verify what was confirmed, when a machine can."""
    with session.working(step):
        status = session.status(step.id)
        if status.state is State.RUNNING:
            verify(session, course_of(session, step, status), watch)
    return session.status(step.id)


def _asked(step: Step, status: StepStatus) -> str:
    """The text that a person confirms."""
    if status.phase is Phase.VERIFY:
        return step.verify.confirm or "" if step.verify is not None else ""
    if status.phase is Phase.ROLLBACK_VERIFY:
        undo = step.rollback
        return undo.verify.confirm or "" if undo is not None and undo.verify is not None else ""
    return step.confirm or step.approve or step.description or step.title


def _waited(session: Session, step: Step, status: StepStatus) -> int:
    """Milliseconds since a person could have acted: since the last need was done, or the action was."""
    statuses = session.state.statuses
    ends = [statuses[need.step].finished_at for need in step.needs if need.step in statuses]
    since = [session.state.started_at, status.started_at, status.finished_at, *ends]
    latest = max(clock.wall_microseconds(at) for at in since if at)
    return max(0, clock.wall_microseconds(clock.now().at) - latest) // 1000


def _not_half_done(status: StepStatus, step: Step) -> None:
    if status.state is State.WAITING and status.phase is not Phase.ACTION:
        raise NotAllowed(f"{step.id} was done and waits to be verified; confirm or decline that")
