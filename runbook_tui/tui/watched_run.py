"""A run that somebody else executes, as the screen shows it: read from its record again and again, never written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from runbook_tui.execution import holders
from runbook_tui.execution.commands import Job
from runbook_tui.execution.errors import CorruptRecord
from runbook_tui.execution.folder import LOCK, open_folder_to_read
from runbook_tui.execution.follow import Follower
from runbook_tui.execution.instructions import instructed
from runbook_tui.execution.lock import read_holder
from runbook_tui.execution.model import DONE, ROLLING_BACK, RollbackPlan, RunState, State
from runbook_tui.execution.output import Tail
from runbook_tui.execution.rollback import rollback_plan
from runbook_tui.execution.runs import frozen_runbook
from runbook_tui.execution.state import fold

if TYPE_CHECKING:
    from runbook_tui.runbook.model import Runbook


class SeenRun(Protocol):
    """What the screen shows of a run, whoever executes it."""

    @property
    def runbook(self) -> Runbook:
        """The frozen runbook."""
        ...

    @property
    def state(self) -> RunState:
        """The state now."""
        ...

    @property
    def folder(self) -> Path:
        """Of the run."""
        ...

    def ready(self) -> tuple[str, ...]:
        """Ids of the steps that may start or wait for a person."""
        ...

    def current(self) -> str | None:
        """The step to show."""
        ...

    def rollback_plan(self) -> RollbackPlan:
        """What undoing would take."""
        ...


class WatchedRun:
    """Somebody else's run. :meth:`poll` and :meth:`printed` may take their time; the rest only looks at memory."""

    def __init__(self, folder: Path) -> None:
        """
        Args:
            folder: of the run.

        Raises:
            RecordError: there is no record.
            CorruptRecord: nothing of it can be shown.
        """
        self._folder = folder
        self._follower = Follower(folder)
        view = self._follower.poll()
        if view is None or not view.checkpoints:
            raise CorruptRecord(f"{folder}: there is nothing to watch yet")
        frozen = frozen_runbook(folder, view.checkpoints[0])
        self._state = fold(view.checkpoints, frozen)
        self._runbook = instructed(frozen) if self._state.instructions else frozen
        self._tails: dict[str, Tail] = {}
        self.holder = self._holder()
        """Who executes it, or did; a sentence."""

    @property
    def runbook(self) -> Runbook:
        """The frozen runbook."""
        return self._runbook

    @property
    def state(self) -> RunState:
        """The state when it was last looked at."""
        return self._state

    @property
    def folder(self) -> Path:
        """Of the run."""
        return self._folder

    def ready(self) -> tuple[str, ...]:
        """Ids of the steps that may start or wait for a person, in the order of the runbook."""
        if self._state.finished is not None:
            return ()
        statuses = self._state.statuses
        return tuple(
            step.id
            for step in self._runbook.steps
            if statuses[step.id].state is State.WAITING
            or (
                statuses[step.id].state is State.PENDING
                and all(statuses[need.step].state in DONE for need in step.needs)
            )
        )

    def current(self) -> str | None:
        """What runs, else what needs somebody, else the first step that may start."""
        for wanted in (State.RUNNING, State.UNKNOWN, State.FAILED):
            for step_id, status in self._state.statuses.items():
                if status.state is wanted:
                    return step_id
        return next(iter(self.ready()), None)

    def rollback_plan(self) -> RollbackPlan:
        """What undoing would take."""
        return rollback_plan(self._runbook, self._state)

    def poll(self) -> bool:
        """Look again; whether anything changed.

        Raises:
            RecordError: the record cannot be read any more.
        """
        holder = self._holder()
        changed = holder != self.holder
        self.holder = holder
        view = self._follower.poll()
        if view is not None and view.checkpoints:
            self._state = fold(view.checkpoints, self._runbook)
            return True
        return changed

    def printed(self, step_id: str | None) -> str:
        """What the command of a step that runs printed since the last time."""
        status = self._state.statuses.get(step_id or "")
        if step_id is None or status is None or status.state is not State.RUNNING:
            return ""
        undoing = status.phase in ROLLING_BACK
        name = f"{step_id}+rollback-{status.rollbacks}" if undoing else f"{step_id}-{status.attempts}"
        tail = self._tails.setdefault(name, Tail(Job(self._folder, name).log))
        return tail.read() or ""

    def _holder(self) -> str:
        try:
            directory = open_folder_to_read(self._folder)
        except OSError:
            return ""
        try:
            return holders.last(read_holder(directory, LOCK))
        except OSError:
            return ""
        finally:
            os.close(directory)
