"""What a step does, in lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runbook_tui.runbook.model import Step


def action_lines(step: Step) -> list[str]:
    """The action of a step: its command and folder, request, query, wait or what a person does."""
    if step.run is not None:
        lines = [f"$ {line}" for line in step.run.splitlines()]
        return [*lines, f"in {step.directory}"] if step.directory else lines
    if step.http is not None:
        return [f"{step.http.method} {step.http.url}"]
    if step.sql is not None:
        return [f"{step.sql.database}: {step.sql.query}"]
    if step.wait is not None:
        from runbook_tui.runbook.duration import format_duration

        return [f"wait {format_duration(step.wait)}"]
    return (step.confirm or step.approve or "").splitlines()
