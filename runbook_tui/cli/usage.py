"""Options whose values are wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runbook_tui.files.problems import RunbookError
from runbook_tui.files.suggestions import did_you_mean, one_of, quoted

if TYPE_CHECKING:
    from runbook_tui.runbook.model import Runbook


class UsageError(RunbookError):
    """An option's value that cannot be used. Exit status 2."""

    def __init__(self, option: str, value: str, expected: str) -> None:
        super().__init__(f"{option}: {quoted(value)} cannot be used; expected {expected}")


def require_step(option: str, step_id: str, runbook: Runbook) -> None:
    """Refuse the id of a step that a runbook does not have.

    Raises:
        UsageError: with the id that was meant, or those that there are.
    """
    ids = [step.id for step in runbook.steps]
    if step_id not in ids:
        meant = did_you_mean(step_id, ids)
        known = f"the id of a step; {meant}" if meant else one_of(ids) if ids else "a runbook with steps"
        raise UsageError(option, step_id, known)
