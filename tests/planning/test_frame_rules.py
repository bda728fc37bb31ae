"""Checks, decisions and announcements around the changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runbook_tui.migrations.model import Operation, Phase, Reversal
from runbook_tui.planning.rules.registry import NAMES

if TYPE_CHECKING:
    from tests.planning.conftest import World


def _release(world: World) -> World:
    world.service("billing", uses={"db": "owner"}).service("web", depends_on=["billing"])
    world.store("db", check="ping {{ datastore }}", backup="dump {{ datastore }}")
    return world.migration("billing", "1", Phase.EXPAND).migration("billing", "2", Phase.CONTRACT)


def test_every_check_precedes_the_decision_and_the_decision_the_first_changes(world: World) -> None:
    _release(world)
    assert set(world.constraints("preflight-first")) == {
        ("preflight-db", "backup-db"),
        ("backup-db", "gate-go-no-go"),
        ("preflight-billing", "gate-go-no-go"),
        ("preflight-web", "gate-go-no-go"),
    }
    assert {need.step for need in world.step("expand-billing-1").needs} == {"gate-go-no-go"}
    assert "gate-go-no-go" not in {need.step for need in world.step("deploy-billing").needs}


def test_a_data_store_without_pending_migrations_is_not_backed_up(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).store("db", check="ping db", backup="dump db")
    steps = {step.id for step in world.plan().steps}
    assert "preflight-db" in steps
    assert "backup-db" not in steps


def test_the_point_of_no_return_waits_for_everything_that_can_be_rolled_back(world: World) -> None:
    _release(world)
    plan = world.plan()
    order = [step.id for step in plan.steps]
    assert plan.point_of_no_return == "contract-billing-2"
    assert order.index("gate-point-of-no-return") + 1 == order.index("contract-billing-2")
    assert {need.step for need in world.step("gate-point-of-no-return").needs} == {"deploy-web"}
    assert "gate-point-of-no-return" in {need.step for need in world.step("contract-billing-2").needs}
    assert "drop column orders.c2 (line 10) cannot be undone" in (world.step("gate-go-no-go").approve or "")


def test_only_the_first_steps_that_cannot_be_undone_wait_for_the_approval(world: World) -> None:
    world.service("billing", uses={"db": "owner"})
    world.migration("billing", "1", Phase.CONTRACT).migration("billing", "2", Phase.CONTRACT)
    assert {
        after for before, after in world.constraints("gate-before-irreversible") if before.endswith("return")
    } == {"contract-billing-1"}


def test_without_anything_irreversible_nothing_is_approved(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).migration("billing", "1", Phase.EXPAND)
    plan = world.plan()
    assert plan.point_of_no_return is None
    assert "gate-point-of-no-return" not in {step.id for step in plan.steps}
    assert "Everything can be rolled back." in (world.step("gate-go-no-go").approve or "")


def test_a_change_that_is_irreversible_from_the_start_is_still_decided_on_first(world: World) -> None:
    operations = [Operation("add-enum-value", Phase.EXPAND, 3, "add enum value x", None, "x", Reversal.NO)]
    world.service("billing", uses={"db": "owner"})
    world.migration("billing", "1", Phase.EXPAND, operations=operations, reversal=Reversal.NO)
    order = [step.id for step in world.plan().steps if step.kind in {"gate", "migrate"}]
    assert order == ["gate-go-no-go", "gate-point-of-no-return", "expand-billing-1"]


def test_a_pin_behind_the_approval_is_not_waited_for(world: World) -> None:
    _release(world).service("search").pinned("gate-point-of-no-return", "deploy-search")
    plan = world.plan()
    assert not plan.cycles
    order = [step.id for step in plan.steps]
    assert order.index("gate-point-of-no-return") < order.index("deploy-search")


def test_nobody_waits_for_an_approval_while_services_are_down(world: World) -> None:
    _release(world).store("db", contract="offline").service("search")
    order = [step.id for step in world.plan().steps if step.kind in {"gate", "deploy", "migrate"}]
    assert order == [
        "gate-go-no-go",
        "expand-billing-1",
        "deploy-search",
        "gate-point-of-no-return",
        "stop-billing",
        "contract-billing-2",
        "deploy-billing",
        "deploy-web",
    ]


def test_without_contract_last_nothing_is_stopped(world: World) -> None:
    _release(world).store("db", contract="offline").off("contract-last")
    plan = world.plan()
    assert plan.downtime is None
    assert "stop-billing" not in {step.id for step in plan.steps}


def test_the_announcements_are_first_and_last(world: World) -> None:
    order = [step.id for step in _release(world).plan().steps]
    assert order[0] == "announce-start"
    assert order[-2:] == ["verify-release", "announce-done"]


def test_the_announcement_is_sent_by_the_command_of_the_manifest(world: World) -> None:
    world.service("billing").manifest["announce"] = {"channel": "#releases", "run": "say {{ message }}"}
    run = world.step("announce-start").run or ""
    assert run.startswith("say 'The release of shop to production begins: billing 1.0 → 2.0.")
    plan = world.plan(runbook_path="runbooks/shop.yaml")
    assert plan.steps[0].directory == "../release"


def test_a_service_that_stays_is_checked_after_those_it_uses(world: World) -> None:
    world.service("billing", provides=[{"api": "x", "type": "grpc"}]).service(
        "web", moves=False, consumes=["x"]
    )
    world.service("far", moves=False)
    check = world.step("verify-web")
    assert check.run == "version-of web"
    assert check.expect == "1.0"
    assert {need.step for need in check.needs} == {"deploy-billing"}
    assert "verify-far" not in {step.id for step in world.plan().steps}


def test_every_rule_can_be_switched_off_and_the_plan_repeats_why(world: World) -> None:
    for name in NAMES:
        fresh = _release(type(world)()).service("audit", moves=False, uses={"db": "write"})
        fresh.api("billing", "x", "web", kind="added").api("web", "y", "billing")
        fresh.answer("contracts", "y", verdict="either").pinned("deploy-billing", "deploy-web").off(name)
        plan = fresh.plan()
        assert not plan.cycles, name
        assert name not in {constraint.rule for constraint in plan.constraints}
        (finding,) = fresh.findings("rule-off")
        assert finding.text == f"{name} is switched off: tried and found wanting"


def test_without_decisions_the_checks_precede_the_first_changes_themselves(world: World) -> None:
    _release(world).off("gate-before-irreversible")
    assert ("backup-db", "expand-billing-1") in world.constraints("preflight-first")
    assert world.plan().steps[-1].id == "announce-done"


def test_switched_off_a_deploy_is_done_when_its_command_ends(world: World) -> None:
    _release(world).off("verify-after-deploy")
    assert world.step("deploy-billing").verify is None
    assert "verify-release" not in {step.id for step in world.plan().steps}
