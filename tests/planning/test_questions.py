"""What only a person can know, and what their answers change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runbook_tui.migrations.model import Finding, Level, Phase

if TYPE_CHECKING:
    from tests.planning.conftest import World


def test_a_migration_that_cannot_be_read_is_asked_about_and_placed_provisionally(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).migration("billing", "0043", Phase.ASK, has_down=True)
    plan = world.plan()
    (question,) = plan.questions
    assert question.id == "migration:billing/0043"
    assert question.choices == ("expand", "backfill", "contract")
    assert question.blocking
    assert question.source == "migrations/0043.py:10"
    assert "code that touches orders.c0043" in question.detail
    assert plan.runbook
    assert [item.id for item in plan.runbook.questions] == ["migration:billing/0043"]
    step = world.step("backfill-billing-0043")
    assert "provisionally" in (step.description or "")
    assert ("deploy-billing", "backfill-billing-0043") in world.constraints("backfill-position")


def test_the_answer_decides_phase_and_reversibility(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).migration("billing", "0043", Phase.ASK)
    world.answer("migrations", "billing/0043", phase="expand", reversible=True)
    assert not world.plan().questions
    step = world.step("expand-billing-0043")
    assert step.reversible
    assert step.description == "ann says that it belongs to expand: she knows"
    world.answer("migrations", "billing/0043", phase="contract", reversible=False)
    step = world.step("contract-billing-0043")
    assert step.irreversible_because == "ann says that it cannot be undone: she knows"


def test_an_answer_against_what_was_read_is_kept_and_said(world: World) -> None:
    error = Finding("breaking", Level.ERROR, "migrations/7.py", 3, "a rename has no safe moment", "split it")
    world.service("billing", uses={"db": "owner"}).migration("billing", "7", Phase.BREAKING, findings=[error])
    assert world.plan().cycles
    world.answer("migrations", "billing/7", phase="expand", reversible=True)
    assert not world.plan().cycles
    (finding,) = world.findings("answered-against-reading")
    assert finding.text == "billing/7 reads as breaking, and ann says expand: she knows"
    assert [finding.level for finding in world.findings("breaking")] == ["warning"]


def test_who_is_paged_may_be_asked_and_does_not_block(world: World) -> None:
    world.service("billing", on_call=None).service("web", moves=False, on_call=None)
    (question,) = world.plan().questions
    assert (question.id, question.blocking, question.choices) == ("on-call:billing", False, ())
    world.answer("services", "billing", on_call="phone:ann")
    assert not world.plan().questions
    assert world.step("deploy-billing").pager == "phone:ann"


def test_what_blocks_is_asked_first(world: World) -> None:
    world.service("billing", uses={"db": "owner"}, on_call=None).migration("billing", "1", Phase.ASK)
    world.service("a", on_call=None)
    assert [question.blocking for question in world.plan().questions] == [True, False, False]


def test_how_to_answer_what_might_be_undone(world: World) -> None:
    from runbook_tui.migrations.model import Reversal

    world.service("billing", uses={"db": "owner"})
    world.migration("billing", "1", Phase.BACKFILL, reversal=Reversal.UNKNOWN, has_down=False)
    (finding,) = world.findings("point-of-no-return")
    assert "answer migration:billing/1 with backfill and reversible" in finding.remedy
    world.answer("migrations", "billing/1", phase="backfill", reversible=True)
    assert world.plan().point_of_no_return is None
    rollback = world.step("backfill-billing-1").rollback
    assert rollback
    assert rollback.confirm == "Undo 1 in db by hand (ann: she knows)."
