"""Decisions of people, written down before an unattended run.

decisions: 1
steps:
  gate-go-no-go: {decision: approve, by: ann, because: rehearsed yesterday, no incident open, signature: ann.sig}
  gate-point-of-no-return:
    decision: approve
    by: ann
    because: said so in the release channel
    also: [{by: priya, because: on the phone}]
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


class Approval(_Model):
    """Who says so, and why; ``signature`` is a file, relative to the one that names it."""

    by: _Line
    because: _Line
    signature: Path | None = None

    @property
    def told(self) -> str:
        """In one line."""
        return f"{self.by}: {self.because}"


class Decision(Approval):
    """What one person decided about one step, and why; ``also`` are further people who approved the same."""

    decision: Literal["approve", "decline", "confirm", "skip", "retry"]
    also: tuple[Approval, ...] = ()


class Decisions(_Model):
    """The file."""

    decisions: Literal[1, "1"]
    steps: dict[_Line, Decision]


def read_decisions(path: Path, runbook: Runbook, *, executes: str | None = None) -> dict[str, Decision]:
    """Decisions by step id.

    Args:
        path: of the file.
        runbook: that is executed.
        executes: the operator, where approvals have to be somebody else's; None where that does not matter.

    Raises:
        ProblemsError: the file cannot be read as decisions, or they are not about this runbook.
    """
    source = read_yaml(path)
    made = validate(source, Decisions).steps
    problems = list(_problems(source, made, runbook, executes if runbook.separate_approvers else None))
    if problems:
        raise ProblemsError(problems)
    return {step_id: _beside(path, decision) for step_id, decision in made.items()}


def _problems(
    source: YamlSource, made: dict[str, Decision], runbook: Runbook, executes: str | None
) -> Iterator[Problem]:
    """Decisions that would never be asked for, or never count: who wrote them believes that something is settled."""
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
        elif steps[step_id].approve is not None and decision.decision in {"approve", "confirm"}:
            yield from _own_approval(source, step_id, decision, executes)


def _own_approval(
    source: YamlSource, step_id: str, decision: Decision, executes: str | None
) -> Iterator[Problem]:
    """An approval by whoever executes, or by nobody who can be named."""
    from runbook_tui.execution.operators import same_person

    names = [approval.by for approval in (decision, *decision.also)]
    for name in names:
        if not name.strip() or not name.isprintable():
            what = f"the approver's name {quoted(name)} has characters that nobody can see"
            yield Problem(
                source.place(("steps", step_id), key=True), what, "a name that can be read", "write it anew"
            )
    if executes is None or not any(same_person(name, executes) for name in names):
        return
    what = f"step '{step_id}' is approved by {quoted(executes or '')}, who executes the run"
    remedy = (
        "let another one approve or execute; --break-glass REASON when that cannot wait; "
        "a change of the type standard, or approval: {separate: false} in the runbook, needs no second person"
    )
    yield Problem(source.place(("steps", step_id), key=True), what, "the name of somebody else", remedy)


def _beside(path: Path, decision: Decision) -> Decision:
    """With signatures looked for beside the file."""

    def found(signature: Path | None) -> Path | None:
        return path.parent / signature if signature is not None else None

    also = tuple(
        approval.model_copy(update={"signature": found(approval.signature)}) for approval in decision.also
    )
    return decision.model_copy(update={"signature": found(decision.signature), "also": also})


def _asks(step: Step) -> bool:
    """Whether a person does or decides it, or sees whether it worked."""
    return step.manual or (step.verify is not None and step.verify.confirm is not None)
