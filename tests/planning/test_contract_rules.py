"""What a changed API demands: its constraints, how surely, who is searched, what is asked and decided."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from runbook_tui.contracts.model import Action, Change, ContractDiff, Direction, Effect, Fault, Kind
from runbook_tui.release.model import BrokenPromise, ContractUse
from runbook_tui.repositories.model import Hit

if TYPE_CHECKING:
    from tests.planning.conftest import World


def change(
    text: str,
    effect: Effect | None,
    direction: Direction = Direction.REQUEST,
    *,
    names: tuple[str, ...] = (),
    line: int = 7,
    action: Action = Action.ADD,
) -> Change:
    """A change of ``api/x.yaml``."""
    return Change(
        rule=text.replace(" ", "-"),
        direction=direction,
        kind=Kind.EXISTENCE,
        action=action,
        pointer="/x",
        path="api/x.yaml",
        line=line,
        effect=effect,
        text=text,
        names=names,
    )


ADDS = change("adds GET /new", Effect.WIDENS, names=("newThing",))
REMOVES = change("removes GET /old", Effect.NARROWS, names=("oldThing",), line=9, action=Action.REMOVE)
REPLACES = change("changes id from int to string", Effect.NEITHER, Direction.RESPONSE, names=("id",))
SENDS_MORE = change("may send GIFT_CARD", Effect.WIDENS, Direction.EVENT, names=("GIFT_CARD",))
SENDS_LESS = change("always sends total", Effect.NARROWS, Direction.RESPONSE, names=("total",))
HARMLESS = change("adds an optional note", None)


@pytest.fixture
def pair(world: World) -> World:
    """``billing`` provides ``x``, which ``web`` consumes; both move."""
    return world.service("billing").service("web").api("billing", "x", "web")


def differs(world: World, *changes: Change, faults: tuple[Fault, ...] = ()) -> World:
    """With what differs in ``x``."""
    diff = ContractDiff(
        "openapi",
        tuple(one for one in changes if one.effect is not None),
        tuple(one for one in changes if one.effect is None),
        faults,
    )
    world.contracts["billing"] = [replace(one, diff=diff) for one in world.contracts["billing"]]
    return world


def uses(
    world: World, *, before: tuple[str, ...] = (), after: tuple[str, ...] = (), service: str = "web"
) -> World:
    """With what a search of a consumer has found."""
    hits = {name: (Hit("app.js", 3, f"call {name}"),) for name in (*before, *after)}
    world.uses.append(
        ContractUse(
            "x",
            service,
            tuple(hits),
            {name: hits[name] for name in before},
            {name: hits[name] for name in after},
        )
    )
    return world


PROVIDER, CONSUMER = "deploy-billing", "deploy-web"


@pytest.mark.parametrize(
    ("what", "rule", "order", "why"),
    [
        (
            ADDS,
            "provider-first",
            (PROVIDER, CONSUMER),
            "billing 2.0 has to accept what web 2.0 may send: x adds",
        ),
        (
            REMOVES,
            "consumer-first",
            (CONSUMER, PROVIDER),
            "web 1.0 may still send what billing 2.0 no longer accepts",
        ),
        (
            SENDS_MORE,
            "consumer-first",
            (CONSUMER, PROVIDER),
            "web 1.0 may not understand what billing 2.0 sends",
        ),
        (
            SENDS_LESS,
            "provider-first",
            (PROVIDER, CONSUMER),
            "billing 2.0 has to send what web 2.0 may rely on",
        ),
    ],
)
def test_who_reads_what_widens_and_who_writes_what_narrows_goes_first(
    pair: World, what: Change, rule: str, order: tuple[str, str], why: str
) -> None:
    plan = differs(pair, what).plan()
    (found,) = [item for item in plan.constraints if item.rule in ("provider-first", "consumer-first")]
    assert (found.rule, (found.before, found.after)) == (rule, order)
    assert found.because.startswith(why)
    assert found.source == f"api/x.yaml:{what.line}"
    assert not plan.questions


def test_what_each_version_understands_orders_nothing_and_asks_nothing(pair: World) -> None:
    plan = differs(pair, HARMLESS).plan()
    assert any({PROVIDER, CONSUMER} <= set(wave) for wave in plan.waves)
    assert not plan.questions


def test_what_neither_order_allows_is_a_contradiction_with_three_steps(pair: World) -> None:
    (cycle,) = differs(pair, REPLACES).plan().cycles
    assert {item.rule for item in cycle.constraints} == {"provider-first", "consumer-first"}
    assert cycle.instead[0] == "x:"
    assert [line.partition(":")[0] for line in cycle.instead[1:]] == [
        "release 1, expand",
        "release 1 or 2, switch",
        "last release, contract",
    ]
    assert "billing changes id from int to string" in cycle.instead[3]


def test_an_addition_and_a_removal_that_a_consumer_may_need_contradict_each_other(pair: World) -> None:
    (cycle,) = differs(pair, ADDS, REMOVES).plan().cycles
    assert "billing adds GET /new" in cycle.instead[1]
    assert "billing removes GET /old" in cycle.instead[3]
    assert "answer contract:x if" in cycle.remedy


def test_a_consumer_that_is_seen_to_only_leave_the_old_form_goes_first(pair: World) -> None:
    plan = uses(differs(pair, ADDS, REMOVES), before=("oldThing",)).plan()
    assert not plan.cycles
    (yielded,) = plan.yielded
    assert (yielded.constraint.rule, yielded.constraint.before) == ("provider-first", PROVIDER)
    (finding,) = [item for item in plan.findings if item.rule == "provider-first"]
    assert finding.level == "warning"


def test_a_consumer_that_never_used_the_old_form_waits_for_the_new_one(pair: World) -> None:
    plan = uses(differs(pair, ADDS, REMOVES), after=("newThing",)).plan()
    assert not plan.cycles
    assert [item.constraint.rule for item in plan.yielded] == ["consumer-first"]


def test_a_consumer_that_is_seen_to_switch_needs_the_split(pair: World) -> None:
    assert uses(differs(pair, ADDS, REMOVES), before=("oldThing",), after=("newThing",)).plan().cycles


def test_a_use_that_is_new_is_told_with_its_place(pair: World) -> None:
    uses(differs(pair, ADDS), after=("newThing",))
    because = pair.constraints("provider-first")[PROVIDER, CONSUMER]
    assert because.endswith("; web 2.0 uses newThing (app.js:3)")


def test_a_name_that_was_there_before_proves_no_use(pair: World) -> None:
    uses(differs(pair, ADDS), before=("newThing",), after=("newThing",))
    assert "uses newThing" not in pair.constraints("provider-first")[PROVIDER, CONSUMER]


def test_what_was_derived_stands_above_what_people_prefer(world: World) -> None:
    world.service("billing", depends_on=["web"]).service("web").api("billing", "x", "web")
    plan = differs(world, ADDS).plan()
    assert [item.rule for item in plan.constraints if PROVIDER in (item.before, item.after)].count(
        "provider-first"
    ) == 1
    (yielded,) = plan.yielded
    assert yielded.constraint.rule == "dependency-first"


def test_an_answer_stands_above_what_was_read(pair: World) -> None:
    differs(pair, REMOVES).answer("contracts", "x", verdict="either")
    assert not pair.constraints("consumer-first")


@pytest.mark.parametrize(("found", "level"), [((), "warning"), (("oldThing",), "error")])
def test_a_consumer_outside_the_release_is_searched_and_decided_on(
    world: World, found: tuple[str, ...], level: str
) -> None:
    world.service("billing").service("web", moves=False).api("billing", "x", "web")
    uses(differs(world, REMOVES), before=found, after=found)
    (finding,) = world.findings("consumer-not-in-release")
    assert finding.level == level
    gate = world.step("gate-contract-x")
    assert ("app.js:3: call oldThing" in (gate.approve or "")) is bool(found)
    assert ("Do not approve" in (gate.approve or "")) is bool(found)
    assert "removes GET /old (api/x.yaml:9)" in (gate.approve or "")
    assert ("gate-contract-x", PROVIDER) in world.constraints("consumer-first")


def test_a_consumer_that_still_names_what_goes_is_shown_in_the_step(pair: World) -> None:
    uses(differs(pair, REMOVES), before=("oldThing",), after=("oldThing",))
    (finding,) = pair.findings("still-used")
    assert (finding.level, finding.source, finding.step) == ("warning", "app.js:3", PROVIDER)
    assert "- app.js:3: call oldThing" in (pair.step(PROVIDER).description or "")


@pytest.mark.parametrize(
    ("after", "said"),
    [((), "does not name GIFT_CARD: does it bear that?"), (("GIFT_CARD",), "names GIFT_CARD (app.js:3)")],
)
def test_what_a_consumer_has_to_know_is_searched_for_and_no_remainder(
    pair: World, after: tuple[str, ...], said: str
) -> None:
    uses(differs(pair, SENDS_MORE), after=after)
    assert said in (pair.step(PROVIDER).description or "")
    assert not pair.findings("still-used")


def test_the_deploy_says_what_it_changes(pair: World) -> None:
    differs(pair, REMOVES)
    assert "It changes x:\n- removes GET /old (api/x.yaml:9)" in (pair.step(PROVIDER).description or "")


@pytest.mark.parametrize(("what", "kept"), [(SENDS_MORE, True), (REMOVES, False)])
def test_events_that_are_kept_bind_their_consumers(pair: World, what: Change, kept: bool) -> None:
    description = differs(pair, what).step(PROVIDER).description or ""
    assert ("consumers cannot go back" in description) is kept


def test_a_definition_that_cannot_be_read_leaves_the_order_unknown_and_the_rest_planned(pair: World) -> None:
    fault = Fault("api/x.yaml", 3, 5, "this is not valid YAML", "a colon", "mend it")
    plan = differs(pair, faults=(fault,)).plan()
    assert not plan.cycles
    (question,) = plan.questions
    assert "api/x.yaml:3:5: this is not valid YAML; expected a colon; mend it" in question.detail
    assert {item.step for item in plan.findings if item.rule == "order-not-known"} == {PROVIDER, CONSUMER}
    (unread,) = [item for item in plan.findings if item.rule == "contract-unread"]
    assert unread.source == "api/x.yaml:3:5"
    assert "Order not known" in (pair.step(CONSUMER).description or "")


def test_a_broken_promise_of_the_registry_is_an_error(pair: World) -> None:
    promises = (BrokenPromise(SENDS_MORE, "a" * 40, running=False),)
    pair.contracts["billing"] = [
        replace(one, compatibility="FORWARD_TRANSITIVE", broken_promises=promises)
        for one in pair.contracts["billing"]
    ]
    (finding,) = differs(pair, SENDS_MORE).findings("broken-promise")
    assert finding.level == "error"
    assert "promises FORWARD_TRANSITIVE, and billing 2.0 may send GIFT_CARD" in finding.text
    assert "aaaaaaaaaaaa" in finding.text


def test_the_contract_is_cut_where_it_begins_to_narrow(pair: World) -> None:
    differs(pair, ADDS, REMOVES).history("billing", "", "", "")
    pair.contract_introduced("billing", "x", 2)
    (cycle,) = pair.plan().cycles
    first = cycle.split[0]
    billing = pair.release().changes[0]
    assert first.targets["billing"] == billing.commits[2].sha
    assert "contract:x waits" in first.because
