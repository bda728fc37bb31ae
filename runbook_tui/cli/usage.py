"""Options whose values are wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runbook_tui.files.problems import Place, Problem, RunbookError
from runbook_tui.files.suggestions import did_you_mean, one_of, quoted

if TYPE_CHECKING:
    from runbook_tui.runbook.model import Runbook


class UsageError(RunbookError):
    """An option's value that cannot be used. Exit status 2."""

    def __init__(self, option: str, value: str, expected: str) -> None:
        super().__init__(f"{option}: {quoted(value)} cannot be used; expected {expected}")


def targets(given: list[str], option: str = "--target") -> dict[str, str]:
    """Service to ref, from values of an option such as ``billing=v2.4.0``.

    Raises:
        UsageError: when one is not of that form, or names another ref for the same service.
    """
    found: dict[str, str] = {}
    for text in given:
        service, separator, ref = text.partition("=")
        if not (service and separator and ref):
            raise UsageError(option, text, "SERVICE=REF, such as billing=v2.4.0")
        if found.setdefault(service, ref) != ref:
            raise UsageError(option, text, f"one ref for {service}, which is {found[service]} already")
    return found


def unknown_step(where: str, step_id: str, runbook: Runbook) -> list[Problem]:
    """The problem with an id that no step has, told at ``where``; empty when one has it."""
    ids = [step.id for step in runbook.steps]
    if step_id in ids:
        return []
    meant = did_you_mean(step_id, ids)
    known = "the id of a step" if meant or not ids else one_of(ids)
    what = f"there is no step {quoted(step_id)} in the runbook"
    return [Problem(Place(where), what, known, meant or "check the id")]
