"""Beginning a run: its folder, the frozen runbook, the first checkpoint."""

from __future__ import annotations

import uuid
from pathlib import Path

from runbook_tui import __version__
from runbook_tui.execution.framing import Value
from runbook_tui.execution.operators import whereabouts
from runbook_tui.execution.record import RecordWriter
from runbook_tui.execution.runs import new_folder, parse, read_bytes
from runbook_tui.execution.session import Session
from runbook_tui.files.problems import RunbookError
from runbook_tui.runbook.digest import digest
from runbook_tui.runbook.model import Runbook

_LONGEST_NAME = 200


def begin_run(path: Path, operator: str, environment: str | None, *, rehearsal: bool) -> Session:
    """Freeze a runbook and open the record of a new run of it.

    Raises:
        ProblemsError: the runbook has problems.
        RunbookError: it must not be executed as it is.
        RecordError, RecordFailed: the record cannot be made.
    """
    data = read_bytes(path)
    runbook = parse(data, path)
    if not rehearsal:
        _refuse_open(runbook, path)
    name = _environment(environment or runbook.environment)
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
    }
    return Session(folder, runbook, RecordWriter.create(folder, {**first, **me}, me), operator)


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
