"""Ending a run for good."""

from __future__ import annotations

from typing import Literal

from runbook_tui.execution.errors import NotAllowed
from runbook_tui.execution.model import DONE, State
from runbook_tui.execution.rollback import rollback_plan
from runbook_tui.execution.session import Session, reason

Outcome = Literal["succeeded", "rolled_back", "aborted"]


def finish_run(session: Session, outcome: Outcome, why: str) -> None:
    """Record how a run ended.

    Raises:
        NotAllowed: it is not so, something runs, or the reason for an abort is missing.
    """
    with session.lock:
        state = session.state
        if state.finished is not None:
            raise NotAllowed(f"the run is finished already ({state.finished})")
        running = [step_id for step_id, status in state.statuses.items() if status.state is State.RUNNING]
        if running or session.active:
            raise NotAllowed(f"{', '.join(running or session.active)} is running; wait for it or stop it")
        if outcome == "succeeded":
            left = [step_id for step_id, status in state.statuses.items() if status.state not in DONE]
            _refuse(left, "are not done")
        elif outcome == "rolled_back":
            _refuse(list(rollback_plan(session.runbook, state).steps), "are not undone")
        told = reason(why, "to abort a run" if outcome == "aborted" else "")
        session.append("run-finished", {"outcome": outcome, "reason": told, "by": session.operator})


def _refuse(left: list[str], what: str) -> None:
    if left:
        shown = ", ".join(left[:5]) + (", ..." if len(left) > 5 else "")
        raise NotAllowed(f"{len(left)} steps {what}: {shown}")
