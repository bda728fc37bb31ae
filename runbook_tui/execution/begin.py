"""Beginning a run: its folder, the frozen runbook, the first checkpoint."""

from __future__ import annotations

import uuid
from pathlib import Path

from runbook_tui import __version__
from runbook_tui.execution.drift import VERSION_SET, version_sets
from runbook_tui.execution.framing import Value
from runbook_tui.execution.instructions import instructed
from runbook_tui.execution.operators import whereabouts
from runbook_tui.execution.record import RecordWriter
from runbook_tui.execution.runs import (
    new_folder,
    parse,
    read_bytes,
    require_nobody_at_work,
    require_none_lost,
)
from runbook_tui.execution.session import Session
from runbook_tui.files.problems import RunbookError
from runbook_tui.runbook.digest import digest
from runbook_tui.runbook.model import Runbook

_LONGEST_NAME = 200
_LONGEST_PURPOSE = 2000


def begin_run(
    path: Path, operator: str, environment: str | None, *, rehearsal: bool, instructions: bool = False
) -> Session:
    """Freeze a runbook and open the record of a new run of it.

    Args:
        path: of the runbook file.
        operator: who executes.
        environment: instead of the one in the runbook.
        rehearsal: nothing is done.
        instructions: people do everything, and nothing is executed here.

    Raises:
        ProblemsError: the runbook has problems.
        RunbookError: it must not be executed as it is.
        HeldByAnother: somebody executes this runbook there now.
        RecordError, RecordFailed: the record cannot be made.
    """
    data = read_bytes(path)
    runbook = parse(data, path)
    if not rehearsal:
        _refuse_open(runbook, path)
    name = _environment(environment or runbook.environment)
    if not rehearsal:
        require_nobody_at_work(path.absolute(), name)
        require_none_lost(path.absolute(), digest(data), name)
    folder = new_folder(path.absolute(), data, name, rehearsal=rehearsal)
    me = whereabouts(operator)
    first: dict[str, Value] = {
        "run": uuid.uuid4().hex,
        "tool": f"runbook-tui {__version__}",
        "runbook": path.name,
        "digest": digest(data),
        "title": runbook.title,
        "environment": name,
        "rehearsal": rehearsal,
        "steps": len(runbook.steps),
        **_change(runbook),
    }
    if instructions:
        first["instructions"] = True
    writer = RecordWriter.create(folder, {**first, **me}, me)
    try:
        session = Session(folder, instructed(runbook) if instructions else runbook, writer, operator)
        if not rehearsal:
            for values in version_sets(runbook, session.base):
                session.append(VERSION_SET, values)
    except BaseException:
        writer.close()
        raise
    return session


def _change(runbook: Runbook) -> dict[str, Value]:
    """What an auditor asks about the change, as far as the runbook says it."""
    change = runbook.change
    if change is None:
        return {}
    told = {
        "type": change.type.value,
        "ticket": change.ticket,
        "purpose": change.purpose and change.purpose[:_LONGEST_PURPOSE],
        "requester": change.requester,
    }
    return {"change": {name: value for name, value in told.items() if value}}


def _environment(name: str) -> str:
    name = name.strip()
    if not name or not name.isprintable() or len(name) > _LONGEST_NAME:
        raise RunbookError(
            f"the environment {name[:40]!r} cannot be recorded; a short printable name is needed"
        )
    return name


def _refuse_open(runbook: Runbook, path: Path) -> None:
    """Refuse to execute what the planner could not finish."""
    texts = [f"{path}: open question {item.id}: {item.text}" for item in runbook.questions if item.blocking]
    for remark in runbook.remarks:
        if remark.level == "error":
            remedy = f"; {remark.remedy}" if remark.remedy else ""
            texts.append(f"{path}: {remark.rule}: {remark.text}{remedy}")
    if texts:
        advice = "answer the questions and mend the errors, plan again, or rehearse"
        raise RunbookError("\n".join([*texts, f"{path}: it cannot be executed like this; {advice}"]))
