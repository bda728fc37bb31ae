"""What each kind of checkpoint makes of a step or of the run. Pure functions from values to values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from runbook_tui.execution.framing import Checkpoint
from runbook_tui.execution.model import (
    NOT_SAFE,
    ROLLING_BACK,
    Note,
    Phase,
    RunState,
    State,
    StepStatus,
)
from runbook_tui.runbook.model import Check, Step

StepChange = Callable[[StepStatus, Step, Checkpoint], StepStatus]
_VERDICTS = {"succeeded": State.SUCCEEDED, "failed": State.FAILED, "unknown": State.UNKNOWN}


def _started(status: StepStatus, _: Step, checkpoint: Checkpoint) -> StepStatus:
    return StepStatus(
        State.RUNNING,
        attempts=_number(checkpoint, "attempt"),
        started_at=checkpoint.at,
        waited=status.waited,
        by=read_text(checkpoint, "by"),
        phase=Phase.ACTION,
        rollbacks=status.rollbacks,
        edited=status.edited,
    )


def _interrupted(status: StepStatus, _: Step, checkpoint: Checkpoint) -> StepStatus:
    return replace(status, state=State.PENDING, phase=Phase.NONE, message=read_text(checkpoint, "message"))


def _action_finished(status: StepStatus, step: Step, checkpoint: Checkpoint) -> StepStatus:
    return _ended(status, checkpoint, state=_while(step.verify), phase=Phase.VERIFY)


def _finished(status: StepStatus, _: Step, checkpoint: Checkpoint) -> StepStatus:
    state = _VERDICTS.get(read_text(checkpoint, "outcome"), State.UNKNOWN)
    phase = Phase.NONE if state is State.SUCCEEDED else status.phase
    return _ended(status, checkpoint, state=state, phase=phase, at=_ended_at(checkpoint))


def _ended(
    status: StepStatus, checkpoint: Checkpoint, *, state: State, phase: Phase, at: str | None = None
) -> StepStatus:
    """What an outcome says. That of a verification adds to what the action said.

    One new value and no more: the records of long runs are folded each time that they are opened.
    """
    spent = _number(checkpoint, "milliseconds") / 1000
    code = checkpoint.values.get("exit")
    tail = _tail(checkpoint)
    message = read_text(checkpoint, "message")
    if status.phase in {Phase.VERIFY, Phase.ROLLBACK_VERIFY}:
        failed = checkpoint.values.get("outcome") != "succeeded"
        return replace(
            status,
            seconds=(status.seconds or 0.0) + spent,
            message=f"verify: {message}" if message else status.message,
            tail=tail if failed and tail else status.tail,
            state=state,
            phase=phase,
            finished_at=at or status.finished_at,
        )
    return replace(
        status,
        seconds=spent,
        exit_code=code if isinstance(code, int) else None,
        message=message,
        output=read_text(checkpoint, "output") or None,
        tail=tail,
        flags=_texts(checkpoint, "flags"),
        state=state,
        phase=phase,
        finished_at=at or status.finished_at,
    )


def _decided(status: StepStatus, step: Step, checkpoint: Checkpoint) -> StepStatus:
    """A person confirmed or approved: the step itself, or that it worked."""
    waited = status.waited + _number(checkpoint, "waited_ms") / 1000
    note = read_text(checkpoint, "note")
    by = read_text(checkpoint, "by")
    if status.phase is Phase.ROLLBACK_VERIFY:
        return replace(_undone(status, checkpoint, note), waited=waited)
    if status.phase is Phase.VERIFY:
        return replace(
            status,
            state=State.SUCCEEDED,
            phase=Phase.NONE,
            waited=waited,
            finished_at=checkpoint.at,
            message=note or status.message,
        )
    approved_by = status.approved_by
    if checkpoint.kind == "step-approved":
        approved_by = tuple(dict.fromkeys((*approved_by, by)))
        if len(approved_by) < step.approvals:
            return replace(status, approved_by=approved_by, waited=waited, message=note)
    done = StepStatus(
        State.SUCCEEDED,
        attempts=status.attempts + 1,
        started_at=checkpoint.at,
        finished_at=checkpoint.at,
        waited=waited,
        message=note,
        by=by,
        output=read_text(checkpoint, "output") or None,
        tail=_tail(checkpoint),
        rollbacks=status.rollbacks,
        approved_by=approved_by,
    )
    if step.verify is None:
        return done
    return replace(done, state=_while(step.verify), phase=Phase.VERIFY, finished_at=None)


def _rehearsed(status: StepStatus, _: Step, checkpoint: Checkpoint) -> StepStatus:
    return StepStatus(
        State.SUCCEEDED,
        attempts=status.attempts + 1,
        started_at=checkpoint.at,
        finished_at=checkpoint.at,
        message=read_text(checkpoint, "message"),
        by=read_text(checkpoint, "by"),
    )


def _judged(state: State) -> StepChange:
    """A person said how it is: skipped, done, failed."""

    def change(status: StepStatus, _: Step, checkpoint: Checkpoint) -> StepStatus:
        return replace(
            status,
            state=state,
            phase=Phase.NONE,
            finished_at=checkpoint.at,
            waited=status.waited + _number(checkpoint, "waited_ms") / 1000,
            message=read_text(checkpoint, "reason"),
            by=read_text(checkpoint, "by"),
            before=None,
        )

    return change


def _resolved(status: StepStatus, _: Step, checkpoint: Checkpoint) -> StepStatus:
    reason, verdict = read_text(checkpoint, "reason"), read_text(checkpoint, "verdict")
    told = replace(status, message=reason, by=read_text(checkpoint, "by"), finished_at=checkpoint.at)
    undoing = status.phase in ROLLING_BACK
    if verdict == "worked":
        if undoing:
            return _undone(told, checkpoint, reason)
        return replace(told, state=State.SUCCEEDED, phase=Phase.NONE)
    if verdict == "again":
        state = (status.before or State.FAILED) if undoing else State.PENDING
        return replace(told, state=state, phase=Phase.NONE, before=None)
    return replace(told, state=State.FAILED)


def _checked(status: StepStatus, _: Step, checkpoint: Checkpoint) -> StepStatus:
    return replace(status, message=read_text(checkpoint, "told") or status.message)


def _rollback_started(status: StepStatus, _: Step, checkpoint: Checkpoint) -> StepStatus:
    before = status.before if status.phase in ROLLING_BACK else status.state
    return replace(
        status,
        state=State.RUNNING,
        rollbacks=_number(checkpoint, "attempt"),
        phase=Phase.ROLLBACK,
        before=before,
        by=read_text(checkpoint, "by"),
    )


def _rollback_interrupted(status: StepStatus, _: Step, checkpoint: Checkpoint) -> StepStatus:
    message = read_text(checkpoint, "message")
    state = status.before or State.FAILED
    return replace(status, state=state, phase=Phase.NONE, before=None, message=message)


def _rollback_action_finished(status: StepStatus, step: Step, checkpoint: Checkpoint) -> StepStatus:
    check = step.rollback.verify if step.rollback is not None else None
    return _ended(status, checkpoint, state=_while(check), phase=Phase.ROLLBACK_VERIFY)


def _rollback_finished(status: StepStatus, _: Step, checkpoint: Checkpoint) -> StepStatus:
    done = _ended(status, checkpoint, state=status.state, phase=status.phase)
    outcome = read_text(checkpoint, "outcome")
    if outcome == "succeeded":
        return _undone(done, checkpoint, read_text(checkpoint, "note"))
    state = State.UNKNOWN if outcome == "unknown" else State.FAILED
    message = f"rollback: {done.message}"
    return replace(done, state=state, message=message, finished_at=_ended_at(checkpoint))


def _undone(status: StepStatus, checkpoint: Checkpoint, note: str) -> StepStatus:
    return replace(
        status,
        state=State.ROLLED_BACK,
        phase=Phase.NONE,
        before=None,
        finished_at=_ended_at(checkpoint),
        by=read_text(checkpoint, "by") or status.by,
        message="",
        rolled_back_message=note or "rolled back",
    )


def _edited(status: StepStatus, _: Step, checkpoint: Checkpoint) -> StepStatus:
    return replace(status, edited=read_text(checkpoint, "command"), message=read_text(checkpoint, "reason"))


def _edit_and_voids(checkpoint: Checkpoint) -> Iterator[tuple[str, StepChange]]:
    yield from ((step_id, _void) for step_id in _texts(checkpoint, "voids"))


def _void(status: StepStatus, _: Step, checkpoint: Checkpoint) -> StepStatus:
    """What was approved is not what would be executed now."""
    flag = f"the approval is void: the command of {read_text(checkpoint, 'step')} was changed after it"
    return _reset(status, (flag,))


def _rewound(checkpoint: Checkpoint) -> Iterator[tuple[str, StepChange]]:
    unsafe = set(_texts(checkpoint, "unsafe"))
    for step_id in _texts(checkpoint, "steps"):
        yield step_id, _rewound_unsafe if step_id in unsafe else _rewound_safe


def _rewound_safe(status: StepStatus, _: Step, __: Checkpoint) -> StepStatus:
    return _reset(status, ())


def _rewound_unsafe(status: StepStatus, _: Step, __: Checkpoint) -> StepStatus:
    return _reset(status, (NOT_SAFE,))


def _reset(status: StepStatus, flags: tuple[str, ...]) -> StepStatus:
    """As before it was begun. How often it was tried stays: the files of an attempt are named for it."""
    return StepStatus(
        attempts=status.attempts,
        waited=status.waited,
        rollbacks=status.rollbacks,
        edited=status.edited,
        message="; ".join(flags),
        flags=flags,
    )


def _begin(run: RunState, checkpoint: Checkpoint) -> RunState:
    return replace(
        run,
        run_id=read_text(checkpoint, "run"),
        environment=read_text(checkpoint, "environment") or run.environment,
        rehearsal=checkpoint.values.get("rehearsal") is True,
        operator=read_text(checkpoint, "operator"),
        started_at=checkpoint.at,
        digest=read_text(checkpoint, "digest"),
        instructions=checkpoint.values.get("instructions") is True,
    )


def _resumed(run: RunState, checkpoint: Checkpoint) -> RunState:
    operator = read_text(checkpoint, "operator") or run.operator
    return replace(run, operator=operator, resumed=run.resumed + 1, handed_to=None, interrupted="")


def _handed_over(run: RunState, checkpoint: Checkpoint) -> RunState:
    return replace(run, handed_to=read_text(checkpoint, "to") or None)


def _cut_short(run: RunState, checkpoint: Checkpoint) -> RunState:
    return replace(run, interrupted=read_text(checkpoint, "because"))


def _drift_accepted(run: RunState, checkpoint: Checkpoint) -> RunState:
    accepted = dict.fromkeys((*run.accepted_drift, *_texts(checkpoint, "drift")))
    return replace(run, accepted_drift=tuple(accepted))


def _approved(run: RunState, checkpoint: Checkpoint) -> RunState:
    reason = read_text(checkpoint, "break_glass")
    return replace(run, broken_glass=(*run.broken_glass, reason)) if reason else run


def _end(run: RunState, checkpoint: Checkpoint) -> RunState:
    outcome, reason = read_text(checkpoint, "outcome"), read_text(checkpoint, "reason")
    return replace(run, finished=outcome, finished_at=checkpoint.at, finished_reason=reason)


def read_note(checkpoint: Checkpoint) -> Note:
    """What the operator wrote down."""
    step = read_text(checkpoint, "step") or None
    return Note(checkpoint.at, read_text(checkpoint, "by"), read_text(checkpoint, "text"), step)


def _while(check: Check | None) -> State:
    """Where a step is while it is being verified."""
    return State.WAITING if check is not None and check.confirm is not None else State.RUNNING


def _ended_at(checkpoint: Checkpoint) -> str:
    return read_text(checkpoint, "ended_at") or checkpoint.at


def read_text(checkpoint: Checkpoint, key: str) -> str:
    """A text of a checkpoint; empty when there is none."""
    value = checkpoint.values.get(key)
    return value if isinstance(value, str) else ""


def _texts(checkpoint: Checkpoint, key: str) -> tuple[str, ...]:
    value = checkpoint.values.get(key)
    return tuple(map(str, value)) if isinstance(value, (list, tuple)) else ()


def _tail(checkpoint: Checkpoint) -> tuple[str, ...]:
    return _texts(checkpoint, "tail")


def _number(checkpoint: Checkpoint, key: str) -> int:
    value = checkpoint.values.get(key)
    return value if isinstance(value, int) else 0


OF_RUN: Mapping[str, Callable[[RunState, Checkpoint], RunState]] = {
    "run-started": _begin,
    "resumed": _resumed,
    "run-finished": _end,
    "handed-over": _handed_over,
    "interrupted": _cut_short,
    "drift-accepted": _drift_accepted,
    "step-approved": _approved,
}
"""What a checkpoint makes of the run."""
OF_STEP: Mapping[str, StepChange] = {
    "step-started": _started,
    "step-interrupted": _interrupted,
    "action-finished": _action_finished,
    "step-finished": _finished,
    "step-confirmed": _decided,
    "step-approved": _decided,
    "step-declined": _judged(State.FAILED),
    "step-rehearsed": _rehearsed,
    "step-skipped": _judged(State.SKIPPED),
    "marked-done": _judged(State.SUCCEEDED),
    "marked-failed": _judged(State.FAILED),
    "unknown-resolved": _resolved,
    "checked": _checked,
    "step-edited": _edited,
    "rollback-started": _rollback_started,
    "rollback-interrupted": _rollback_interrupted,
    "rollback-action-finished": _rollback_action_finished,
    "rollback-finished": _rollback_finished,
}
"""What a checkpoint makes of the step that it is about."""
OF_MANY: Mapping[str, Callable[[Checkpoint], Iterator[tuple[str, StepChange]]]] = {
    "step-edited": _edit_and_voids,
    "rewound": _rewound,
}
"""What a checkpoint makes of further steps, by their ids."""
