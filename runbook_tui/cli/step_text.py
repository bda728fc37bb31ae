"""What a step does, in lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runbook_tui.runbook.model import Actionable, Step


def action_lines(step: Step, *, edited: bool = False) -> list[str]:
    """The action of a step: its command and folder, request, query, wait or what a person does.

    Args:
        step: as it is executed.
        edited: whether its command is another one than the runbook's.
    """
    lines = _lines(step)
    if edited:
        lines.append("edited in this run; the runbook has another command")
    if step.unquoted:
        lines.append(f"ATTENTION: put in without quoting: {', '.join(step.unquoted)}")
    if step.run is not None:
        lines += [f"with {name}={value}" for name, value in step.environment.items()]
    if step.secrets:
        lines.append(f"with the secrets {', '.join(step.secrets)}")
    return [*lines, f"in {step.directory}"] if step.directory and step.run is not None else lines


def rollback_lines(step: Step) -> list[str]:
    """What undoing a step does, and how it is seen that it worked."""
    if step.rollback is None:
        return ["no rollback is written down for it; undo it by hand"]
    lines = _lines(step.rollback)
    if step.rollback.run is not None:
        lines += [f"with {name}={value}" for name, value in step.environment.items()]
        lines += [f"in {step.directory}"] if step.directory else []
    if step.rollback.verify is not None:
        lines += [f"then: {line}" for line in _lines(step.rollback.verify)]
    return lines


def _lines(action: Actionable) -> list[str]:
    if action.run is not None:
        return [f"$ {line}" for line in action.run.splitlines()]
    if action.http is not None:
        from runbook_tui.text.addresses import masked

        headers = [f"{name}: {value}" for name, value in action.http.headers.items()]
        body = (action.http.body or "").splitlines()
        return [f"{action.http.method} {masked(action.http.url)}", *headers, *body]
    if action.sql is not None:
        return [f"{action.sql.database}: {action.sql.query}"]
    if action.wait is not None:
        from runbook_tui.runbook.duration import format_duration

        return [f"wait {format_duration(action.wait)}"]
    return (action.confirm or action.approve or "").splitlines()
