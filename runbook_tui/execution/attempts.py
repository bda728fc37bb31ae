"""Running a step: whether it may start, the intent, and everything up to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runbook_tui.execution import checks
from runbook_tui.execution.actions import STOPPED, told
from runbook_tui.execution.course import carry_out, course_of, settle, step_course, take_up
from runbook_tui.execution.errors import NotAllowed
from runbook_tui.execution.model import DONE, NOT_SAFE, ROLLING_BACK, Phase, State, StepStatus
from runbook_tui.runbook.digest import digest
from runbook_tui.runbook.duration import format_duration

if TYPE_CHECKING:
    from runbook_tui.execution.actions import Watch
    from runbook_tui.execution.framing import Value
    from runbook_tui.execution.session import Session
    from runbook_tui.runbook.model import Actionable, Step

_MAY_START = frozenset({State.PENDING, State.FAILED, State.ROLLED_BACK})
_TOLD = 4000
_VERBS = {
    "run": "run ",
    "http": "request ",
    "sql": "query ",
    "confirm": "ask to confirm: ",
    "approve": "ask to approve: ",
    "wait": "",
    "": "do ",
}


def run_step(
    session: Session, step_id: str, watch: Watch, *, past_no_return: bool, repeat: bool = False
) -> StepStatus:
    """Start a step, or go on with one that was found running; try again as often as the runbook says.

    Raises:
        NotAllowed: it may not start now.
        Drifted: something moved since the run began.
        SecretMissing: a secret that its commands need has no value.
        RecordFailed: the record cannot be written.
    """
    step = session.step(step_id)
    first = session.status(step_id).attempts + 1
    while True:
        status = _attempt(session, step, watch, past_no_return=past_no_return, repeat=repeat)
        tries = status.attempts - first + 1
        if step.retry is None or not _try_again(status, tries, step.retry.times):
            return status
        watch.on_event(
            f"attempt {tries + 1} of {step.retry.times} in {format_duration(step.retry.delay)}: {status.message}"
        )
        with session.lock:
            session.occupy(step)
        with session.working(step):
            checks.pause(step.retry.delay, watch)
            if watch.interrupted():
                return status


def _try_again(status: StepStatus, tries: int, most: int) -> bool:
    """Whether an attempt failed by itself; what the operator stopped is not begun again."""
    return (
        status.state is State.FAILED
        and status.phase not in ROLLING_BACK
        and tries < most
        and STOPPED not in status.message
    )


def _attempt(session: Session, step: Step, watch: Watch, *, past_no_return: bool, repeat: bool) -> StepStatus:
    secrets: dict[str, str] = {}
    if session.status(step.id).state is not State.RUNNING:
        session.require_no_drift(step)
        secrets = {} if session.state.rehearsal else session.secrets(step)
    with session.lock:
        if session.state.rehearsal:
            return rehearse(session, step)
        running = session.status(step.id).state is State.RUNNING
        status = _settled(session, step)
        if running and status.state not in {State.RUNNING, State.PENDING}:
            return status  # it had ended by itself
        fresh = status.state is not State.RUNNING
        if fresh:
            _refuse(session, step, status)
            _guard(session, step, past_no_return)
            _warn(step, status, repeat)
            attempt = status.attempts + 1
            course = step_course(session, step, attempt, secrets)
            values = {**intent(session, step, step, attempt), **crossing(session, step)}
            session.append("step-started", values)
        else:
            course = course_of(session, step, status)
        session.occupy(step)
    with session.working(step):
        if fresh:
            carry_out(session, course, watch)
        else:
            take_up(session, course, status, watch)
    return session.status(step.id)


def _warn(step: Step, status: StepStatus, repeat: bool) -> None:
    if NOT_SAFE in status.flags and not repeat:
        raise NotAllowed(f"{step.id}: {NOT_SAFE}; say that it is to be executed again, or mark it as done")


def rehearse(session: Session, step: Step, note: str = "") -> StepStatus:
    """Record what would be done. Nothing runs and nothing is decided.

    Raises:
        NotAllowed: its needs are not done.
    """
    status = session.require(step, "rehearsed", State.PENDING, State.WAITING, State.FAILED)
    require_needs(session, step)
    text = f"rehearsed: would {_VERBS[step.action]}{told(step)}"
    values: dict[str, Value] = {
        "action": step.action,
        "attempt": status.attempts + 1,
        "message": text[:_TOLD],
    }
    return session.told("step-rehearsed", step, {**values, **({"note": note} if note else {})})


def intent(session: Session, step: Step, action: Actionable, attempt: int) -> dict[str, Value]:
    """What the record says before anything is done: all that is needed to judge it afterwards."""
    values: dict[str, Value] = {
        "step": step.id,
        "attempt": attempt,
        "by": session.operator,
        "action": action.action,
        "told": told(action)[:_TOLD],
        "repeatable": step.repeatable,
    }
    if step.secrets:
        values["secrets"] = list(step.secrets)
    if action.run is not None:
        values |= {
            "script": digest(action.run.encode()),
            "directory": step.directory or ".",
            "variables": sorted({*step.environment, *session.variables(step)})[:200],
        }
    if step.timeout is not None:
        values["timeout_ms"] = round(step.timeout * 1000)
    return values


def crosses(session: Session, step: Step) -> bool:
    """Whether this step would be the first that cannot be undone."""
    if step.reversible or session.state.rehearsal:
        return False
    statuses = session.state.statuses
    behind = (statuses[other.id] for other in session.runbook.steps if not other.reversible)
    return not any(status.attempts or status.state is State.SUCCEEDED for status in behind)


def _settled(session: Session, step: Step) -> StepStatus:
    """The status, after what is known of a step that nobody watches was recorded."""
    if step.id in session.active:
        raise NotAllowed(f"{step.id} is being executed already")
    if session.status(step.id).state is State.RUNNING:
        settle(session, step)
    return session.status(step.id)


def _refuse(session: Session, step: Step, status: StepStatus) -> None:
    """Say why a step may not start."""
    if status.state is State.UNKNOWN:
        if not step.repeatable or status.phase in ROLLING_BACK:
            raise NotAllowed(f"{step.id}: {status.message}; say whether it worked before it is run again")
    elif status.phase in ROLLING_BACK:
        raise NotAllowed(f"the rollback of {step.id} failed; roll it back again, or say that it is done")
    elif status.state is State.WAITING:
        verb = "approved" if step.approve is not None and status.phase is Phase.ACTION else "confirmed"
        raise NotAllowed(f"{step.id} waits for a person; it has to be {verb}")
    elif status.state not in _MAY_START:
        already = " already" if status.state in DONE else ""
        raise NotAllowed(f"{step.id} is {status.state}{already}{session.why(step, status)}")
    if step.manual:
        raise NotAllowed(f"{step.id} is done by a person; it has to be confirmed or approved")
    require_needs(session, step)


def require_needs(session: Session, step: Step) -> None:
    """Let through a step of which every need is done.

    Raises:
        NotAllowed: names the first that is not, and why it is needed.
    """
    for need in step.needs:
        found = session.state.statuses.get(need.step)
        if found is None or found.state not in DONE:
            word = found.state.value.replace("_", " ") if found is not None else "missing"
            raise NotAllowed(f"{step.id} needs {need.step}, which is {word}: {need.because}")


def _guard(session: Session, step: Step, past_no_return: bool) -> None:
    if crosses(session, step) and not past_no_return:
        because = step.irreversible_because or "its effect cannot be rolled back"
        raise NotAllowed(f"point of no return: {step.id}: {because}; say that it is to be passed")


def crossing(session: Session, step: Step) -> dict[str, Value]:
    """What the record says when a step is the first that cannot be undone."""
    return {"past_no_return": True} if crosses(session, step) else {}
