"""Why a step stands where it does, told from the runbook alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runbook_tui.migrations.model import Phase
from runbook_tui.planning.explain import explain, text
from runbook_tui.runbook.model import Kind, Need, Runbook, Step

if TYPE_CHECKING:
    from tests.planning.conftest import World


@pytest.fixture
def runbook(world: World) -> Runbook:
    world.service("billing", uses={"db": "owner"}).service("reports", uses={"db": "read"}).service("web")
    world.migration("billing", "0042", Phase.EXPAND, column="currency")
    world.migration("billing", "0044", Phase.CONTRACT, column="amount")
    found = world.plan().runbook
    assert found
    return found


def test_what_comes_before_and_after_with_reason_rule_and_source(runbook: Runbook) -> None:
    found = explain(runbook, "deploy-billing")
    (need,) = found.needs
    assert (need.before, need.rule, need.source) == (
        "expand-billing-0042",
        "expand-before-deploy",
        "migrations/0042.py:10",
    )
    assert [link.before for link in found.path] == [
        "announce-start",
        "preflight-billing",
        "gate-go-no-go",
        "expand-billing-0042",
    ]
    assert found.path[-1].after == "deploy-billing"
    assert {link.after for link in found.dependents} == {"gate-point-of-no-return", "contract-billing-0044"}
    assert found.behind == (
        "gate-point-of-no-return",
        "contract-billing-0044",
        "verify-release",
        "announce-done",
    )


def test_what_it_can_be_done_together_with(runbook: Runbook) -> None:
    found = explain(runbook, "deploy-billing")
    assert found.free == ("deploy-reports",)
    assert set(found.unordered) == {"deploy-reports", "deploy-web"}


def test_in_plain_text(runbook: Runbook) -> None:
    told = text(explain(runbook, "deploy-billing"))
    assert (
        "  expand-billing-0042: billing 2.0 expects orders.currency, which 0042 adds "
        "(migrations/0042.py:10) [expand-before-deploy]" in told
    )
    assert (
        "  announce-start → preflight-billing → gate-go-no-go → expand-billing-0042 → deploy-billing" in told
    )
    assert "  contract-billing-0044 starts although this does not hold: billing 1.0 may still use" in told
    assert "  and behind them: verify-release, announce-done" in told
    assert "In any order with\n  deploy-reports" in told


def test_the_first_and_the_last_step(runbook: Runbook) -> None:
    first, last = text(explain(runbook, "announce-start")), text(explain(runbook, "announce-done"))
    assert "Why here\n  nothing comes before it" in first
    assert "Not earlier" not in first
    assert "What waits for it\n  nothing" in last
    assert "If it is skipped\n  nothing else depends on it" in last


def test_a_point_of_no_return_says_so(runbook: Runbook) -> None:
    told = text(explain(runbook, "contract-billing-0044"))
    assert "Point of no return\n  drop column orders.amount (line 10) cannot be undone" in told


def test_what_a_person_added_is_explained_as_theirs() -> None:
    steps = (
        Step(id="a", title="A", kind=Kind.NOTE),
        Step(id="b", title="B", kind=Kind.DEPLOY, run="true", needs=(Need(step="a", because="Ann says so"),)),
    )
    runbook = Runbook(runbook=1, title="T", steps=steps)
    assert "a: Ann says so [written by a person]" in text(explain(runbook, "b"))


def test_a_step_that_is_not_there(runbook: Runbook) -> None:
    with pytest.raises(KeyError):
        explain(runbook, "deploy-nothing")
