"""The one sentence that says who is deployed first, and why."""

from __future__ import annotations

import pytest

from runbook_tui.contracts.model import Action, Change, ContractDiff, Direction, Effect, Fault, Kind, Verdict
from runbook_tui.contracts.wording import fault_text, headline, place, sentence, split_steps

REQUEST, RESPONSE, EVENT = Direction.REQUEST, Direction.RESPONSE, Direction.EVENT
WIDENS, NARROWS, NEITHER = Effect.WIDENS, Effect.NARROWS, Effect.NEITHER
WAY = "so add the new form beside the old one (shop-api), switch to it (web), then remove the old one"


def change(
    text: str,
    effect: Effect | None,
    direction: Direction = REQUEST,
    *,
    action: Action = Action.CHANGE,
    line: int = 41,
    path: str = "api/openapi.yaml",
) -> Change:
    return Change(
        rule="rule",
        direction=direction,
        kind=Kind.EXISTENCE,
        action=action,
        pointer="/paths",
        path=path,
        line=line,
        effect=effect,
        text=text,
    )


def diff(*changes: Change, faults: tuple[Fault, ...] = ()) -> ContractDiff:
    ordering = tuple(each for each in changes if each.effect is not None)
    return ContractDiff("openapi", ordering, tuple(each for each in changes if each.effect is None), faults)


def said(*changes: Change) -> str:
    return sentence(diff(*changes), "shop-api", "web")


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (
            change("adds GET /v2/orders", WIDENS),
            "shop-api must be deployed before web: it adds GET /v2/orders (api/openapi.yaml:41), "
            "which nobody can use before",
        ),
        (
            change("always sends total", NARROWS, RESPONSE),
            "shop-api must be deployed before web: it always sends total (api/openapi.yaml:41), "
            "on which nobody can rely before",
        ),
        (
            change("removes GET /orders", NARROWS, action=Action.REMOVE),
            "web must be deployed before shop-api: shop-api removes GET /orders (api/openapi.yaml:41), "
            "which web may still use",
        ),
        (
            change("requires currency in the body of POST /invoices", NARROWS),
            "web must be deployed before shop-api: shop-api requires currency in the body of POST /invoices "
            "(api/openapi.yaml:41), and web may still send what was sent before",
        ),
        (
            change("may send the value held", WIDENS, EVENT),
            "web must be deployed before shop-api: shop-api may send the value held (api/openapi.yaml:41), "
            "for which web may not be prepared yet",
        ),
        (
            change("removes total", WIDENS, RESPONSE, action=Action.REMOVE),
            "web must be deployed before shop-api: shop-api removes total (api/openapi.yaml:41), "
            "on which web may still rely",
        ),
        (
            change("changes the type of id", NEITHER),
            "shop-api and web cannot be deployed in any order: shop-api changes the type of id "
            f"(api/openapi.yaml:41), and neither version understands the other; {WAY}",
        ),
        (
            change("deprecates GET /orders", None),
            "shop-api and web can be deployed in any order: each version understands the other, "
            "though shop-api deprecates GET /orders (api/openapi.yaml:41)",
        ),
    ],
)  # fmt: skip
def test_one_change(made: Change, expected: str) -> None:
    assert said(made) == expected


def test_nothing_at_all() -> None:
    assert sentence(diff()) == (
        "the provider and its consumers can be deployed in any order: nothing has changed that a message could show"
    )


def test_of_many_changes_the_first_is_told() -> None:
    told = said(
        change("adds a", WIDENS), change("adds b", WIDENS), change("adds c", WIDENS), change("x", None)
    )
    assert told.endswith(
        "it adds a (api/openapi.yaml:41), which nobody can use before; 2 more changes for the same order"
    )


def test_demands_that_contradict_each_other_are_both_told() -> None:
    told = said(
        change("removes a", NARROWS, action=Action.REMOVE), change("adds b", WIDENS), change("adds c", WIDENS)
    )
    assert told == (
        "shop-api and web cannot be deployed in any order: shop-api adds b (api/openapi.yaml:41), "
        "which needs shop-api first, and removes a (api/openapi.yaml:41), which needs web first; "
        f"1 more change; {WAY}"
    )


@pytest.mark.parametrize(
    ("made", "lead"),
    [
        (change("adds a", WIDENS), "The provider first: it adds a"),
        (change("removes a", NARROWS), "Its consumers first: the provider removes a"),
        (
            change("alters a", NEITHER),
            "No order is safe: the provider alters a (api/openapi.yaml:41), and neither version understands the other",
        ),
        (change("notes a", None), "In any order: each version understands the other"),
    ],
)
def test_the_headline_begins_with_the_answer(made: Change, lead: str) -> None:
    assert headline(diff(made)).startswith(lead)


def test_a_fault_hides_who_goes_first() -> None:
    fault = Fault("api/a.yaml", 3, 7, "this is not YAML", "a mapping", "mend it", "old")
    found = diff(change("adds a", WIDENS), faults=(fault, fault))
    assert sentence(found, "shop-api", "web") == (
        "nobody can say which of shop-api and web must be deployed first: api/a.yaml:3:7 of the old version: "
        "this is not YAML; expected a mapping; mend it; 1 more problem"
    )
    assert headline(found).startswith("Not known: api/a.yaml:3:7")


def test_places_are_as_exact_as_they_are_known() -> None:
    assert place(change("a", WIDENS)) == "api/openapi.yaml:41"
    assert place(change("a", WIDENS, line=0)) == "api/openapi.yaml"
    assert place(Fault("a", 1, 2, "x")) == "a:1:2"
    assert fault_text(Fault("", 0, 0, "it is missing")) == "the contract: it is missing"


def test_foreign_text_is_made_plain_and_bounded() -> None:
    told = said(change(f"adds \x1b[2J\n{'x' * 10_000}", WIDENS, path="a\u202eb"))
    assert "\x1b" not in told
    assert "\n" not in told
    assert "\u202e" not in told
    assert len(told) < 600
    assert "\x07" not in fault_text(Fault("a\x07", 1, 1, "b\x07", "c\x07", "d\x07"))


def test_a_split_is_made_in_three_steps() -> None:
    assert split_steps("shop-api", "web") == (
        "shop-api: add the new form beside the old one",
        "web: switch to the new form",
        "shop-api: remove the old form",
    )


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_its_sentence(verdict: Verdict) -> None:
    made = {
        Verdict.COMPATIBLE: diff(),
        Verdict.EITHER: diff(change("a", None)),
        Verdict.PROVIDER_FIRST: diff(change("a", WIDENS)),
        Verdict.CONSUMER_FIRST: diff(change("a", WIDENS, EVENT)),
        Verdict.SPLIT: diff(change("a", WIDENS), change("a", WIDENS, EVENT)),
    }[verdict]
    assert made.verdict is verdict
    assert ": " in sentence(made)
