"""What a reviewer must see besides the order; findings of one rule are tested with that rule."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from runbook_tui.migrations.model import Finding, Level, Phase
from runbook_tui.planning.planner import plan

if TYPE_CHECKING:
    from tests.planning.conftest import World


def test_commits_that_run_and_are_not_released_are_named(world: World) -> None:
    release = world.service("billing").release()
    (change,) = release.changes
    found = plan(replace(release, changes=(replace(change, lost=change.commits),)))
    (finding,) = [finding for finding in found.findings if finding.rule == "lost-commits"]
    assert finding.level == "warning"
    assert finding.text == "billing 2.0 leaves out 1 commit of what runs now: Change 1 of billing"
    assert finding.step == "deploy-billing"


def test_what_is_wrong_with_a_folder_is_told_with_its_service(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).migration("billing", "1", Phase.EXPAND)
    release = world.release()
    (change,) = release.changes
    (part,) = change.pending
    wrong = Finding("edited-after-apply", Level.ERROR, "migrations/0.py", 0, "0 was edited", "undo the edit")
    changed = replace(change, pending=(replace(part, findings=(wrong,)),))
    found = plan(replace(release, changes=(changed,))).findings[0]
    assert (found.rule, found.level, found.text) == ("edited-after-apply", "error", "billing: 0 was edited")
    assert (found.source, found.remedy, found.step) == ("migrations/0.py", "undo the edit", None)


def test_a_tool_that_cannot_stop_needs_migrations_of_one_moment(world: World) -> None:
    world.service("billing", uses={"db": "owner"}, commands={"migrate": "dbmate up"})
    world.migration("billing", "1", Phase.EXPAND, tool="dbmate")
    world.migration("billing", "2", Phase.ASK, tool="dbmate", parents=["1"])
    assert world.findings("cannot-stop") == []  # what nobody has read is a question, and no answer yet
    world.answer("migrations", "billing/2", phase="contract", reversible=False)
    (finding,) = world.findings("cannot-stop")
    assert (finding.level, finding.source) == ("error", "migrations/2.py:10")
    assert finding.text.startswith(
        "billing: dbmate applies everything that is pending at once: 1 has to run before"
    )
    assert "Release 2 later" in finding.remedy
    assert finding.step in {step.id for step in world.plan().steps}
    world.answer("migrations", "billing/2", phase="expand", reversible=True)
    assert world.findings("cannot-stop") == []


def test_a_command_that_takes_the_revision_can_stop(world: World) -> None:
    world.service("billing", uses={"db": "owner"}, commands={"migrate": "apply-up-to {{ revision }}"})
    world.migration("billing", "1", Phase.EXPAND, tool="dbmate")
    world.migration("billing", "2", Phase.CONTRACT, tool="dbmate", parents=["1"])
    assert world.findings("cannot-stop") == []


def test_the_worst_is_told_first(world: World) -> None:
    findings = [Finding(f"rule-{level.value}", level, "m/1.py", 1, "text") for level in Level]
    world.service("billing", uses={"db": "owner"}).migration("billing", "1", Phase.EXPAND, findings=findings)
    levels = [finding.level for finding in world.plan().findings]
    assert levels == sorted(levels, key=["error", "warning", "note"].index)
    assert {"error", "warning", "note"} == set(levels)


def test_a_verify_that_does_not_look_at_the_version_is_pointed_out(world: World) -> None:
    world.service(
        "billing", commands={"verify": {"http": "http://localhost/health"}, "deploy": "d", "rollback": "r"}
    )
    (finding,) = world.findings("verify-after-deploy")
    assert finding.level == "note"
    assert "so the old one passes it as well" in finding.text


def test_a_complete_release_has_nothing_to_complain_about(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).migration("billing", "1", Phase.EXPAND)
    world.manifest |= {"approvers": ["maria"], "announce": {"channel": "#releases"}}
    assert world.plan().findings == ()


def test_a_verdict_on_an_api_that_does_not_change_is_pointed_out(world: World) -> None:
    world.service("billing").service("cart").api("billing", "billing-http", "cart")
    world.answer("contracts", "billing-http", verdict="consumer-first")
    assert not world.findings("unused-answer")
    world.contracts.clear()
    (finding,) = world.findings("unused-answer")
    assert finding.level == "warning"
    assert "billing-http does not change in this release" in finding.text
    world.staying.add("billing")
    assert not world.findings("unused-answer")


def test_a_service_that_moves_only_with_its_repository_is_pointed_out(world: World) -> None:
    release = world.service("billing", path="services/billing").release()
    assert not world.findings("nothing-changed")
    (change,) = release.changes
    found = plan(replace(release, changes=(replace(change, commits=()),)))
    (finding,) = [finding for finding in found.findings if finding.rule == "nothing-changed"]
    assert finding.text == "no commit of billing 2.0 touches services/billing: it is deployed as it is"
