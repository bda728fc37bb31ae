"""What a run did, as rows of the execution log; without a run, rows to fill in by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from runbook_tui.rendering.schedule import rounded
from runbook_tui.runbook.model import Runbook

_RUN = (
    "run_id",
    "environment",
    "rehearsal",
    "operator",
    "started_at",
    "digest",
    "finished",
    "finished_at",
    "resumed",
    "head",
)


def log_rows(runbook: Runbook, state: Mapping[str, Any] | None) -> list[dict[str, str]]:
    """One row a step: ``id``, ``start``, ``took``, ``waited``, ``result``, ``by``, ``note``; empty where unknown."""
    statuses = (state or {}).get("statuses", {})
    return [_row(step.id, statuses.get(step.id, {})) for step in runbook.steps]


def run_view(state: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The run that the log is of, as plain data; None when there is none."""
    if state is None:
        return None
    run = {name: _plain(state.get(name)) for name in _RUN}
    notes = [_note(note) for note in state.get("notes", ())]
    deviations = [_deviation(deviation) for deviation in state.get("deviations", ())]
    return {**run, "notes": notes, "deviations": deviations}


def _row(step: str, status: Mapping[str, Any]) -> dict[str, str]:
    result = str(_plain(status.get("state") or ""))
    attempts = status.get("attempts") or 0
    return {
        "id": step,
        "start": str(status.get("started_at") or ""),
        "took": _time(status.get("seconds")),
        "waited": _time(status.get("waited") or None),
        "result": "" if result == "pending" else result.replace("_", " "),
        "by": str(status.get("by") or ""),
        "note": "; ".join(_remarks(status, attempts)),
    }


def _remarks(status: Mapping[str, Any], attempts: int) -> Iterable[str]:
    if attempts > 1:
        yield f"attempt {attempts}"
    for name in ("message", "rolled_back_message"):
        if status.get(name):
            yield str(status[name])
    if status.get("output"):
        yield f"output: {status['output']}"


def _note(note: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(note.get(name) or "") for name in ("at", "by", "text", "step")}


def _deviation(deviation: Mapping[str, Any]) -> dict[str, str]:
    names = ("at", "by", "step", "text")
    kind = str(deviation.get("kind") or "").replace("-", " ")
    return {"kind": kind, **{name: str(deviation.get(name) or "") for name in names}}


def _time(seconds: float | None) -> str:
    return "" if seconds is None else rounded(seconds)


def _plain(value: object) -> object:
    return value.value if isinstance(value, Enum) else value
