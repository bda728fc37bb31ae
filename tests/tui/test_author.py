"""Author mode as a person uses it: keys in; the runbook file and the screen out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual.widgets import Button, Input, OptionList, TextArea

from runbook_tui.authoring.draft import Written
from runbook_tui.files.problems import RunbookError
from runbook_tui.planning.regenerate import Conflict, Merge
from runbook_tui.runbook.document import RunbookDocument
from runbook_tui.tui.dialogs.choose import ChooseDialog
from runbook_tui.tui.dialogs.confirm import ConfirmDialog
from runbook_tui.tui.dialogs.edit_step import EditStepDialog
from runbook_tui.tui.dialogs.edit_text import EditTextDialog
from runbook_tui.tui.dialogs.help import HelpScreen
from runbook_tui.tui.dialogs.message import MessageDialog
from runbook_tui.tui.dialogs.problem import ProblemScreen
from runbook_tui.tui.dialogs.question import QuestionDialog
from runbook_tui.tui.widgets.preview import Preview
from runbook_tui.tui.widgets.row import LineOfNoReturn
from runbook_tui.tui.widgets.sheet import Sheet
from runbook_tui.tui.widgets.step_list import StepList
from runbook_tui.tui.widgets.text_view import TextView

if TYPE_CHECKING:
    from tests.tui.conftest import Sit, Sitting, WriteRunbook


MANIFEST = """\
version: 1
system: shop
services:
  ledger: {owner: team-payments, repository: ., deployed: v1, release: v2}
"""


def field(dialog: EditStepDialog, name: str) -> Input:
    return next(widget for widget in dialog.query(Input) if widget.name == name)


def dirty(app: Sitting) -> bool:
    assert app.author.document is not None
    return app.author.document.dirty


async def test_steps_are_listed_with_the_point_of_no_return_and_nothing_is_executed_by_enter(
    sit: Sit, checkout: Path
) -> None:
    async with sit(checkout) as app:
        steps = app.author.query_one(StepList)
        listed = [option.id for option in steps.options]
        assert [name for name in listed if name] == app.ids
        line = steps.options[listed.index("contract-billing-0044") - 1]
        assert isinstance(line.prompt, LineOfNoReturn)
        await app.press("down", "enter")
        assert app.author.selected == "preflight-billing-db"
        assert app.app.screen is app.author
    assert not list(checkout.parent.glob("*.runs"))


async def test_an_edit_in_the_form_is_kept_undone_and_done_again(sit: Sit, checkout: Path) -> None:
    async with sit(checkout) as app:
        await app.press("e")
        dialog = await app.dialog(EditStepDialog)
        field(dialog, "estimate").value = "soon"
        await app.until(lambda: "time span" in str(field(dialog, "estimate").border_subtitle))
        assert dialog.query_one("#keep", Button).disabled
        field(dialog, "estimate").value = "3m"
        field(dialog, "title").value = "Tell everybody"
        await app.until(lambda: not dialog.query_one("#keep", Button).disabled)
        await app.press("ctrl+s")
        await app.until(lambda: app.runbook.steps[0].title == "Tell everybody")
        assert app.runbook.steps[0].estimate == 180
        await app.press("u")
        assert app.runbook.steps[0].title == "Freeze merges and tell support"
        await app.press("ctrl+y")
        assert app.runbook.steps[0].title == "Tell everybody"


async def test_escape_asks_before_it_throws_typed_text_away(sit: Sit, checkout: Path) -> None:
    async with sit(checkout) as app:
        await app.press("e")
        dialog = await app.dialog(EditStepDialog)
        field(dialog, "title").value = "Half"
        await app.press("escape")
        await app.dialog(ConfirmDialog)
        await app.press("enter")  # the focused button is the safe one
        assert await app.dialog(EditStepDialog) is dialog
        assert field(dialog, "title").value == "Half"


async def test_a_step_is_added_behind_the_selected_one_with_an_id_from_its_title(
    sit: Sit, checkout: Path
) -> None:
    async with sit(checkout) as app:
        await app.press("a")
        await app.dialog(ChooseDialog)
        await app.press("enter")
        dialog = await app.dialog(EditStepDialog)
        field(dialog, "title").value = "Disk space is left"
        await app.until(lambda: field(dialog, "id").value == "disk-space-is-left")
        await app.press("ctrl+s")
        await app.until(lambda: app.author.selected == "disk-space-is-left")
        assert app.ids[:2] == ["announce-start", "disk-space-is-left"]


async def test_a_needed_step_is_only_removed_after_its_needs_are_detached(sit: Sit, checkout: Path) -> None:
    async with sit(checkout) as app:
        await app.press("d")
        await app.dialog(ChooseDialog)
        assert "Go or no-go" in app.asked
        assert "people know before anything changes" in app.asked
        await app.press("enter")  # keeping it is the first choice
        await app.until(lambda: app.app.screen is app.author)
        assert "announce-start" in app.ids
        await app.press("d")
        await app.dialog(ChooseDialog)
        await app.press("down", "enter")
        await app.until(lambda: "announce-start" not in app.ids)
        assert all(need.step != "announce-start" for need in app.runbook.step("gate-go-no-go").needs)


async def test_steps_move_unless_a_need_forbids_it_which_is_said_with_its_reason(
    sit: Sit, checkout: Path
) -> None:
    async with sit(checkout) as app:
        await app.press("K")
        assert "it is the first step" in app.said
        await app.press("J")
        assert app.ids[:2] == ["preflight-billing-db", "announce-start"]
        assert app.author.selected == "announce-start"
        app.author.query_one(StepList).select("gate-go-no-go")
        await app.pilot.pause()
        before = app.ids
        await app.press("K")
        assert app.ids == before
        assert "every preflight passes before the first schema change" in app.said


async def test_the_filter_shows_only_steps_with_all_words(sit: Sit, checkout: Path) -> None:
    async with sit(checkout) as app:
        steps = app.author.query_one(StepList)
        await app.press("slash")
        app.author.query_one("#filter", Input).value = "deploy cart"
        await app.until(lambda: [option.id for option in steps.options if option.id] == ["deploy-cart"])
        await app.press("escape")
        await app.until(lambda: len([option for option in steps.options if option.id]) == 14)


async def test_saving_keeps_comments_and_does_not_write_over_somebody_elses_change(
    sit: Sit, checkout: Path
) -> None:
    async with sit(checkout) as app:
        await app.press("J", "s")
        await app.until(lambda: not dirty(app))
        text = checkout.read_text()
        assert text.startswith("# A release of three services")
        assert text.index("preflight-billing-db") < text.index("announce-start")
        theirs = text.replace("week 47", "week 48")
        checkout.write_text(theirs)
        await app.press("K", "s")
        await app.dialog(ChooseDialog)
        await app.press("enter")  # leaving both is the first choice
        await app.until(lambda: app.app.screen is app.author)
        assert checkout.read_text() == theirs
        assert dirty(app)
        await app.press("s")
        await app.dialog(ChooseDialog)
        await app.press("down", "enter")
        await app.until(lambda: not dirty(app))
        assert "week 47" in checkout.read_text()


async def test_leaving_asks_when_edits_are_not_saved(sit: Sit, checkout: Path) -> None:
    before = checkout.read_text()
    async with sit(checkout) as app:
        await app.press("J", "ctrl+q")
        await app.dialog(ChooseDialog)
        await app.press("down", "enter")  # going on
        await app.until(lambda: app.app.screen is app.author)
        await app.press("ctrl+q")
        await app.dialog(ChooseDialog)
        await app.press("down", "down", "enter")  # throwing them away
        await app.until(lambda: app.app._exit)
    assert checkout.read_text() == before


async def test_the_document_is_exported_beside_the_runbook(sit: Sit, checkout: Path) -> None:
    async with sit(checkout) as app:
        await app.press("x")
        await app.until(lambda: app.app.screen.query("#answer"))
        await app.press("enter")
        target = checkout.with_suffix(".md")
        await app.until(target.exists)
    assert target.read_text().startswith("# Checkout release, week 47")


async def test_why_here_names_reason_rule_source_and_what_could_be_done_at_the_same_time(
    sit: Sit, checkout: Path
) -> None:
    async with sit(checkout, size=(120, 40)) as app:
        app.author.query_one(StepList).select("deploy-billing")
        await app.press("2")
        sheet = app.author.query_one("#why Sheet", Sheet)
        await app.until(lambda: "because billing 2.4.0 writes" in " ".join(sheet.text.split()))
        text = " ".join(sheet.text.split())
        assert "rule expand-before-deploy · migrations/versions/0042_add_currency.py:18" in text
        assert (
            "Deploy cart 5.1.0, Fill invoices.currency start although their reasons above do not hold" in text
        )
        assert text.endswith("In any order with Deploy ledger 1.9.0")


async def test_preview_document_and_source_follow_an_edit(sit: Sit, checkout: Path) -> None:
    async with sit(checkout) as app:
        screen = app.author
        await app.press("3")
        await app.until(lambda: screen.query(Preview) and "Freeze" in screen.query_one(Preview).source)
        assert screen.document is not None
        screen.document.set_field("announce-start", "title", "Tell everybody")
        screen.edited()
        await app.until(lambda: "Tell everybody" in screen.query_one(Preview).source)
        assert "Go or no-go" not in screen.query_one(Preview).source
        await app.press("4")
        document = screen.query_one("#document TextView", TextView)
        await app.until(lambda: "Tell everybody" in document.text)
        assert document.text.split("\n")[document.marked.start].endswith("announce-start")
        await app.press("5")
        source = screen.query_one("#source TextView", TextView)
        await app.until(lambda: "title: Tell everybody" in source.text)
        marked = source.text.split("\n")[source.marked.start : source.marked.stop]
        assert marked[0] == "  - id: announce-start"
        assert marked[-1] == "    estimate: 2m"


async def test_a_run_is_refused_while_an_answer_is_missing(sit: Sit, checkout: Path) -> None:
    async with sit(checkout) as app:
        await app.press("r")
        assert app.app.screen is app.author
        assert "1 question must be answered first" in app.said


async def test_run_mode_opens_from_author_mode_after_a_question(sit: Sit, answered: Path) -> None:
    async with sit(answered) as app:
        await app.press("r")
        await app.dialog(ConfirmDialog)
        assert "production" in app.asked
        await app.press("right", "enter")
        await app.until(lambda: len(app.app.screen_stack) == 2 and app.run.runner is not None)
        assert app.run.run_now.current() == "announce-start"


async def test_an_answer_is_kept_and_used_to_plan_again(sit: Sit, checkout: Path) -> None:
    (checkout.parent / "services.yaml").write_text(MANIFEST)
    kept: list[str] = []

    def replan(path: Path) -> Written:
        kept.append((path.parent / "services.answers.yaml").read_text())
        raise RunbookError("the manifest has no services")

    async with sit(checkout, replan=replan) as app:
        await app.press("q")
        dialog = await app.dialog(QuestionDialog)
        await app.press("down", "enter")
        dialog.query_one("#because", Input).value = "it rewrites rows in batches"
        await app.until(lambda: not dialog.query_one("#keep", Button).disabled)
        await app.press("ctrl+s")
        await app.dialog(MessageDialog)
        assert "the manifest has no services" in app.asked
    assert "ledger/0012" in kept[0]
    assert "phase: backfill" in kept[0]
    assert "by: ann" in kept[0]
    assert "because: it rewrites rows in batches" in kept[0]


async def test_a_conflict_can_be_settled_for_what_is_planned_now(sit: Sit, checkout: Path) -> None:
    conflict = Conflict("deploy-cart", "title", "Deploy cart", "Deploy cart 5.1.0", "Roll out cart 5.1.0")

    def replan(path: Path) -> Written:
        return Written(RunbookDocument.read(path), Merge((conflict,), (), (), ("deploy-cart",)))

    async with sit(checkout, replan=replan) as app:
        await app.press("p")
        await app.dialog(ChooseDialog)
        assert "Roll out cart 5.1.0" in app.asked
        await app.press("down", "enter")
        await app.until(lambda: app.runbook.step("deploy-cart").title == "Roll out cart 5.1.0")


async def test_findings_help_and_palette_show_what_there_is(sit: Sit, checkout: Path) -> None:
    async with sit(checkout) as app:
        await app.press("i")
        await app.dialog(MessageDialog)
        assert "open question" in app.asked
        await app.press("escape", "question_mark")
        await app.dialog(HelpScreen)
        assert "Derive the runbook again" in app.asked
        assert "not now: the runbook names no manifest to plan from" in app.asked
        await app.press("escape", "ctrl+p", *"ledger 1")
        await app.until(
            lambda: app.app.screen.query(OptionList) and app.app.screen.query_one(OptionList).option_count
        )
        await app.press("enter")
        await app.until(lambda: app.author.selected == "deploy-ledger")


async def test_without_an_editor_the_file_is_edited_in_the_app_and_checked(sit: Sit, checkout: Path) -> None:
    before = checkout.read_text()
    async with sit(checkout) as app:
        await app.press("ctrl+e")
        area = (await app.dialog(EditTextDialog)).query_one(TextArea)
        area.text = area.text.replace("kind: announce", "kind: anounce", 1)
        await app.press("ctrl+s")
        await app.dialog(ConfirmDialog)
        assert "anounce" in app.asked
        await app.press("enter")  # editing again is the safe choice
        area = (await app.dialog(EditTextDialog)).query_one(TextArea)
        area.text = area.text.replace("anounce", "announce").replace("week 47", "week 48")
        await app.press("ctrl+s")
        await app.until(lambda: app.runbook.title == "Checkout release, week 48")
        assert dirty(app)
        await app.press("u")
        assert app.runbook.title == "Checkout release, week 47"
        assert not dirty(app)
    assert checkout.read_text() == before


async def test_a_broken_file_shows_every_problem_until_it_is_mended(sit: Sit, checkout: Path) -> None:
    good = checkout.read_text()
    checkout.write_text(
        good.replace("kind: announce", "kind: anounce", 1).replace("risk: medium", "risk: huge", 1)
    )
    async with sit(checkout, ready=False) as app:
        await app.dialog(ProblemScreen)
        assert "anounce" in app.asked
        assert "huge" in app.asked
        checkout.write_text(good)
        await app.press("r")
        await app.until(lambda: app.author.document is not None)
        checkout.write_text("runbook: 2\n")
        app.author.read()
        await app.dialog(ProblemScreen)
        await app.press("q")
    assert app.app.return_code == 2


async def test_a_runbook_without_steps_can_be_begun(sit: Sit, write_runbook: WriteRunbook) -> None:
    path = write_runbook("[]")
    path.write_text(path.read_text().replace("steps:\n  []", "steps: []"))
    async with sit(path) as app:
        await app.press("e")
        assert "no step is selected" in app.said
        await app.press("a")
        await app.dialog(ChooseDialog)
        await app.press("down", "down", "enter")
        await app.dialog(EditStepDialog)
        await app.press("ctrl+s")
        await app.until(lambda: app.ids == ["gate-new"])
