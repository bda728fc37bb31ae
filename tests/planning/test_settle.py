"""Settling the conflicts of a merge."""

from __future__ import annotations

import pytest

from runbook_tui.planning.regenerate import RULE, Conflict, merge
from runbook_tui.planning.settle import settle
from runbook_tui.runbook.document import RunbookDocument
from runbook_tui.runbook.model import Kind, Runbook, Step


def planned(command: str, title: str = "Deploy") -> Runbook:
    step = Step(id="deploy-cart", title=title, kind=Kind.DEPLOY, run=command)
    return Runbook(runbook=1, title="Release", steps=(step,))


@pytest.fixture
def contested() -> tuple[RunbookDocument, tuple[Conflict, ...]]:
    """A runbook whose command and title were changed by a person and by the planner."""
    document = RunbookDocument.create(planned("deploy 1"))
    document.set_fields("deploy-cart", {"run": "deploy mine", "title": "Mine"})
    merged = merge(document, planned("deploy 1"), planned("deploy 2", "Deploy 2"))
    assert {conflict.field for conflict in merged.conflicts} == {"action", "title"}
    return document, merged.conflicts


@pytest.mark.parametrize("take", [True, False])
def test_every_conflict_can_be_settled_and_leaves_no_remark(
    contested: tuple[RunbookDocument, tuple[Conflict, ...]], take: bool
) -> None:
    document, conflicts = contested
    for conflict in conflicts:
        settle(document, conflict, planned=take)
    step = document.runbook.step("deploy-cart")
    assert (step.run, step.title) == (("deploy 2", "Deploy 2") if take else ("deploy mine", "Mine"))
    assert document.runbook.remarks == ()


def test_settling_is_one_edit_and_touches_no_other_conflict(
    contested: tuple[RunbookDocument, tuple[Conflict, ...]],
) -> None:
    document, conflicts = contested
    before = document.text
    settle(document, conflicts[0], planned=True)
    (left,) = [remark for remark in document.runbook.remarks if remark.rule == RULE]
    assert left.text.startswith(conflicts[1].where)
    document.undo()
    assert document.text == before
