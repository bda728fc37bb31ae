"""The release of the example as the rest of the product reads it."""

from __future__ import annotations

import pytest

from runbook_tui.authoring.draft import Draft, Request, draft
from runbook_tui.cli.decisions import read_decisions
from runbook_tui.demo.model import Demo
from runbook_tui.runbook.model import Kind


@pytest.fixture(scope="module")
def planned(demo: Demo) -> Draft:
    return draft(Request(demo.manifest), demo.runbook)


def _before(planned: Draft, first: str, then: str) -> bool:
    """Whether one step has to wait for another, directly or not."""
    steps = {step.id: step for step in planned.plan.steps}
    waiting, seen = [then], set[str]()
    while waiting:
        needs = {need.step for need in steps[waiting.pop()].needs} - seen
        seen |= needs
        waiting += needs
    return first in seen


def test_the_release_can_be_ordered(planned: Draft, demo: Demo) -> None:
    plan = planned.plan
    assert plan.cycles == ()
    assert plan.runbook is not None
    assert {name: entry.version for name, entry in plan.runbook.release.items()} == {
        name: version for name, version in demo.released.items() if name != "search"
    }
    assert not [finding for finding in plan.findings if finding.level == "error"]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("expand-users-000005", "deploy-users"),
        ("expand-users-000005", "deploy-auth"),
        ("deploy-users", "contract-users-000006"),
        ("deploy-auth", "contract-users-000006"),
        ("expand-billing-0005", "deploy-billing"),
        ("deploy-billing", "backfill-billing-0006"),
        ("backfill-billing-0006", "contract-billing-0007"),
        ("expand-orders-0006", "deploy-orders"),
        ("deploy-orders", "backfill-orders-0007"),
        ("deploy-catalog", "deploy-gateway"),
        ("deploy-gateway", "deploy-orders"),
        ("deploy-billing", "deploy-orders"),
        ("deploy-notifications", "deploy-orders"),
        ("deploy-auth", "deploy-gateway"),
        ("deploy-users", "deploy-notifications"),
        ("deploy-notifications", "deploy-billing"),
        ("gate-point-of-no-return", "contract-users-000006"),
        ("gate-point-of-no-return", "contract-billing-0007"),
    ],
)
def test_what_has_to_wait_waits(planned: Draft, first: str, then: str) -> None:
    assert _before(planned, first, then)
    assert not _before(planned, then, first)


def test_what_nothing_orders_is_left_open(planned: Draft) -> None:
    for one, other in (("deploy-catalog", "deploy-users"), ("expand-billing-0005", "expand-users-000005")):
        assert not _before(planned, one, other)
        assert not _before(planned, other, one)


def test_gateway_yields_to_the_removal_of_the_export(planned: Draft) -> None:
    (yielded,) = planned.plan.yielded
    assert (yielded.constraint.before, yielded.constraint.after) == ("deploy-orders", "deploy-gateway")


def test_one_question_is_open_and_stops_nothing(planned: Draft) -> None:
    assert [(question.id, question.blocking) for question in planned.plan.questions] == [
        ("on-call:notifications", False)
    ]


def test_the_decisions_are_those_that_the_runbook_asks_for(planned: Draft, demo: Demo) -> None:
    people = {step.id for step in planned.plan.steps if step.manual and step.kind is not Kind.NOTE}
    assert planned.plan.runbook is not None
    assert set(read_decisions(demo.decisions, planned.plan.runbook)) == people


def test_the_impossible_release_is_split_at_the_commit_before(demo: Demo, planned: Draft) -> None:
    plan = draft(Request(demo.impossible)).plan
    assert plan.runbook is None
    (cycle,) = plan.cycles
    about = {step for constraint in cycle.constraints for step in (constraint.before, constraint.after)}
    assert {"deploy-billing", "expand-billing-0008"} <= about
    first, *_, last = cycle.split
    assert planned.plan.runbook is not None
    assert first.targets["billing"] == planned.plan.runbook.release["billing"].target
    assert last.targets["billing"] != first.targets["billing"]
    assert draft(Request(demo.impossible, targets=first.targets)).plan.runbook is not None


def test_the_point_of_no_return_is_the_first_dropped_column(planned: Draft) -> None:
    lasting = {step.id for step in planned.plan.steps if not step.reversible}
    assert lasting == {"contract-users-000006", "contract-billing-0007"}
    assert planned.plan.point_of_no_return in lasting
