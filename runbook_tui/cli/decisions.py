"""Decisions of people, written down before an unattended run.

decisions: 1
steps:
  gate-go-no-go: {decision: approve, by: ann, because: rehearsed yesterday, no incident open}
  verify-release: {decision: confirm, by: ann, because: dashboards are checked by the alert rules}
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from runbook_tui.files.problems import Problem, ProblemsError
from runbook_tui.files.suggestions import did_you_mean, quoted
from runbook_tui.files.yaml_source import YamlSource, read_yaml, validate
from runbook_tui.runbook.model import Runbook, Step

_Line = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Decision(_Model):
    """What one person decided about one step, and why."""

    decision: Literal["approve", "decline", "confirm", "skip", "retry"]
    by: _Line
    because: _Line


class Decisions(_Model):
    """The file."""

    decisions: Literal[1, "1"]
    steps: dict[_Line, Decision]


def read_decisions(path: Path, runbook: Runbook) -> dict[str, Decision]:
    """Decisions by step id.

    Raises:
        ProblemsError: the file cannot be read as decisions, or they are not about this runbook.
    """
    source = read_yaml(path)
    made = validate(source, Decisions).steps
    problems = list(_problems(source, made, runbook))
    if problems:
        raise ProblemsError(problems)
    return made


def _problems(source: YamlSource, made: dict[str, Decision], runbook: Runbook) -> Iterator[Problem]:
    """Decisions that would never be asked for: who wrote them believes that something is settled."""
    steps = {step.id: step for step in runbook.steps}
    for step_id, decision in made.items():
        place = source.place(("steps", step_id), key=True)
        if step_id not in steps:
            what = f"there is no step {quoted(step_id)} in the runbook"
            yield Problem(place, what, "the id of a step", did_you_mean(step_id, steps) or "remove it")
        elif steps[step_id].manual and decision.decision == "retry":
            what = f"step '{step_id}' is done by a person, so there is nothing to retry"
            yield Problem(place, what, "approve, confirm, decline or skip", "change the decision")
        elif not _asks(steps[step_id]) and decision.decision not in {"retry", "skip"}:
            what = f"step '{step_id}' is executed without asking anybody"
            yield Problem(place, what, "retry or skip", "change the decision, or remove it")


def _asks(step: Step) -> bool:
    """Whether a person does or decides it, or sees whether it worked."""
    return step.manual or (step.verify is not None and step.verify.confirm is not None)
