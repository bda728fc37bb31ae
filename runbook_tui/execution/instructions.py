"""Instruction mode: the same runbook, done by people. Nothing is executed, and no network is reached.

For a machine from which production cannot be reached, or may not be by a program: the operator does what each step
says wherever that is possible, and pastes what was printed as evidence.
"""

from __future__ import annotations

from runbook_tui.execution.actions import told
from runbook_tui.runbook.model import Actionable, Check, Rollback, Runbook, Step

_LEADS = {
    "run": "Run this, and paste what it prints:",
    "http": "Send this request, and paste the answer:",
    "sql": "Ask this of the database, and paste the answer:",
    "wait": "Let the time pass:",
}


def instructed(runbook: Runbook) -> Runbook:
    """The runbook with a person's confirmation in place of everything that would be executed."""
    return runbook.model_copy(update={"steps": tuple(_step(step) for step in runbook.steps)})


def _step(step: Step) -> Step:
    changes: dict[str, object] = {}
    if step.action in _LEADS:
        changes |= {**_NOTHING, "confirm": _text(step, step.expect, step.directory)}
    if step.verify is not None and step.verify.action in _LEADS:
        text = _text(step.verify, step.verify.expect, step.directory)
        changes["verify"] = Check(confirm=text, expect=step.verify.expect)
    if step.rollback is not None:
        changes["rollback"] = _rollback(step.rollback, step.directory)
    return step.model_copy(update={**changes, "retry": None}) if changes else step


_NOTHING = dict.fromkeys(("run", "http", "sql", "wait"))


def _rollback(rollback: Rollback, directory: str | None) -> Rollback:
    check = rollback.verify
    if check is not None and check.action in _LEADS:
        check = Check(confirm=_text(check, check.expect, directory), expect=check.expect)
    if rollback.action not in _LEADS:
        return rollback.model_copy(update={"verify": check})
    return Rollback(confirm=_text(rollback, None, directory), verify=check)


def _text(action: Actionable, expect: str | None, directory: str | None) -> str:
    lines = [_LEADS[action.action], "", *(f"    {line}" for line in told(action).splitlines())]
    if action.http is not None:
        more = [f"{name}: {value}" for name, value in action.http.headers.items()]
        lines += [f"    {line}" for line in (*more, *(action.http.body or "").splitlines())]
    if action.run is not None and directory:
        lines += ["", f"in {directory}"]
    if isinstance(action, Step):
        lines += [f"with {name}={value}" for name, value in action.environment.items()]
    if expect is not None:
        lines += ["", f"What is printed has to contain: {expect}"]
    return "\n".join(lines)
