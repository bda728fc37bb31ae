"""Taking a run up again: what became of the steps that were running when nobody watched any more."""

from __future__ import annotations

from pathlib import Path

from runbook_tui.execution.course import settle
from runbook_tui.execution.errors import NotAllowed
from runbook_tui.execution.model import State
from runbook_tui.execution.operators import whereabouts
from runbook_tui.execution.record import RecordWriter
from runbook_tui.execution.runs import frozen_runbook
from runbook_tui.execution.session import Session


def take_up_run(folder: Path, operator: str, *, repair: bool, accept_shorter: str) -> Session:
    """Open the record of a run, say who goes on with it, and record what is known of every running step.

    Raises:
        HeldByAnother: somebody executes it.
        CorruptRecord: the record or the frozen runbook was changed.
        RecordError: it cannot be read.
        NotAllowed: the run is finished.
    """
    me = whereabouts(operator)
    writer = RecordWriter.open(folder, me, repair=repair, accept_shorter=accept_shorter)
    try:
        runbook = frozen_runbook(folder, writer.checkpoints[0])
        session = Session(folder, runbook, writer, operator)
        if session.state.finished is not None:
            raise NotAllowed(f"{folder}: the run is finished ({session.state.finished}); start a new one")
        session.append("resumed", me)
        for step in runbook.steps:
            if session.status(step.id).state is State.RUNNING:
                settle(session, step)
    except BaseException:
        writer.close()
        raise
    return session
