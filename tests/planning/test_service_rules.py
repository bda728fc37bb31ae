"""Rules that order deploys: APIs, dependencies, what a person pinned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runbook_tui.migrations.model import Phase

if TYPE_CHECKING:
    from tests.planning.conftest import World


def test_a_new_definition_needs_its_provider_first_without_a_question(world: World) -> None:
    world.service("billing").service("web").api("billing", "billing-http", "web", kind="added")
    assert world.constraints("provider-first") == {
        ("deploy-billing", "deploy-web"): (
            "web 2.0 may use billing-http, which billing 2.0 is the first to provide"
        )
    }
    assert not world.plan().questions


def test_a_definition_that_nobody_compared_is_asked_about_and_orders_nothing_until_answered(
    world: World,
) -> None:
    world.service("billing").service("web").api("billing", "billing-http", "web")
    (question,) = world.plan().questions
    assert question.id == "contract:billing-http"
    assert question.blocking
    assert question.choices == ("provider-first", "consumer-first", "either")
    assert question.source == "api/billing-http.yaml"
    assert not world.constraints("provider-first")
    assert not world.constraints("consumer-first")
    told = world.findings("order-not-known")
    assert {finding.step for finding in told} == {"deploy-billing", "deploy-web"}
    assert "Order not known" in (world.step("deploy-web").description or "")


def test_a_definition_that_is_gone_has_its_consumers_first(world: World) -> None:
    world.service("billing").service("web").api("billing", "billing-http", "web", kind="removed")
    assert set(world.constraints("consumer-first")) == {("deploy-web", "deploy-billing")}
    assert not world.plan().questions


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("provider-first", ("deploy-billing", "deploy-web")),
        ("consumer-first", ("deploy-web", "deploy-billing")),
    ],
)
def test_the_verdict_orders_provider_and_consumers(
    world: World, verdict: str, expected: tuple[str, str]
) -> None:
    world.service("billing").service("web").api("billing", "billing-http", "web")
    world.answer("contracts", "billing-http", verdict=verdict)
    found = world.constraints(verdict)
    assert set(found) == {expected}
    assert found[expected].endswith("(ann: she knows)")
    assert not world.plan().questions


def test_either_orders_nothing(world: World) -> None:
    world.service("billing").service("web").api("billing", "billing-http", "web")
    world.answer("contracts", "billing-http", verdict="either")
    plan = world.plan()
    assert not plan.questions
    assert {"deploy-billing", "deploy-web"} <= set(next(wave for wave in plan.waves if "deploy-web" in wave))


def test_provider_and_consumer_that_move_without_a_change_between_them_are_not_ordered(world: World) -> None:
    world.service("billing", provides=[{"api": "billing-http", "type": "openapi"}])
    world.service("web", consumes=["billing-http"])
    assert any({"deploy-billing", "deploy-web"} <= set(wave) for wave in world.plan().waves)


@pytest.mark.parametrize(("kind", "level"), [("modified", "warning"), ("removed", "error")])
def test_a_consumer_that_cannot_go_first_is_a_finding(world: World, kind: str, level: str) -> None:
    world.service("billing").service("web", moves=False).api("billing", "billing-http", "web", kind=kind)
    world.answer("contracts", "billing-http", verdict="consumer-first")
    (finding,) = world.findings("consumer-not-in-release")
    assert finding.level == level
    assert "web 1.0 is not in the release" in finding.text


def test_a_definition_that_nobody_consumes_is_not_asked_about(world: World) -> None:
    world.service("billing").api("billing", "billing-http")
    assert not world.plan().questions


def test_a_dependency_is_deployed_first(world: World) -> None:
    world.service("billing").service("web", depends_on=["billing"])
    assert set(world.constraints("dependency-first")) == {("deploy-billing", "deploy-web")}
    (need,) = [need for need in world.step("deploy-web").needs if need.step == "deploy-billing"]
    assert need.rule == "dependency-first"
    assert need.source == "release/services.yaml"


def test_a_dependency_on_a_service_that_stays_orders_nothing(world: World) -> None:
    world.service("billing", moves=False).service("web", depends_on=["billing"])
    assert not world.constraints("dependency-first")


def test_a_preference_yields_to_what_was_derived_and_says_so(world: World) -> None:
    world.service("web", depends_on=["billing"]).service("billing")
    world.api("web", "web-http", "billing", kind="added")
    plan = world.plan()
    assert not plan.cycles
    (yielded,) = plan.yielded
    assert (yielded.constraint.before, yielded.constraint.after) == ("deploy-billing", "deploy-web")
    assert [item.rule for item in yielded.to] == ["provider-first"]
    assert yielded.constraint not in plan.constraints
    (finding,) = world.findings("dependency-first")
    assert finding.level == "note"
    assert "gives way to deploy-web before deploy-billing" in finding.text


def test_a_hard_dependency_never_yields(world: World) -> None:
    world.service("web", depends_on=[{"service": "billing", "kind": "hard"}]).service("billing")
    world.api("web", "web-http", "billing", kind="added")
    (cycle,) = world.plan().cycles
    assert {item.rule for item in cycle.constraints} == {"dependency-first", "provider-first"}
    assert cycle.cheapest.rule == "dependency-first"


def test_of_a_circle_of_dependencies_one_yields(world: World) -> None:
    world.service("a", depends_on=["b"]).service("b", depends_on=["c"]).service("c", depends_on=["a"])
    plan = world.plan()
    assert not plan.cycles
    assert len(plan.yielded) == 1
    assert len(world.constraints("dependency-first")) == 2
    (finding,) = world.findings("dependency-first")
    assert "circle" in finding.remedy


def test_a_soft_dependency_breaks_ties_and_is_no_need(world: World) -> None:
    world.service("a", depends_on=[{"service": "b", "kind": "soft"}]).service("b")
    plan = world.plan()
    order = [step.id for step in plan.steps]
    assert order.index("deploy-b") < order.index("deploy-a")
    assert "deploy-b" not in {need.step for need in world.step("deploy-a").needs}
    assert any({"deploy-a", "deploy-b"} <= set(wave) for wave in plan.waves)


def test_a_pin_orders_two_steps_with_its_reason(world: World) -> None:
    world.service("a").service("b").pinned("deploy-b", "deploy-a")
    assert world.constraints("pinned") == {("deploy-b", "deploy-a"): "deploy-b has to be done first"}
    assert not world.findings("pinned")


def test_a_pin_on_a_step_that_is_not_there_is_a_finding(world: World) -> None:
    world.service("a").service("b", moves=False).pinned("deploy-b", "deploy-a").pinned(
        "deploy-aa", "deploy-a"
    )
    asleep, unknown = sorted(world.findings("pinned"), key=lambda finding: finding.level)
    assert (asleep.level, unknown.level) == ("note", "warning")
    assert unknown.remedy == "did you mean deploy-a?"
    assert not world.constraints("pinned")


def test_a_step_that_has_to_come_before_itself_is_a_finding(world: World) -> None:
    world.service("a").pinned("deploy-a", "deploy-a")
    (finding,) = world.findings("pinned")
    assert finding.level == "warning"
    assert not world.plan().cycles


def test_a_pin_that_contradicts_a_rule_is_the_cheapest_to_remove(world: World) -> None:
    world.service("billing", uses={"db": "owner"}).migration("billing", "1", Phase.EXPAND)
    world.pinned("deploy-billing", "expand-billing-1")
    (cycle,) = world.plan().cycles
    assert cycle.cheapest.rule == "pinned"
    assert "take the pinned constraint" in cycle.remedy
