"""The state of a run as a fold over its checkpoints. Pure: the same checkpoints always give the same state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from runbook_tui.execution.framing import Checkpoint
from runbook_tui.execution.model import DONE, ROLLING_BACK, Note, Phase, RunState, State, StepStatus
from runbook_tui.runbook.model import Check, Runbook, Step

_STOPPERS = frozenset({State.FAILED, State.UNKNOWN, State.ROLLED_BACK, State.BLOCKED})
_VERDICTS = {"succeeded": State.SUCCEEDED, "failed": State.FAILED, "unknown": State.UNKNOWN}


def fold(checkpoints: Iterable[Checkpoint], runbook: Runbook) -> RunState:
    """The state after these checkpoints.

    Args:
        checkpoints: from the first on. Kinds and steps that are not known are passed over: a newer version may have
            written them.
        runbook: the frozen one.
    """
    folding = Folding(runbook)
    for checkpoint in checkpoints:
        folding.add(checkpoint)
    return folding.state()


class Folding:
    """A fold that can be continued checkpoint by checkpoint."""

    def __init__(self, runbook: Runbook) -> None:
        self._steps = {step.id: step for step in runbook.steps}
        self._statuses = {step.id: StepStatus() for step in runbook.steps}
        self._run = RunState("", runbook.environment, False, "", "", "")
        self._notes: list[Note] = []

    def add(self, checkpoint: Checkpoint) -> None:
        """Take one more checkpoint into account."""
        of_run = _OF_RUN.get(checkpoint.kind)
        if of_run is not None:
            self._run = of_run(self._run, checkpoint)
        elif checkpoint.kind == "note":
            self._notes.append(_note(checkpoint))
        elif checkpoint.kind in _OF_STEP:
            step = self._steps.get(_text(checkpoint, "step"))
            if step is not None:
                status = self._statuses[step.id]
                changed = _OF_STEP[checkpoint.kind](status, step, checkpoint)
                self._statuses[step.id] = replace(changed, number=checkpoint.seq)

    def state(self) -> RunState:
        """The state now, with what follows from the needs of the steps."""
        derived = _Derived(self._steps, self._statuses, waiting=self._run.finished is None)
        statuses = {step_id: derived.status(step_id) for step_id in self._steps}
        return replace(self._run, statuses=statuses, notes=tuple(self._notes))


class _Derived:
    """Blocked and waiting are never recorded: they follow from the needs."""

    def __init__(
        self, steps: Mapping[str, Step], statuses: Mapping[str, StepStatus], *, waiting: bool
    ) -> None:
        self._steps = steps
        self._statuses = statuses
        self._waiting = waiting
        self._known: dict[str, StepStatus] = {}

    def status(self, step_id: str) -> StepStatus:
        if step_id not in self._known:
            own = self._statuses[step_id]
            self._known[step_id] = own  # ends the search where needs lead back to where they began
            if own.state is State.PENDING:
                self._known[step_id] = self._pending(self._steps[step_id], own)
        return self._known[step_id]

    def _pending(self, step: Step, own: StepStatus) -> StepStatus:
        ready = True
        for need in step.needs:
            if need.step not in self._steps:
                return replace(own, state=State.BLOCKED, message=f"needs {need.step}, which does not exist")
            state = self.status(need.step).state
            if state in _STOPPERS:
                word = state.value.replace("_", " ")
                return replace(own, state=State.BLOCKED, message=f"needs {need.step}, which is {word}")
            ready = ready and state in DONE
        if ready and step.manual and self._waiting:
            return replace(own, state=State.WAITING, phase=Phase.ACTION)
        return own


def _started(status: StepStatus, _: Step, checkpoint: Checkpoint) -> StepStatus:
    return StepStatus(
        State.RUNNING,
        attempts=_number(checkpoint, "attempt"),
        started_at=checkpoint.at,
        waited=status.waited,
        by=_text(checkpoint, "by"),
        phase=Phase.ACTION,
        rollbacks=status.rollbacks,
    )


def _interrupted(status: StepStatus, _: Step, checkpoint: Checkpoint) -> StepStatus:
    return replace(status, state=State.PENDING, phase=Phase.NONE, message=_text(checkpoint, "message"))


def _action_finished(status: StepStatus, step: Step, checkpoint: Checkpoint) -> StepStatus:
    done = _ended(status, checkpoint)
    return replace(done, state=_while(step.verify), phase=Phase.VERIFY)


def _finished(status: StepStatus, _: Step, checkpoint: Checkpoint) -> StepStatus:
    state = _VERDICTS.get(_text(checkpoint, "outcome"), State.UNKNOWN)
    done = replace(_ended(status, checkpoint), state=state, finished_at=_ended_at(checkpoint))
    return replace(done, phase=Phase.NONE) if state is State.SUCCEEDED else done


def _ended(status: StepStatus, checkpoint: Checkpoint) -> StepStatus:
    """What an outcome says. That of a verification adds to what the action said."""
    spent = _number(checkpoint, "milliseconds") / 1000
    code = checkpoint.values.get("exit")
    lines = checkpoint.values.get("tail")
    tail = tuple(map(str, lines)) if isinstance(lines, (list, tuple)) else ()
    message = _text(checkpoint, "message")
    if status.phase in {Phase.VERIFY, Phase.ROLLBACK_VERIFY}:
        failed = checkpoint.values.get("outcome") != "succeeded"
        return replace(
            status,
            seconds=(status.seconds or 0.0) + spent,
            message=f"verify: {message}" if message else status.message,
            tail=tail if failed and tail else status.tail,
        )
    return replace(
        status,
        seconds=spent,
        exit_code=code if isinstance(code, int) else None,
        message=message,
        output=_text(checkpoint, "output") or None,
        tail=tail,
    )


def _decided(status: StepStatus, step: Step, checkpoint: Checkpoint) -> StepStatus:
    """A person confirmed or approved: the step itself, or that it worked."""
    waited = status.waited + _number(checkpoint, "waited_ms") / 1000
    note = _text(checkpoint, "note")
    by = _text(checkpoint, "by")
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
    done = StepStatus(
        State.SUCCEEDED,
        attempts=status.attempts + 1,
        started_at=checkpoint.at,
        finished_at=checkpoint.at,
        waited=waited,
        message=note,
        by=by,
        rollbacks=status.rollbacks,
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
        message=_text(checkpoint, "message"),
        by=_text(checkpoint, "by"),
    )


def _judged(state: State) -> Callable[[StepStatus, Step, Checkpoint], StepStatus]:
    """A person said how it is: skipped, done, failed."""

    def change(status: StepStatus, _: Step, checkpoint: Checkpoint) -> StepStatus:
        return replace(
            status,
            state=state,
            phase=Phase.NONE,
            finished_at=checkpoint.at,
            waited=status.waited + _number(checkpoint, "waited_ms") / 1000,
            message=_text(checkpoint, "reason"),
            by=_text(checkpoint, "by"),
            before=None,
        )

    return change


def _resolved(status: StepStatus, _: Step, checkpoint: Checkpoint) -> StepStatus:
    reason, verdict = _text(checkpoint, "reason"), _text(checkpoint, "verdict")
    told = replace(status, message=reason, by=_text(checkpoint, "by"), finished_at=checkpoint.at)
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
    return replace(status, message=_text(checkpoint, "told") or status.message)


def _rollback_started(status: StepStatus, _: Step, checkpoint: Checkpoint) -> StepStatus:
    before = status.before if status.phase in ROLLING_BACK else status.state
    return replace(
        status,
        state=State.RUNNING,
        rollbacks=_number(checkpoint, "attempt"),
        phase=Phase.ROLLBACK,
        before=before,
        by=_text(checkpoint, "by"),
    )


def _rollback_interrupted(status: StepStatus, _: Step, checkpoint: Checkpoint) -> StepStatus:
    message = _text(checkpoint, "message")
    state = status.before or State.FAILED
    return replace(status, state=state, phase=Phase.NONE, before=None, message=message)


def _rollback_action_finished(status: StepStatus, step: Step, checkpoint: Checkpoint) -> StepStatus:
    check = step.rollback.verify if step.rollback is not None else None
    return replace(_ended(status, checkpoint), state=_while(check), phase=Phase.ROLLBACK_VERIFY)


def _rollback_finished(status: StepStatus, _: Step, checkpoint: Checkpoint) -> StepStatus:
    done = _ended(status, checkpoint)
    outcome = _text(checkpoint, "outcome")
    if outcome == "succeeded":
        return _undone(done, checkpoint, _text(checkpoint, "note"))
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
        by=_text(checkpoint, "by") or status.by,
        message="",
        rolled_back_message=note or "rolled back",
    )


def _begin(run: RunState, checkpoint: Checkpoint) -> RunState:
    return replace(
        run,
        run_id=_text(checkpoint, "run"),
        environment=_text(checkpoint, "environment") or run.environment,
        rehearsal=checkpoint.values.get("rehearsal") is True,
        operator=_text(checkpoint, "operator"),
        started_at=checkpoint.at,
        digest=_text(checkpoint, "digest"),
    )


def _resumed(run: RunState, checkpoint: Checkpoint) -> RunState:
    operator = _text(checkpoint, "operator") or run.operator
    return replace(run, operator=operator, resumed=run.resumed + 1)


def _end(run: RunState, checkpoint: Checkpoint) -> RunState:
    outcome, reason = _text(checkpoint, "outcome"), _text(checkpoint, "reason")
    return replace(run, finished=outcome, finished_at=checkpoint.at, finished_reason=reason)


def _note(checkpoint: Checkpoint) -> Note:
    step = _text(checkpoint, "step") or None
    return Note(checkpoint.at, _text(checkpoint, "by"), _text(checkpoint, "text"), step)


def _while(check: Check | None) -> State:
    """Where a step is while it is being verified."""
    return State.WAITING if check is not None and check.confirm is not None else State.RUNNING


def _ended_at(checkpoint: Checkpoint) -> str:
    return _text(checkpoint, "ended_at") or checkpoint.at


def _text(checkpoint: Checkpoint, key: str) -> str:
    value = checkpoint.values.get(key)
    return value if isinstance(value, str) else ""


def _number(checkpoint: Checkpoint, key: str) -> int:
    value = checkpoint.values.get(key)
    return value if isinstance(value, int) else 0


_OF_RUN: Mapping[str, Callable[[RunState, Checkpoint], RunState]] = {
    "run-started": _begin,
    "resumed": _resumed,
    "run-finished": _end,
}
_OF_STEP: Mapping[str, Callable[[StepStatus, Step, Checkpoint], StepStatus]] = {
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
    "rollback-started": _rollback_started,
    "rollback-interrupted": _rollback_interrupted,
    "rollback-action-finished": _rollback_action_finished,
    "rollback-finished": _rollback_finished,
}
