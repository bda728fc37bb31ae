"""An open run: the record, the runbook it is about, the state. Every verb goes through it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from runbook_tui.execution import clock
from runbook_tui.execution.commands import Job
from runbook_tui.execution.drift import VERSION_SET, DriftCheck
from runbook_tui.execution.errors import Drifted, NotAllowed, RunClosed
from runbook_tui.execution.framing import Checkpoint, Value
from runbook_tui.execution.model import RunState, State, StepStatus
from runbook_tui.execution.record import RecordWriter
from runbook_tui.execution.state import Folding
from runbook_tui.runbook.model import Runbook, Step

_LONGEST_TEXT = 4000
_SHELL_STARTS = frozenset({"BASH_ENV", "BASHOPTS", "CDPATH", "ENV", "SHELLOPTS"})
"""Variables that change what a script does before its first line; a step that wants them names them."""
_BEGINNINGS = frozenset({"step-started", "rollback-started"})


class Session:
    """One sitting of one operator at one run.

    ``lock`` guards the record and what is decided from the state; whoever waits for something must not hold it.
    """

    def __init__(self, folder: Path, runbook: Runbook, writer: RecordWriter, operator: str) -> None:
        self.folder = folder.absolute()
        self.base = self.folder.parent.parent
        """The folder of the runbook file; relative directories of steps begin here."""
        self.runbook = runbook
        self.steps = {step.id: step for step in runbook.steps}
        self.operator = operator
        self.lock = threading.RLock()
        self.leaving = threading.Event()
        """Set when nobody watches any more; commands go on."""
        self.active: dict[str, threading.Event] = {}
        """Steps that a thread of this process is busy with; the event is set to end what they do."""
        self._writer = writer
        self._folding = Folding(runbook)
        checkpoints = writer.checkpoints
        for checkpoint in checkpoints:
            self._folding.add(checkpoint)
        self.state: RunState = self._folding.state()
        self.first = checkpoints[0]
        """The checkpoint with which the run began."""
        self._drift = DriftCheck(self, checkpoints)
        self._begun = {_about(c): c for c in checkpoints if c.kind in _BEGINNINGS}
        self._secrets = self._known_secrets()

    def append(self, kind: str, values: Mapping[str, Value]) -> None:
        """Make a fact durable and take it into account.

        Raises:
            RecordFailed: it could not be made durable.
        """
        with self.lock:
            checkpoint = self._writer.append(kind, self._masked(values))
            self._folding.add(checkpoint)
            if kind in _BEGINNINGS:
                self._begun[_about(checkpoint)] = checkpoint
            if kind == VERSION_SET:
                self._drift.add(checkpoint.values)
            self.state = self._folding.state()

    def told(self, kind: str, step: Step, values: Mapping[str, Value] = {}) -> StepStatus:
        """Append what the operator decided about a step."""
        self.append(kind, {"step": step.id, "by": self.operator, **values})
        return self.status(step.id)

    def step(self, step_id: str) -> Step:
        """A step of a run that is still open.

        Raises:
            NotAllowed: there is none of that id, or the run is finished.
        """
        if self.state.finished is not None:
            raise NotAllowed(f"the run is finished ({self.state.finished}); start a new one")
        if step_id not in self.steps:
            raise NotAllowed(f"the runbook of this run has no step {step_id}")
        return self.effective(self.steps[step_id])

    def effective(self, step: Step) -> Step:
        """A step as it is executed in this run: with the command that the operator put in its place."""
        edited = self.status(step.id).edited
        return step if edited is None else step.model_copy(update={"run": edited})

    def drift(self, step: Step | None) -> tuple[str, ...]:
        """What moved since the run began and was not accepted; see :class:`~runbook_tui.execution.drift.DriftCheck`."""
        return () if self.state.rehearsal else self._drift.before(step)

    def require_no_drift(self, step: Step) -> None:
        """Let through a step around which nothing moved.

        Raises:
            Drifted: says what did.
        """
        drifts = self.drift(step)
        if drifts:
            raise Drifted(drifts)

    def status(self, step_id: str) -> StepStatus:
        """Where a step stands now."""
        return self.state.statuses[step_id]

    def require(self, step: Step, verb: str, *states: State) -> StepStatus:
        """The status of a step, when it is in one of these states and nothing is being done with it.

        Raises:
            NotAllowed: it is not.
        """
        status = self.status(step.id)
        if step.id in self.active:
            raise NotAllowed(f"{step.id} cannot be {verb} while something is being done with it")
        if status.state not in states:
            word = status.state.value.replace("_", " ")
            raise NotAllowed(f"{step.id} is {word}{self.why(step, status)}; it cannot be {verb} now")
        return status

    def why(self, step: Step, status: StepStatus) -> str:
        """The reason for a step that is blocked, in brackets."""
        if status.state is not State.BLOCKED:
            return ""
        for need in step.needs:
            found = self.state.statuses.get(need.step)
            if found is None or found.state in {
                State.FAILED,
                State.UNKNOWN,
                State.ROLLED_BACK,
                State.BLOCKED,
            }:
                return f" ({status.message}: {need.because})"
        return f" ({status.message})"

    def occupy(self, step: Step) -> None:
        """Say that this thread is busy with a step; :meth:`working` has to follow."""
        self.active[step.id] = threading.Event()

    @contextmanager
    def working(self, step: Step) -> Iterator[None]:
        """Be busy with a step that was occupied. When the run is closed meanwhile, its outcome is left to a resume."""
        try:
            yield
        except RunClosed:
            if not self.leaving.is_set():
                raise
        finally:
            with self.lock:
                self.active.pop(step.id, None)

    def cancelled(self, step_id: str) -> bool:
        """Whether the operator asked for the end of what is being done with a step."""
        event = self.active.get(step_id)
        return event is not None and event.is_set()

    def environment(self, step: Step) -> dict[str, str]:
        """All environment variables of the commands of a step."""
        hidden = {
            source.env
            for name, source in self.runbook.secrets.items()
            if source.env is not None and name not in step.secrets
        }
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name not in hidden and name not in _SHELL_STARTS and not name.startswith("BASH_FUNC_")
        }
        return {**inherited, **step.environment, **self.variables(step)}

    def secrets(self, step: Step) -> dict[str, str]:
        """The values of the secrets that the commands of a step get, by name.

        Raises:
            SecretMissing: one has no value.
        """
        if not step.secrets:
            return {}
        from runbook_tui.execution.secrets import resolve

        found = resolve(self.runbook.secrets, self.base, os.environ, names=step.secrets)
        with self.lock:
            self._secrets.update(found)
        return found

    def hidden(self, step: Step) -> dict[str, str]:
        """The values of the secrets that the commands of a step do not get, and must not show either."""
        return {name: value for name, value in self._secrets.items() if name not in step.secrets}

    def _known_secrets(self) -> dict[str, str]:
        """What can be known of secrets without running anything: whatever shows them by chance is masked."""
        from runbook_tui.execution.secrets import SecretMissing, resolve

        found: dict[str, str] = {}
        for name, source in self.runbook.secrets.items():
            if source.run is None:
                with suppress(SecretMissing):
                    found |= resolve(self.runbook.secrets, self.base, os.environ, names=[name])
        return found

    def mask(self, text: str) -> str:
        """The text without the values of the secrets that are known in this sitting."""
        if not self._secrets:
            return text
        from runbook_tui.text.masking import masked

        return masked(text, tuple(self._secrets.values()))

    def _masked(self, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """What is recorded, without the values of secrets, however they got there."""
        if not self._secrets:
            return values

        def mask(value: Value) -> Value:
            if isinstance(value, str):
                return self.mask(value)
            if isinstance(value, (list, tuple)):
                return [self.mask(item) if isinstance(item, str) else item for item in value]
            return value

        return {key: mask(value) for key, value in values.items()}

    def variables(self, step: Step) -> dict[str, str]:
        """What the runbook adds for every command of a step."""
        given = {f"RUNBOOK_{name.upper()}": value for name, value in self.runbook.variables.items()}
        return {
            **given,
            "RUNBOOK_STEP": step.id,
            "RUNBOOK_ENVIRONMENT": self.state.environment,
            "RUNBOOK_REHEARSAL": "1" if self.state.rehearsal else "0",
        }

    def directory(self, step: Step) -> Path:
        """Where the commands of a step run."""
        return self.base / step.directory if step.directory else self.base

    def job(self, step: Step, attempt: int) -> Job:
        """The job of the action of an attempt."""
        return Job(self.folder, f"{step.id}-{attempt}")

    def rollback_job(self, step: Step, attempt: int) -> Job:
        """The job of a rollback; a plus sign occurs in no step's id."""
        return Job(self.folder, f"{step.id}+rollback-{attempt}")

    def began(self, step: Step) -> int:
        """When the last attempt or rollback of a step began, in microseconds since boot.

        Of another boot nothing but the wall clock is left to go by.
        """
        checkpoint = self._begun.get(step.id)
        if checkpoint is None:
            return clock.since_boot()
        now = clock.now()
        if checkpoint.boot == now.boot:
            return checkpoint.mono
        passed = clock.wall_microseconds(now.at) - clock.wall_microseconds(checkpoint.at)
        return now.mono - max(0, passed)

    def close(self) -> None:
        """Leave the run to others. Commands go on under their shims."""
        self.leaving.set()
        with self.lock:
            self._writer.close()


def _about(checkpoint: Checkpoint) -> str:
    return str(checkpoint.values.get("step", ""))


def reason(text: str, why: str) -> str:
    """A reason or note as it is recorded.

    Raises:
        NotAllowed: it is empty and ``why`` says that it must not be, or too long.
    """
    text = text.strip().encode("utf-8", "replace").decode()
    if why and not text:
        raise NotAllowed(f"{why} needs a reason")
    if len(text) > _LONGEST_TEXT:
        raise NotAllowed(f"a reason of {len(text)} characters; at most {_LONGEST_TEXT} can be recorded")
    return text
