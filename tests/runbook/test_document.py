"""Edits of a runbook file that a person wrote."""

from __future__ import annotations

from collections.abc import Callable
from difflib import unified_diff
from pathlib import Path

import pytest

from runbook_tui.files.problems import ProblemsError, RunbookError
from runbook_tui.runbook.document import EditRefused, FileChanged, RunbookDocument
from runbook_tui.runbook.model import Kind, Need, Runbook, ServiceRelease, Step, Window

BY_HAND = """\
# Checkout, week 47
runbook: 1
title:   "Checkout release"     # shown in the status page
environment: production

steps:
  # --- before we begin ---

  - id: freeze
    title: Freeze deployments
    kind: announce
    confirm: >-
      Post the freeze in #deployments
      and wait for the tick.

  # Adds the column.
  # Safe while the old code runs.
  - title: Add invoices.currency   # PAY-12
    id: expand-billing
    kind: migrate
    phase: expand
    run: |
      # comment of the shell, not of YAML
      alembic upgrade 0042

    verify: {run: alembic current, expect: '0042'}  # polls
    reversible: true          # checked by Ada
    needs:
    - step: freeze            # never without
      because: nobody may deploy while the schema moves

  - id: deploy-billing
    title: 'Deploy billing'
    kind: deploy
    run: ./deploy billing
    estimate: 5m
    needs:
    - {step: expand-billing, because: "2.4.0 writes it"}
# the end
"""


def changes(before: str, after: str) -> list[str]:
    lines = unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


@pytest.fixture
def document() -> RunbookDocument:
    return RunbookDocument.parse(BY_HAND, "checkout.yaml")


Edit = Callable[[RunbookDocument], None]


@pytest.mark.parametrize(
    ("edit", "diff"),
    [
        pytest.param(
            lambda d: d.set_field("deploy-billing", "title", "Deploy billing 2.4.0"),
            ["-    title: 'Deploy billing'", "+    title: 'Deploy billing 2.4.0'"],
            id="a quoted value keeps its quotes",
        ),
        pytest.param(
            lambda d: d.set_field("expand-billing", "title", "Add it"),
            ["-  - title: Add invoices.currency   # PAY-12", "+  - title: Add it   # PAY-12"],
            id="the first key of a step, whichever it is",
        ),
        pytest.param(
            lambda d: d.set_field("deploy-billing", "owner", "team-payments"),
            ["+    owner: team-payments"],
            id="a new field goes where it belongs",
        ),
        pytest.param(
            lambda d: d.set_field("deploy-billing", "estimate", None),
            ["-    estimate: 5m"],
            id="a field is taken away",
        ),
        pytest.param(
            lambda d: d.set_field("expand-billing", "reversible", False),
            [
                "-    reversible: true          # checked by Ada",
                "+    reversible: false          # checked by Ada",
            ],
            id="a default that was written down",
        ),
        pytest.param(
            lambda d: d.set_field("expand-billing", "run", "alembic upgrade 0043"),
            [
                "-    run: |",
                "-      # comment of the shell, not of YAML",
                "-      alembic upgrade 0042",
                "+    run: alembic upgrade 0043",
            ],
            id="a literal block becomes one line",
        ),
        pytest.param(
            lambda d: d.set_field("deploy-billing", "run", "set -x\n./deploy billing\n"),
            ["-    run: ./deploy billing", "+    run: |", "+      set -x", "+      ./deploy billing"],
            id="one line becomes a literal block",
        ),
        pytest.param(
            lambda d: d.set_field("expand-billing", "verify", {"run": "alembic current", "expect": "0043"}),
            [
                "-    verify: {run: alembic current, expect: '0042'}  # polls",
                "+    verify:  # polls",
                "+      run: alembic current",
                '+      expect: "0043"',
            ],
            id="braces are written out and keep the comment",
        ),
        pytest.param(
            lambda d: d.set_field("freeze", "approve", "May we?"),
            [
                "-    confirm: >-",
                "-      Post the freeze in #deployments",
                "-      and wait for the tick.",
                "+    approve: May we?",
            ],
            id="an action takes the place of the one before",
        ),
        pytest.param(
            lambda d: d.set_field("freeze", "id", "freeze-all"),
            [
                "-  - id: freeze",
                "+  - id: freeze-all",
                "-    - step: freeze            # never without",
                "+    - step: freeze-all            # never without",
            ],
            id="a new id is carried into the needs",
        ),
        pytest.param(
            lambda d: d.set_field(
                "expand-billing",
                "needs",
                [{"step": "freeze", "because": "the freeze is announced", "rule": "announce"}],
            ),
            [
                "-      because: nobody may deploy while the schema moves",
                "+      because: the freeze is announced",
                "+      rule: announce",
            ],
            id="a need is changed in place",
        ),
        pytest.param(
            lambda d: d.set_top("title", "Checkout, again"),
            [
                '-title:   "Checkout release"     # shown in the status page',
                '+title: "Checkout, again"     # shown in the status page',
            ],
            id="the title",
        ),
        pytest.param(
            lambda d: d.set_top(
                "window", Window(start="2026-11-24T09:30+01:00", end="2026-11-24T12:00+01:00")
            ),
            ["+window: {start: 2026-11-24T09:30+01:00, end: 2026-11-24T12:00+01:00}"],
            id="the window",
        ),
        pytest.param(
            lambda d: d.remove_step("deploy-billing"),
            [
                "-",
                "-  - id: deploy-billing",
                "-    title: 'Deploy billing'",
                "-    kind: deploy",
                "-    run: ./deploy billing",
                "-    estimate: 5m",
                "-    needs:",
                '-    - {step: expand-billing, because: "2.4.0 writes it"}',
            ],
            id="a step goes away with its blank line",
        ),
        pytest.param(
            lambda d: d.add_step(Step(id="tell", title="Tell them", kind=Kind.NOTE), after="freeze"),
            ["+", "+  - id: tell", "+    title: Tell them", "+    kind: note"],
            id="a step is added between others",
        ),
        pytest.param(
            lambda d: d.set_top(
                "release", {"billing": ServiceRelease(base="4f1c", target="0e12", version="2.4")}
            ),
            [
                "+",
                "+release:",
                "+  billing:",
                "+    base: 4f1c",
                '+    target: "0e12"',
                '+    version: "2.4"',
            ],
            id="what would be read as a number is quoted",
        ),
    ],
)
def test_an_edit_changes_only_the_lines_that_it_is_about(
    document: RunbookDocument, edit: Edit, diff: list[str]
) -> None:
    edit(document)
    assert changes(BY_HAND, document.text) == diff
    assert RunbookDocument.parse(document.text, "again").runbook == document.runbook
    document.undo()
    assert document.text == BY_HAND
    document.redo()
    assert changes(BY_HAND, document.text) == diff


def test_a_step_moves_with_its_comments(document: RunbookDocument) -> None:
    document.set_field("expand-billing", "needs", None)
    document.move_step("expand-billing", after=None)
    assert [step.id for step in document.runbook.steps] == ["expand-billing", "freeze", "deploy-billing"]
    wanted = """\
steps:
  # Adds the column.
  # Safe while the old code runs.
  - title: Add invoices.currency   # PAY-12
"""
    assert wanted in document.text
    assert "    # never without\n" in document.text
    assert "\n\n  # --- before we begin ---\n\n  - id: freeze\n" in document.text


def test_the_comments_directly_above_a_removed_step_go_with_it(document: RunbookDocument) -> None:
    document.remove_step("expand-billing", detach=True)
    assert "Adds the column" not in document.text and "PAY-12" not in document.text
    assert "tick.\n\n  - id: deploy-billing\n" in document.text
    assert document.runbook.step("deploy-billing").needs == ()


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (
            lambda d: d.move_step("deploy-billing", after="freeze"),
            "step 'deploy-billing' cannot be moved there: step 'deploy-billing' stands before 'expand-billing', "
            "which it needs because 2.4.0 writes it; move 'deploy-billing' behind 'expand-billing', "
            "or remove the need",
        ),
        (
            lambda d: d.remove_step("expand-billing"),
            "step 'expand-billing' cannot be removed: 'deploy-billing' needs it because 2.4.0 writes it",
        ),
        (lambda d: d.move_step("freeze", after="freeze"), "cannot stand behind itself"),
        (lambda d: d.move_step("frezee", after=None), "there is no step 'frezee'; did you mean 'freeze'?"),
        (lambda d: d.set_field("freeze", "ownr", "x"), "there is no field 'ownr'; did you mean 'owner'?"),
        (
            lambda d: d.set_field("freeze", "estimate", "soon"),
            "step 'freeze': estimate: a time span such as 500ms, 90s, 2m or 1h30m is needed",
        ),
        (
            lambda d: d.set_field("freeze", "confirm", None),
            "step 'freeze': exactly one of run, http, sql, confirm, wait, approve is needed, found none",
        ),
        (
            lambda d: d.set_field("freeze", "id", "deploy-billing"),
            "'deploy-billing' is here for the second time",
        ),
        (
            lambda d: d.set_field("freeze", "needs", [{"step": "deploy-billing", "because": "x"}]),
            "these steps wait for each other",
        ),
        (lambda d: d.set_top("steps", []), "the steps are changed one at a time"),
        (lambda d: d.set_top("tite", "x"), "there is no field 'tite'; did you mean 'title'?"),
        (
            lambda d: d.set_top("window", {"start": "2026-11-24T09:30Z", "end": "2026-11-24T09:30Z"}),
            "window cannot be changed: the window ends before it starts",
        ),
        (
            lambda d: d.add_step(
                Step(id="s", title="S", kind=Kind.NOTE, needs=(Need(step="deploy-billing", because="so"),)),
                after=None,
            ),
            "step 's' stands before 'deploy-billing', which it needs because so",
        ),
    ],
)
def test_an_edit_that_would_break_the_runbook_is_refused_with_the_reason(
    document: RunbookDocument, edit: Edit, reason: str
) -> None:
    with pytest.raises(EditRefused) as refused:
        edit(document)
    assert reason in str(refused.value)
    assert document.text == BY_HAND and not document.can_undo


def test_an_edit_after_an_undo_drops_what_was_undone(document: RunbookDocument) -> None:
    document.set_field("freeze", "owner", "ada")
    document.undo()
    document.set_field("freeze", "owner", "grace")
    assert document.can_undo and not document.can_redo
    document.redo()
    assert document.runbook.step("freeze").owner == "grace"


def test_an_edit_that_changes_nothing_is_none(document: RunbookDocument) -> None:
    document.set_field("deploy-billing", "estimate", "300s")
    assert document.text == BY_HAND and not document.can_undo


OTHER_FORMS = {
    "dashes below their key": BY_HAND.replace("\n  ", "\n"),
    "line ends of Windows": BY_HAND.replace("\n", "\r\n"),
    "no line end at the end": BY_HAND.removesuffix("\n# the end\n"),
    "a byte order mark": "\ufeff" + BY_HAND,
    "keys below the steps": BY_HAND.replace("environment: production\n", "")
    + "\n# about\nsummary: |+\n  x\n\n",
    "JSON": '{"runbook": 1, "title": "T", "steps": [\n  {"id": "freeze", "title": "F", "kind": "note"}]}\n',
    "steps in brackets": "runbook: 1\ntitle: T # t\nsteps: [{id: freeze, title: F, kind: note}] # s\n",
    "dashes on their own lines": "runbook: 1\ntitle: T\nsteps:\n-\n  # c\n  id: freeze\n  title: F\n  kind: note\n",
    "a step in braces": "runbook: 1\ntitle: T\nsteps:\n- {id: freeze, # c\n   title: F, kind: note}  # d\n- {id: b, "
    "title: B, kind: note}\n",
    "keys with question marks": "runbook: 1\ntitle: T\nsteps:\n- ? id\n  : freeze # c\n  ? title\n  : F\n"
    "  kind: note\n",
}


@pytest.mark.parametrize("text", OTHER_FORMS.values(), ids=OTHER_FORMS)
def test_every_form_of_yaml_can_be_edited_without_losing_a_comment(text: str) -> None:
    document = RunbookDocument.parse(text, "x.yaml")
    document.set_field("freeze", "owner", "ada")
    document.add_step(Step(id="added", title="Added", kind=Kind.NOTE), after="freeze")
    document.add_step(Step(id="first", title="First", kind=Kind.NOTE), after=None)
    document.set_top("downtime", "the database moves")
    document.move_step("first", after="added")
    again = RunbookDocument.parse(document.text, "again").runbook
    assert again == document.runbook
    assert [step.id for step in again.steps][:3] == ["freeze", "added", "first"]
    comments = [line.split("# ")[1].strip() for line in text.splitlines() if "# " in line]
    assert [comment for comment in comments if comment not in document.text] == []
    assert ("\r\n" in text) == ("\r\n" in document.text)
    assert "\r\n" not in text or "\n" not in document.text.replace("\r\n", "")


def test_new_lines_are_indented_as_the_file_does_it() -> None:
    text = "runbook: 1\ntitle: T\nrelease:\n    a:\n        base: b\n        target: c\n        version: d\nsteps:\n"
    text += "    - id: a\n      title: A\n      kind: note\n"
    document = RunbookDocument.parse(text, "x")
    document.set_field("a", "run", "one\ntwo\n")
    document.set_field("a", "verify", {"run": "true"})
    document.set_field("a", "approvers", ["x" * 50, "y" * 50])
    assert changes(text, document.text) == [
        "+      run: |",
        "+          one",
        "+          two",
        "+      verify:",
        "+          run: true".replace("true", '"true"'),
        "+      approvers:",
        f"+          - {'x' * 50}",
        f"+          - {'y' * 50}",
    ]


def test_the_last_step_can_go_and_another_can_come() -> None:
    text = "runbook: 1\ntitle: T\nsteps:  # all of them\n  - {id: a, title: A, kind: note}\n# below\nsummary: S\n"
    document = RunbookDocument.parse(text, "x.yaml")
    document.remove_step("a")
    assert document.text == "runbook: 1\ntitle: T\nsteps: []\n  # all of them\n# below\nsummary: S\n"
    document.add_step(Step(id="b", title="B", kind=Kind.NOTE), after=None)
    again = RunbookDocument.parse(document.text, "again")
    assert [step.id for step in again.runbook.steps] == ["b"]
    assert again.text.index("- id: b") < again.text.index("# below") < again.text.index("summary")


def test_saving_refuses_to_overwrite_what_somebody_else_wrote(tmp_path: Path) -> None:
    path = tmp_path / "checkout.yaml"
    path.write_text(BY_HAND)
    document = RunbookDocument.read(path)
    dirty = [document.dirty]
    document.set_field("freeze", "owner", "ada")
    dirty.append(document.dirty)
    document.save()
    dirty.append(document.dirty)
    assert dirty == [False, True, False] and path.read_text() == document.text
    path.write_text(document.text + "# mine\n")
    document.set_field("freeze", "owner", "grace")
    with pytest.raises(FileChanged, match=r"checkout\.yaml: somebody else changed the file"):
        document.save()
    assert path.read_text().endswith("# mine\n") and document.dirty
    document.save(tmp_path / "copy.yaml")
    assert (tmp_path / "copy.yaml").read_text() == document.text
    assert document.path == path and document.dirty


def test_a_new_document_gets_the_file_that_it_is_saved_to_first(tmp_path: Path) -> None:
    document = RunbookDocument.create(RunbookDocument.parse(BY_HAND, "x").runbook)
    with pytest.raises(RunbookError, match="no file yet"):
        document.save()
    document.save(tmp_path / "a.yaml")
    document.save(tmp_path / "b.yaml")
    assert document.path == tmp_path / "a.yaml" and not document.dirty
    assert RunbookDocument.read(tmp_path / "b.yaml").runbook == document.runbook


def test_a_link_to_a_runbook_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text(BY_HAND)
    (tmp_path / "link.yaml").symlink_to("real.yaml")
    document = RunbookDocument.read(tmp_path / "link.yaml")
    document.set_field("freeze", "owner", "ada")
    document.save()
    assert (tmp_path / "link.yaml").is_symlink()
    assert (tmp_path / "real.yaml").read_text() == document.text


def test_places_follow_the_edits(document: RunbookDocument) -> None:
    assert str(document.place(("steps", 2, "estimate"))) == "checkout.yaml:36:15"
    document.set_field("freeze", "owner", "ada")
    assert str(document.place(("steps", 2, "estimate"))) == "checkout.yaml:37:15"


def test_a_new_file_is_laid_out_for_people() -> None:
    runbook = Runbook.model_validate(
        {
            "runbook": 1,
            "title": "Checkout release, week 47",
            "environment": "staging",
            "window": {"start": "2026-11-24T09:30+01:00", "end": "2026-11-24T12:00+01:00"},
            "release": {"billing": {"base": "4f1c", "target": "0001", "version": "2.4.0", "commits": 14}},
            "variables": {"namespace": "shop"},
            "steps": [
                {
                    "needs": [],
                    "id": "expand-billing-0042",
                    "title": "Add invoices.currency",
                    "kind": "migrate",
                    "phase": "expand",
                    "service": "billing",
                    "run": "cd db\nalembic upgrade 0042\n",
                    "verify": {"run": "alembic current", "expect": "0042"},
                    "estimate": "90s",
                    "timeout": 600.0,
                },
                {
                    "id": "deploy-billing",
                    "title": "Deploy: billing",
                    "kind": "deploy",
                    "run": 'deploy --set "a=b"',
                    "approvers": ["ada", "grace"],
                    "needs": [
                        {
                            "step": "expand-billing-0042",
                            "because": "billing 2.4.0 writes invoices.currency, which 0042 adds",
                            "source": "migrations/0042_add_currency.py:18",
                            "rule": "expand-before-deploy",
                        }
                    ],
                },
            ],
        }
    )
    assert (
        RunbookDocument.create(runbook).text
        == """\
# yaml-language-server: $schema=runbook.schema.json
# `runbook schema runbook` prints that schema. Edit freely: planning again keeps what you change.
runbook: 1
title: Checkout release, week 47
environment: staging
window: {start: 2026-11-24T09:30+01:00, end: 2026-11-24T12:00+01:00}

release:
  billing:
    base: 4f1c
    target: "0001"
    version: 2.4.0
    commits: 14

variables:
  namespace: shop

steps:
  - id: expand-billing-0042
    title: Add invoices.currency
    kind: migrate
    phase: expand
    service: billing
    run: |
      cd db
      alembic upgrade 0042
    verify:
      run: alembic current
      expect: "0042"
    estimate: 1m30s
    timeout: 10m

  - id: deploy-billing
    title: "Deploy: billing"
    kind: deploy
    run: deploy --set "a=b"
    approvers: [ada, grace]
    needs:
      - step: expand-billing-0042
        because: billing 2.4.0 writes invoices.currency, which 0042 adds
        rule: expand-before-deploy
        source: migrations/0042_add_currency.py:18
"""
    )


BROKEN = """\
runbook: 1
title: T
window: {start: 2026-13-01T00:00Z, end: 2026-11-24T12:00Z}
summary: S
downtime: D
steps:
  - id: a
    title: A
    kind: note
    needs:
      - {step: b, because: the table comes first, source: "m.sql:3"}
      - {step: dploy, because: x}
      - {step: a, because: x}
  - id: deploy
    title: D
    kind: note
  - id: b
    title: B
    kind: note
"""


def test_everything_that_does_not_hold_together_is_told_at_once_with_its_place() -> None:
    with pytest.raises(ProblemsError) as caught:
        RunbookDocument.parse(BROKEN, "x.yaml")
    assert [str(problem) for problem in caught.value.problems] == [
        "x.yaml:3:17: there is no such time as '2026-13-01T00:00Z'; expected a time such as 2026-11-24T09:30+01:00",
        "x.yaml:11:9: step 'a' stands before 'b', which it needs because the table comes first (m.sql:3); "
        "move 'a' behind 'b', or remove the need",
        "x.yaml:12:16: step 'a' needs 'dploy', which is not a step of this runbook; expected the id of a step; "
        "did you mean 'deploy'?",
        "x.yaml:13:16: step 'a' needs itself; expected another step; remove the need",
    ]


def test_an_order_that_contradicts_a_need_is_told_with_the_reason() -> None:
    text = BROKEN.replace("2026-13", "2026-10")
    text = text.replace("      - {step: dploy, because: x}\n      - {step: a, because: x}\n", "")
    with pytest.raises(ProblemsError) as caught:
        RunbookDocument.parse(text, "x.yaml")
    assert str(caught.value) == (
        "x.yaml:11:9: step 'a' stands before 'b', which it needs because the table comes first (m.sql:3); "
        "move 'a' behind 'b', or remove the need"
    )


def test_steps_that_wait_for_each_other_are_told_as_the_smallest_circle() -> None:
    text = """\
runbook: 1
title: T
steps:
  - {id: a, title: A, kind: note, needs: [{step: c, because: one}]}
  - {id: b, title: B, kind: note, needs: [{step: a, because: two}]}
  - {id: c, title: C, kind: note, needs: [{step: b, because: three}, {step: a, because: four}]}
  - {id: a, title: A2, kind: note}
"""
    with pytest.raises(
        ProblemsError, match=r"^x:7:10: the id 'a' is here for the second time \(first in line 4\)"
    ):
        RunbookDocument.parse(text, "x")
    with pytest.raises(ProblemsError) as caught:
        RunbookDocument.parse(text[: text.rindex("  - {id: a")], "x")
    assert str(caught.value) == (
        "x:4:43: these steps wait for each other: 'a' needs 'c' because one; 'c' needs 'a' because four; "
        "expected an order; remove one of these needs"
    )


def test_every_separate_circle_is_told_and_every_wrong_order_beside_them() -> None:
    text = "runbook: 1\ntitle: T\nsteps:\n"
    needs = {"a": "b", "b": "a", "c": "d", "d": "c", "e": "f", "f": "", "g": "g"}
    for name, need in needs.items():
        needed = f", needs: [{{step: {need}, because: so}}]" if need else ""
        text += f"  - {{id: {name}, title: T, kind: note{needed}}}\n"
    with pytest.raises(ProblemsError) as caught:
        RunbookDocument.parse(text, "x")
    assert [str(problem).partition(";")[0] for problem in caught.value.problems] == [
        "x:4:43: these steps wait for each other: 'a' needs 'b' because so",
        "x:6:43: these steps wait for each other: 'c' needs 'd' because so",
        "x:8:43: step 'e' stands before 'f', which it needs because so",
        "x:10:50: step 'g' needs itself",
    ]


def test_a_very_long_circle_is_told_in_short() -> None:
    count = 400
    text = "runbook: 1\ntitle: T\nsteps:\n"
    for number in range(count):
        need = f"{{step: s{(number + 1) % count}, because: so}}"
        text += f"  - {{id: s{number}, title: T, kind: note, needs: [{need}]}}\n"
    with pytest.raises(ProblemsError) as caught:
        RunbookDocument.parse(text, "x")
    (problem,) = caught.value.problems
    assert problem.what.endswith("'s11' needs 's12' because so; and so on, over 400 steps back to 's0'")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            "  - {id: A b, title: T, kind: note}",
            "an id of small letters, digits, dots, dashes and underscores",
        ),
        ('  - {id: a, title: "x\\ny", kind: note}', "one line of text"),
        ("  - {id: a, title: T, kind: note, http: ftp://x}", "a URL: http://... or https://..."),
        ("  - {id: a, title: T, kind: note, run: x, environment: {1A: x}}", "a name of letters, digits"),
        (
            "window: {start: noon, end: 2026-11-24T12:00Z}",
            "a time with its UTC offset such as 2026-11-24T09:30+01:00",
        ),
        ("  - {id: a, title: T, kind: deploy, run: x, timeout: soon}", "a time span such as"),
    ],
)
def test_what_has_the_wrong_form_is_told_in_words(written: str, expected: str) -> None:
    steps = f"steps:\n{written}" if written.startswith(" ") else f"steps: []\n{written}"
    with pytest.raises(ProblemsError) as caught:
        RunbookDocument.parse(f"runbook: 1\ntitle: T\n{steps}", "x")
    assert expected in str(caught.value)
    assert "^" not in str(caught.value)


def test_a_link_is_followed_only_to_a_file(tmp_path: Path) -> None:
    document = RunbookDocument.parse("runbook: 1\ntitle: T\nsteps: []\n", "x")
    (tmp_path / "real.yaml").write_text("old")
    (tmp_path / "link.yaml").symlink_to("real.yaml")
    (tmp_path / "nowhere.yaml").symlink_to("not there.yaml")
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    for name in ("nowhere.yaml", "loop.yaml"):
        with pytest.raises(RunbookError, match="a symbolic link that leads to no file"):
            document.save(tmp_path / name)
    document.save(tmp_path / "link.yaml")
    assert (tmp_path / "real.yaml").read_text() == document.text
    assert len(list(tmp_path.iterdir())) == 4


def test_steps_with_no_action_or_several_are_told_with_everything_else() -> None:
    text = (
        "runbook: 1\ntitle: T\nsteps:\n"
        "  - {id: a, title: T, kind: deplyo, run: x, wait: 3m}\n"
        "  - {id: b, title: T, kind: deploy}\n"
        "  - {id: c, title: T, kind: note, run: , colour: red}\n"
        "  - nothing\n"
    )
    with pytest.raises(ProblemsError) as caught:
        RunbookDocument.parse(text, "x")
    assert [str(problem).partition(";")[0] for problem in caught.value.problems] == [
        "x:4:5: exactly one of run, http, sql, confirm, wait, approve is needed, found run and wait",
        "x:4:29: kind: found the text 'deplyo'",
        "x:5:5: exactly one of run, http, sql, confirm, wait, approve is needed, found none",
        "x:6:42: unknown key 'colour' in steps[2]",
        "x:7:5: found the text 'nothing'",
    ]
