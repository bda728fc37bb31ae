"""Deciding what planning again left open: a person's value or the planned one."""

from __future__ import annotations

from collections.abc import Mapping

from runbook_tui.planning.regenerate import RULE, Conflict
from runbook_tui.runbook import edits
from runbook_tui.runbook.document import RunbookDocument
from runbook_tui.runbook.model import Runbook


def settle(document: RunbookDocument, conflict: Conflict, *, planned: bool) -> None:
    """Decide one conflict, and take the remark about it away, as one edit of the document.

    Args:
        document: the merged runbook; changed in place.
        conflict: of its merge.
        planned: put in what is planned now; otherwise what the person wrote stays.

    Raises:
        EditRefused: the planned value does not fit the rest of the runbook. The document is as it was.
    """
    runbook = _with_planned(document.runbook, conflict) if planned else document.runbook
    about = f"{conflict.where}: "
    remarks = [
        remark for remark in runbook.remarks if remark.rule != RULE or not remark.text.startswith(about)
    ]
    document.replace(edits.with_top(runbook, "remarks", remarks or None))


def _with_planned(runbook: Runbook, conflict: Conflict) -> Runbook:
    if not conflict.step:
        return edits.with_top(runbook, conflict.field, conflict.now)
    if conflict.field == "action" and isinstance(conflict.now, Mapping):  # its name and its value
        return edits.with_fields(runbook, conflict.step, dict(conflict.now))
    return edits.with_fields(runbook, conflict.step, {conflict.field: conflict.now})
