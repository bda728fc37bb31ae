"""The verbs that change the course of a run, and what has to be known of a step before it is executed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from runbook_tui.execution import approvals, changes, commands
from runbook_tui.execution.course import course_of
from runbook_tui.execution.model import Phase, Rewind, State, StepStatus
from runbook_tui.files.problems import RunbookError

if TYPE_CHECKING:
    from runbook_tui.execution.session import Session
    from runbook_tui.runbook.model import Step

_PATIENCE = 0.3
"""Seconds that the end of a sitting waits for the record."""


class CourseVerbs:
    """A part of :class:`~runbook_tui.execution.runner.Runner`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def step(self, step_id: str) -> Step:
        """A step as it is executed in this run: with the command that the operator put in its place.

        Raises:
            KeyError: there is none of that id.
        """
        return self._session.effective(self._session.steps[step_id])

    def directory(self, step_id: str) -> Path:
        """Where the commands of a step run."""
        return self._session.directory(self.step(step_id))

    def environment_of(self, step_id: str) -> dict[str, str]:
        """All environment variables of the commands of a step, but for its secrets."""
        return self._session.environment(self.step(step_id))

    def drift(self, step_id: str | None = None) -> tuple[str, ...]:
        """What moved since the run began and was not accepted, in sentences; the frozen runbook is what runs.

        Args:
            step_id: look only at what concerns this step; at everything when None.
        """
        return self._session.drift(None if step_id is None else self.step(step_id))

    def approval_statement(self, step_id: str, by: str) -> str:
        """The text that an approver signs with ``ssh-keygen -Y sign -n runbook``."""
        return approvals.statement(self._session.state, self._session.step(step_id), by)

    def edit(self, step_id: str, command: str, reason: str) -> StepStatus:
        """Execute another command for a step, in this run only; approvals before it have to be given again."""
        return changes.edit(self._session, step_id, command, reason)

    def rewind_consequences(self, step_id: str) -> Rewind:
        """What going back to a step would reset, and what of that is not safe to repeat."""
        return changes.rewind_consequences(self._session, step_id)

    def rewind(self, step_id: str, reason: str) -> Rewind:
        """Go back to a step: it and what depends on it are to be done again. Nothing is undone."""
        return changes.rewind(self._session, step_id, reason)

    def hand_over(self, to: str, note: str = "") -> None:
        """Record who goes on, and leave the run to them; commands go on."""
        changes.hand_over(self._session, to, note)
        self._session.close()

    def accept_drift(self, reason: str) -> tuple[str, ...]:
        """Go on though something moved; gives what was accepted."""
        return changes.accept_drift(self._session, reason)

    def interrupted(self, why: str) -> None:
        """Record that something from outside ends this sitting, such as SIGTERM. Never raises, never takes long."""
        session = self._session
        if not session.lock.acquire(timeout=_PATIENCE):
            return
        try:
            running = [
                step_id for step_id, status in session.state.statuses.items() if status.state is State.RUNNING
            ]
            if session.state.finished is None:
                values = {"by": session.operator, "because": why[:200], "running": running[:100]}
                session.append("interrupted", values)
        except RunbookError:
            pass
        finally:
            session.lock.release()

    def quiet_for(self, step_id: str) -> float | None:
        """Seconds since the command of a step printed anything; None when none of it runs."""
        session = self._session
        status = session.status(step_id)
        if status.state is not State.RUNNING or status.phase not in {Phase.ACTION, Phase.ROLLBACK}:
            return None
        assignment = course_of(session, self.step(step_id), status).assignment
        return commands.quiet_for(assignment.job) if assignment.action.run is not None else None
