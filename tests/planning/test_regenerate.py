"""Planning again never loses a person's change and never hides a new fact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbook_tui.planning.regenerate import Conflict, Merge, merge
from runbook_tui.runbook.document import EditRefused, RunbookDocument
from runbook_tui.runbook.model import ACTIONS, Kind, Need, Runbook, Step
from runbook_tui.runbook.plain import plain_data

DERIVED = """\
runbook: 1
title: Checkout
release:
  billing: {base: a, target: b, version: "2.4"}
  cart: {base: c, target: d, version: "1.0"}
steps:
  - {id: freeze, title: Freeze, kind: announce, confirm: Freeze now}
  - id: expand
    title: Add a column
    kind: migrate
    service: billing
    run: alembic upgrade 42
    verify: {run: alembic current, expect: "42"}
    needs: [{step: freeze, because: freeze first, rule: announce}]
  - id: deploy-billing
    title: Deploy billing
    kind: deploy
    service: billing
    run: deploy billing 2.4
    environment: {REGION: eu}
    needs: [{step: expand, because: it writes the column, source: "m.py:1"}]
  - id: deploy-cart
    title: Deploy cart
    kind: deploy
    service: cart
    run: deploy cart 1.0
    needs: [{step: freeze, because: freeze first, rule: announce}]
  - id: close
    title: Close
    kind: announce
    confirm: Tell everybody
    needs: [{step: deploy-billing, because: x}, {step: deploy-cart, because: y}]
"""

Edit = Callable[[RunbookDocument], None]


def derived(*edits: Edit) -> Runbook:
    document = RunbookDocument.parse(DERIVED, "derived")
    for edit in edits:
        edit(document)
    return document.runbook


def merged(mine: list[Edit], now: list[Edit]) -> tuple[RunbookDocument, Merge]:
    document = RunbookDocument.create(derived())
    for edit in mine:
        edit(document)
    result = merge(document, derived(), derived(*now))
    assert RunbookDocument.parse(document.text, "again").runbook == document.runbook
    return document, result


def change(step: str, field: str, value: object) -> Edit:
    return lambda document: document.set_field(step, field, value)


def remove(step: str) -> Edit:
    return lambda document: document.remove_step(step, detach=True)


def add(step: str, after: str | None, *needs: str) -> Edit:
    made = Step(id=step, title=step, kind=Kind.NOTE, needs=tuple(Need(step=n, because="so") for n in needs))
    return lambda document: document.add_step(made, after=after)


def move(step: str, after: str | None) -> Edit:
    return lambda document: document.move_step(step, after=after)


def ids(document: RunbookDocument) -> list[str]:
    return [step.id for step in document.runbook.steps]


def remarks(document: RunbookDocument) -> list[tuple[str, str]]:
    return [
        (remark.level, remark.text) for remark in document.runbook.remarks if remark.rule == "merge-conflict"
    ]


def test_both_sides_changes_are_taken_field_by_field() -> None:
    document, result = merged(
        [change("expand", "owner", "ada"), change("expand", "verify", {"run": "alembic current", "expect": "42",
                                                                       "timeout": "5m"})],
        [change("expand", "run", "alembic upgrade 43"),
         change("expand", "verify", {"run": "alembic current", "expect": "43"})],
    )  # fmt: skip
    step = document.runbook.step("expand")
    assert (step.owner, step.run) == ("ada", "alembic upgrade 43")
    assert step.verify is not None and (step.verify.expect, step.verify.timeout) == ("43", 300)
    assert result == Merge((), (), (), ("expand",))


def test_a_field_that_both_changed_keeps_the_persons_value_and_is_told() -> None:
    document, result = merged(
        [change("expand", "run", "alembic upgrade 42 --sql")], [change("expand", "run", "alembic upgrade 43")]
    )
    conflict = Conflict(
        "expand",
        "action",
        {"run": "alembic upgrade 42"},
        {"run": "alembic upgrade 42 --sql"},
        {"run": "alembic upgrade 43"},
    )
    assert result.conflicts == (conflict,)
    assert document.runbook.step("expand").run == "alembic upgrade 42 --sql"
    text = "expand: action: yours is run 'alembic upgrade 42 --sql', planned is now run 'alembic upgrade 43'"
    assert str(conflict) == text and remarks(document) == [("error", text)]
    [remark] = document.runbook.remarks
    assert remark.remedy == "keep yours or change it to run 'alembic upgrade 43', then remove this remark"


def test_a_step_that_a_person_removed_and_the_planner_changed_can_be_put_back() -> None:
    document, _ = merged([remove("deploy-cart")], [change("deploy-cart", "title", "x")])
    [remark] = document.runbook.remarks
    assert remark.remedy == "keep yours or put the step back, then remove this remark"


def test_different_actions_are_one_conflict_and_leave_one_action() -> None:
    document, result = merged(
        [change("freeze", "run", "freeze")], [change("freeze", "http", "https://freeze.example")]
    )
    assert [conflict.where for conflict in result.conflicts] == ["freeze: action"]
    assert document.runbook.step("freeze").action == "run"


def test_a_conflict_that_changes_nothing_that_is_executed_is_a_warning() -> None:
    document, _ = merged([change("freeze", "title", "Mine")], [change("freeze", "title", "Yours")])
    assert remarks(document) == [("warning", "freeze: title: yours is 'Mine', planned is now 'Yours'")]


@pytest.mark.parametrize(
    ("mine", "now", "steps", "conflicts"),
    [
        pytest.param(
            [], [add("new", "expand")], "freeze expand new deploy-billing deploy-cart close", [], id="derived adds"
        ),
        pytest.param([], [remove("deploy-cart")], "freeze expand deploy-billing close", [], id="derived removes"),
        pytest.param(
            [add("mine", "expand")], [remove("deploy-cart")], "freeze expand mine deploy-billing close", [],
            id="a person adds",
        ),
        pytest.param(
            [add("one", "expand"), add("two", "one")], [add("new", "expand")],
            "freeze expand one two new deploy-billing deploy-cart close", [], id="added steps stay together",
        ),
        pytest.param(
            [remove("deploy-cart")], [change("expand", "title", "x")], "freeze expand deploy-billing close", [],
            id="a person removes",
        ),
        pytest.param(
            [remove("deploy-cart")], [change("deploy-cart", "title", "x")], "freeze expand deploy-billing close",
            ["deploy-cart"], id="removed by a person, changed by the planner",
        ),
        pytest.param(
            [change("deploy-cart", "owner", "ada")], [remove("deploy-cart")],
            "freeze expand deploy-billing deploy-cart close", ["deploy-cart"],
            id="changed by a person, removed by the planner",
        ),
        pytest.param(
            [move("deploy-cart", "freeze")], [change("expand", "title", "x")],
            "freeze deploy-cart expand deploy-billing close", [], id="moved by a person",
        ),
        pytest.param(
            [], [move("deploy-cart", "freeze")], "freeze deploy-cart expand deploy-billing close", [],
            id="moved by the planner",
        ),
        pytest.param(
            [move("deploy-cart", "freeze")],
            [change("deploy-cart", "needs", [{"step": "expand", "because": "one writer"}])],
            "freeze expand deploy-cart deploy-billing close", ["deploy-cart: order"],
            id="moved by a person to where a new need forbids it",
        ),
        pytest.param(
            [add("mine", None), add("last", "close")], [remove("freeze")],
            "mine expand deploy-billing deploy-cart close last", [], id="first and last",
        ),
        pytest.param(
            [add("mine", "deploy-cart", "deploy-cart")], [remove("deploy-cart")],
            "freeze expand deploy-billing mine close", ["mine: needs.deploy-cart"],
            id="a person's need for what goes away",
        ),
        pytest.param(
            [remove("deploy-cart")], [add("smoke", "deploy-cart", "deploy-cart")],
            "freeze expand deploy-billing smoke close", ["smoke: needs.deploy-cart"],
            id="a new need for what a person removed",
        ),
    ],
)  # fmt: skip
def test_steps_of_both_sides(mine: list[Edit], now: list[Edit], steps: str, conflicts: list[str]) -> None:
    document, result = merged(mine, now)
    assert ids(document) == steps.split()
    assert [conflict.where for conflict in result.conflicts] == conflicts


def test_needs_are_merged_by_what_is_needed() -> None:
    document, result = merged(
        [change("deploy-billing", "needs", [{"step": "expand", "because": "it writes the column", "source": "m.py:1"},
                                            {"step": "freeze", "because": "mine"}])],
        [change("deploy-billing", "needs", [{"step": "expand", "because": "it reads the column", "source": "m.py:9"}])],
    )  # fmt: skip
    needs = [(need.step, need.because) for need in document.runbook.step("deploy-billing").needs]
    assert needs == [("expand", "it reads the column"), ("freeze", "mine")]
    assert result.conflicts == ()


def test_needs_that_contradict_each_other_refuse_the_merge() -> None:
    document = RunbookDocument.create(derived())
    document.move_step("deploy-cart", after="freeze")
    document.set_field("expand", "needs", [{"step": "deploy-cart", "because": "mine"}])
    text = document.text
    now = derived(change("deploy-cart", "needs", [{"step": "expand", "because": "theirs"}]))
    with pytest.raises(EditRefused, match=r"these steps wait for each other: .*mine.*theirs|theirs.*mine"):
        merge(document, derived(), now)
    assert document.text == text and document.runbook.step("deploy-cart").needs[0].step == "freeze"


def test_without_the_derivation_before_every_difference_is_a_conflict() -> None:
    document = RunbookDocument.create(derived())
    document.set_field("expand", "title", "Mine")
    add("mine", "close")(document)
    result = merge(document, None, derived(remove("deploy-cart"), add("new", "freeze")))
    assert {conflict.where for conflict in result.conflicts} == {
        "expand: title",
        "close: needs.deploy-cart",
    } - {"close: needs.deploy-cart"}
    assert ids(document) == ["freeze", "new", "expand", "deploy-billing", "deploy-cart", "close", "mine"]


def test_comments_survive_even_where_their_step_goes_away() -> None:
    text = DERIVED.replace("  - id: deploy-cart\n", "  # Ask Grace.\n  - id: deploy-cart  # slow\n")
    document = RunbookDocument.parse(text, "x")
    merge(document, derived(), derived(remove("deploy-cart"), change("expand", "title", "x")))
    assert "deploy-cart" not in ids(document)
    assert "  # Ask Grace.\n  # slow\n  - id: close\n" in document.text


def test_a_conflict_is_told_once_and_goes_away_when_its_remark_is_removed() -> None:
    document, first = merged([change("freeze", "title", "Mine")], [change("freeze", "title", "Two")])
    assert len(first.conflicts) == 1
    two = derived(change("freeze", "title", "Two"))
    text = document.text
    assert merge(document, derived(), two).conflicts == first.conflicts and document.text == text
    three = derived(change("freeze", "title", "Three"))
    merge(document, two, three)
    assert remarks(document) == [("warning", "freeze: title: yours is 'Mine', planned is now 'Three'")]
    document.set_top("remarks", None)
    assert merge(document, three, three).conflicts == () and remarks(document) == []


FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "title": st.sampled_from(("One", "Two", "Three")),
    "owner": st.sampled_from((None, "ada", "grace")),
    "run": st.sampled_from(("one", "two\nlines\n")),
    "confirm": st.sampled_from(("look", "see")),
    "estimate": st.sampled_from((None, "1m", "2m")),
    "environment": st.dictionaries(st.sampled_from(("A", "run")), st.sampled_from(("1", "2")), max_size=2),
    "verify": st.sampled_from(
        (None, {"run": "v", "expect": "1"}, {"run": "v", "timeout": "9s"}, {"http": "http://x"})
    ),
    "rollback": st.sampled_from((None, {"confirm": "undo"}, {"run": "undo", "verify": {"run": "undone"}})),
}


@st.composite
def edits(draw: st.DrawFn, prefix: str) -> list[Edit]:
    """A few edits of any kind; one that does not fit the document when its turn comes is left out."""
    steps = st.sampled_from(("freeze", "expand", "deploy-billing", "deploy-cart", "close", f"{prefix}-1"))
    found: list[Edit] = []
    for number in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(("field", "field", "need", "add", "remove", "move", "top")))
        step, other = draw(steps), draw(steps)
        if kind == "field":
            field = draw(st.sampled_from(sorted(FIELDS)))
            found.append(change(step, field, draw(FIELDS[field])))
        elif kind == "need":
            found.append(
                change(step, "needs", [{"step": other, "because": draw(st.sampled_from(("a", "b")))}])
            )
        elif kind == "add":
            found.append(add(f"{prefix}-{number}", draw(st.none() | steps)))
        elif kind == "remove":
            found.append(remove(step))
        elif kind == "move":
            found.append(move(step, draw(st.none() | steps)))
        else:
            value = draw(st.sampled_from(("One", "Two")))
            found.append(lambda document, value=value: document.set_top("title", value))  # type: ignore[misc]
    return found


def edited(document: RunbookDocument, some: list[Edit]) -> RunbookDocument:
    for edit in some:
        try:
            edit(document)
        except EditRefused:
            continue
    return document


MANY = settings(max_examples=60, deadline=None)


@MANY
@given(edits("mine"))
def test_nothing_new_changes_nothing(mine: list[Edit]) -> None:
    document = edited(RunbookDocument.create(derived()), mine)
    text = document.text
    assert merge(document, derived(), derived()) == Merge((), (), (), ())
    assert document.text == text


@MANY
@given(edits("now"))
def test_an_untouched_document_becomes_what_is_derived_now(now: list[Edit]) -> None:
    wanted = edited(RunbookDocument.create(derived()), now).runbook
    document = RunbookDocument.create(derived())
    assert merge(document, derived(), wanted).conflicts == ()
    assert document.runbook == wanted == RunbookDocument.parse(document.text, "again").runbook


def leaves(data: dict[str, Any], path: tuple[str, ...] = ()) -> dict[tuple[str, ...], object]:
    """Every value inside of a step; an action with its name as one value, a need by what is needed."""
    found: dict[tuple[str, ...], object] = {}
    for name, value in data.items():
        if name in ACTIONS and path[1:2] != ("environment",):
            found[(*path, "action")] = {name: value}
        elif name == "needs":
            found.update({(*path, name, need["step"]): need for need in value})
        elif isinstance(value, dict):
            found.update(leaves(value, (*path, name)))
        else:
            found[(*path, name)] = value
    return found


def values(runbook: Runbook) -> dict[tuple[str, ...], object]:
    steps = {step.id: plain_data(step) for step in runbook.steps}
    found = {path: value for step, data in steps.items() for path, value in leaves(data, (step,)).items()}
    return {**found, ("", "title"): runbook.title}


@MANY
@given(edits("mine"), edits("now"))
def test_every_change_is_in_the_result_or_in_a_conflict(mine: list[Edit], now: list[Edit]) -> None:
    before = derived()
    theirs = edited(RunbookDocument.create(before), now).runbook
    document = edited(RunbookDocument.create(before), mine)
    ours, text = document.runbook, document.text
    try:
        result = merge(document, before, theirs)
    except EditRefused:
        assert document.text == text
        return
    assert RunbookDocument.parse(document.text, "again").runbook == document.runbook
    assert {remark.text for remark in document.runbook.remarks} >= {
        str(conflict) for conflict in result.conflicts
    }
    told = {(conflict.step, *filter(None, conflict.field.split("."))) for conflict in result.conflicts}
    was, found = values(before), values(document.runbook)
    for side in (values(ours), values(theirs)):
        changed = {path for path in was.keys() | side.keys() if was.get(path) != side.get(path)}
        lost = {path for path in changed if found.get(path) != side.get(path)}
        assert [
            path for path in lost if not any(path[:length] in told for length in range(1, len(path) + 1))
        ] == []
    again = document.text
    merge(document, before, theirs)
    assert document.text == again
    merge(document, theirs, theirs)
    assert document.text == again
