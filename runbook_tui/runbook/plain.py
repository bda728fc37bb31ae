"""Parts of the runbook as plain data, with their keys in the order of the file."""

from __future__ import annotations

from typing import Any

from runbook_tui.runbook.fields import Model
from runbook_tui.runbook.model import Runbook, Step

TOP_ORDER = (
    "runbook", "title", "environment", "system", "summary", "window", "manifest", "selection", "downtime", "change",
    "approval", "parallel", "release", "secrets", "variables", "questions", "remarks", "steps",
)  # fmt: skip
STEP_ORDER = (
    "id", "title", "kind", "phase", "service", "description", "run", "http", "sql", "confirm", "wait", "approve",
    "directory", "environment", "unquoted", "expect", "verify", "rollback", "reversible", "irreversible_because",
    "repeatable", "retry", "owner", "pager", "approvers", "approvals", "risk", "estimate", "timeout",
    "silent_after", "secrets", "migration", "needs",
)  # fmt: skip


def plain_data(part: Model) -> dict[str, Any]:
    """A part of the runbook as texts, numbers, lists and mappings, without what is the default anyway."""
    data = part.model_dump(mode="json", exclude_defaults=True)
    order = STEP_ORDER if isinstance(part, Step) else TOP_ORDER if isinstance(part, Runbook) else tuple(data)
    return {name: data[name] for name in order if name in data}


def top_data(runbook: Runbook) -> dict[str, Any]:
    """Everything of a runbook but its steps, as plain data."""
    data = plain_data(runbook.model_copy(update={"steps": ()}))
    del data["steps"]
    return data
