"""Taking a run up again: what became of the steps that were running when nobody watched any more."""

from __future__ import annotations

from pathlib import Path

from runbook_tui.execution.commands import forget
from runbook_tui.execution.course import course_of, settle
from runbook_tui.execution.errors import NotAllowed
from runbook_tui.execution.folder import JOBS, require_parts
from runbook_tui.execution.model import State
from runbook_tui.execution.operators import same_person, whereabouts
from runbook_tui.execution.record import RecordWriter
from runbook_tui.execution.runs import executed_runbook
from runbook_tui.execution.session import Session, reason
from runbook_tui.execution.takeover import ask_to_leave


def take_up_run(
    folder: Path, operator: str, *, repair: bool, accept_shorter: str, take_over: str = ""
) -> Session:
    """Open the record of a run, say who goes on with it, and record what is known of every running step.

    Args:
        folder: of the run.
        operator: who goes on with it.
        repair: set a damaged last checkpoint aside.
        accept_shorter: the reason to go on though checkpoints are missing at the end.
        take_over: the reason to ask the process that holds the run to leave.

    Raises:
        HeldByAnother: somebody executes it.
        CorruptRecord: the record or the frozen runbook was changed.
        RecordError: it cannot be read.
        NotAllowed: the run is finished, or was handed over to somebody else.
    """
    me = whereabouts(operator)
    if take_over:
        take_over = reason(take_over, "to take a run over")
        ask_to_leave(folder, take_over, operator)
    writer = RecordWriter.open(folder, me, repair=repair, accept_shorter=accept_shorter)
    try:
        gone = require_parts(folder)
        runbook = executed_runbook(folder, writer.checkpoints[0])
        session = Session(folder, runbook, writer, operator)
        if session.state.finished is not None:
            raise NotAllowed(f"{folder}: the run is finished ({session.state.finished}); start a new one")
        heir = session.state.handed_to
        if heir is not None and not take_over and not same_person(heir, operator):
            raise NotAllowed(
                f"{folder}: the run was handed over to {heir}; go on as {heir}, or take it over with a reason"
            )
        if take_over:
            session.append(
                "taken-over", {"by": operator, "from": session.state.operator, "reason": take_over}
            )
        session.append("resumed", me)
        for step in runbook.steps:
            if session.status(step.id).state is State.RUNNING:
                if JOBS in gone:
                    forget(course_of(session, step, session.status(step.id)).assignment.job)
                settle(session, step)
    except BaseException:
        writer.close()
        raise
    return session
