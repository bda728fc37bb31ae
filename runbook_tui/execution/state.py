"""The state of a run as a fold over its checkpoints. Pure: the same checkpoints always give the same state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from runbook_tui.execution.framing import Checkpoint
from runbook_tui.execution.model import DONE, Note, Phase, RunState, State, StepStatus
from runbook_tui.execution.transitions import OF_MANY, OF_RUN, OF_STEP, StepChange, read_note, read_text
from runbook_tui.runbook.model import Runbook, Step

_STOPPERS = frozenset({State.FAILED, State.UNKNOWN, State.ROLLED_BACK, State.BLOCKED})


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
        kind = checkpoint.kind
        if kind in OF_RUN:
            self._run = OF_RUN[kind](self._run, checkpoint)
        if kind == "note":
            self._notes.append(read_note(checkpoint))
        elif kind in OF_STEP:
            step = self._steps.get(read_text(checkpoint, "step"))
            if step is not None:
                self._change(step, OF_STEP[kind], checkpoint)
        if kind in OF_MANY:
            for step_id, change in OF_MANY[kind](checkpoint):
                if step_id in self._steps:
                    self._change(self._steps[step_id], change, checkpoint)

    def _change(self, step: Step, change: StepChange, checkpoint: Checkpoint) -> None:
        changed = change(self._statuses[step.id], step, checkpoint)
        # Every change gives a new value, which nobody has yet; a second copy would be half of the time of a resume.
        object.__setattr__(changed, "number", checkpoint.seq)
        self._statuses[step.id] = changed

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
