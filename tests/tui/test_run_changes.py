"""A run whose course is changed: another command, going back, going on by itself, drift, handing over, a shell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Button, Input, OptionList, Static, TextArea

from runbook_tui.execution.model import State
from runbook_tui.execution.runs import read_run
from runbook_tui.tui.dialogs.ask import AskDialog
from runbook_tui.tui.dialogs.choose import ChooseDialog
from runbook_tui.tui.dialogs.confirm import ConfirmDialog
from runbook_tui.tui.dialogs.fields import FieldsDialog
from runbook_tui.tui.dialogs.write import WriteDialog
from runbook_tui.tui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from tests.tui.conftest import Sit, Sitting, WriteRunbook


def headline(app: Sitting) -> str:
    return str(app.run.query_one("#headline", Static).content)


def card(app: Sitting) -> str:
    return " ".join(app.run.query_one("#card Sheet", Sheet).text.split())


async def test_another_command_is_kept_for_this_run_and_voids_approvals(
    sit: Sit, write_runbook: WriteRunbook
) -> None:
    path = write_runbook("""
        - {id: gate, title: Go?, kind: gate, approve: "Go ahead?"}
        - {id: one, title: Typing error, kind: deploy, run: "ehco fine > log", needs: [{step: gate, because: it asks}]}
        """)
    path.write_text(path.read_text() + "approval: {separate: false}\n")
    async with sit(path, mode="run") as app:
        await app.press("a")
        await app.dialog(FieldsDialog)
        await app.press("ctrl+s")
        await app.until(lambda: app.state("gate") == "succeeded" and not app.run.executing)
        await app.press("r")
        await app.until(lambda: app.state("one") == "failed" and not app.run.executing)
        await app.press("e")
        dialog = await app.dialog(WriteDialog)
        assert "Void, and asked for again: Go?" in app.asked
        assert dialog.query_one(TextArea).text == "ehco fine > log"
        assert dialog.query_one("#do", Button).disabled
        dialog.query_one(TextArea).text = "echo fine > log"
        dialog.query_one("#about", Input).value = "a typing error"
        await app.press("ctrl+s")
        await app.until(lambda: app.run.run_now.state.statuses["one"].edited == "echo fine > log")
        assert app.state("gate") == "waiting"
        assert "$ echo fine > log" in card(app)
        assert (path.parent / "log").read_text() == ""  # what the first command left


async def test_going_back_shows_what_is_reset_and_warns_before_it_is_done_again(
    sit: Sit, write_runbook: WriteRunbook
) -> None:
    path = write_runbook("""
        - {id: one, title: First, kind: deploy, run: "echo one >> log"}
        - {id: two, title: Second, kind: deploy, run: "echo two >> log", needs: [{step: one, because: it does}]}
        - {id: end, title: Last, kind: note, description: Read., needs: [{step: two, because: it does}]}
        """)
    async with sit(path, mode="run") as app:
        await app.press("w")
        assert "it was not begun" in app.said
        await app.press("r")
        await app.until(lambda: app.state("one") == "succeeded" and not app.run.executing)
        await app.press("r")
        await app.until(lambda: app.state("two") == "succeeded" and not app.run.executing)
        await app.press("g")
        await app.until(lambda: "First" in headline(app))
        await app.press("w")
        await app.dialog(AskDialog)
        assert "To be done again 2 · First · Second" in app.asked
        assert "Not safe to repeat 2" in app.asked
        await app.answer("the first one had the wrong version")
        await app.until(lambda: app.state("one") == app.state("two") == "pending")
        await app.press("r")
        await app.dialog(ConfirmDialog)
        assert "not marked as safe to run again" in app.asked
        await app.press("right", "enter")
        await app.until(lambda: app.state("one") == "succeeded")
    assert (path.parent / "log").read_text() == "one\ntwo\none\n"


async def until(app: Sitting, choice: str) -> None:
    await app.press("U")
    dialog = await app.dialog(ChooseDialog)
    choices = dialog.query_one(OptionList)
    choices.highlighted = choices.get_option_index(choice)
    await app.press("enter")


async def test_it_goes_on_by_itself_up_to_a_step_and_to_a_person(
    sit: Sit, write_runbook: WriteRunbook
) -> None:
    path = write_runbook("""
        - {id: one, title: First, kind: deploy, run: "echo one >> log"}
        - {id: two, title: Second, kind: deploy, run: "echo two >> log", needs: [{step: one, because: it does}]}
        - {id: three, title: Third, kind: deploy, run: "echo three >> log", needs: [{step: two, because: it does}]}
        - {id: look, title: Look, kind: verify, confirm: It looks right., needs: [{step: three, because: it does}]}
        """)
    async with sit(path, mode="run") as app:
        await until(app, "step:three")
        await app.until(lambda: "Stopped before Third" in app.said)
        assert (path.parent / "log").read_text() == "one\ntwo\n"
        assert not app.run.executing
        await until(app, "far")
        await app.until(lambda: "Look needs you" in app.said)
        assert "Look" in headline(app)
        await app.press("c")
        await app.until(lambda: app.run.run_now.state.finished == "succeeded")


async def test_going_on_by_itself_can_be_stopped_and_what_runs_is_watched(
    sit: Sit, write_runbook: WriteRunbook
) -> None:
    path = write_runbook("""
        - {id: one, title: First, kind: deploy, run: "until test -e go; do sleep 0.05; done"}
        - {id: two, title: Second, kind: deploy, run: "touch never", needs: [{step: one, because: it does}]}
        """)
    async with sit(path, mode="run") as app:
        await until(app, "far")
        await app.until(lambda: app.run.executing == {"one"})
        await app.press("ctrl+c")
        dialog = await app.dialog(ChooseDialog)
        choices = dialog.query_one(OptionList)
        choices.highlighted = choices.get_option_index("halt")
        await app.press("enter")
        await app.until(lambda: "What runs goes on" in app.said and app.run.executing == {"one"})
        assert not app.run.going_on
        (path.parent / "go").touch()
        await app.until(lambda: app.state("one") == "succeeded" and not app.run.executing)
        assert app.state("two") == "pending"


async def test_what_moved_is_shown_before_a_step_and_accepted_with_a_reason(
    sit: Sit, write_runbook: WriteRunbook
) -> None:
    path = write_runbook("""
        - {id: one, title: First, kind: deploy, run: "touch done"}
        - {id: two, title: Second, kind: deploy, run: "true"}
        """)
    async with sit(path, mode="run") as app:
        await app.press("D")
        await app.until(lambda: "Nothing moved" in app.said)
        path.write_text(path.read_text() + "# a remark\n")
        await app.press("r")
        await app.dialog(AskDialog)
        assert "release.yaml was edited since the run began" in app.asked
        await app.press("escape")
        await app.until(lambda: app.app.screen is app.run)
        assert app.state("one") == "pending"
        await app.press("r")
        await app.dialog(AskDialog)
        await app.answer("only a remark was added")
        await app.until(lambda: app.state("one") == "succeeded")
        assert len(app.run.run_now.state.accepted_drift) == 1
    assert (path.parent / "done").exists()


async def test_handing_over_names_who_goes_on_and_leaves_what_runs(
    sit: Sit, write_runbook: WriteRunbook
) -> None:
    path = write_runbook("""
        - {id: long, title: Takes long, kind: deploy, run: "until test -e go; do sleep 0.05; done"}
        """)
    async with sit(path, mode="run") as app:
        await app.press("r")
        await app.until(lambda: app.state("long") == "running")
        await app.press("h")
        dialog = await app.dialog(FieldsDialog)
        assert "Takes long" in app.asked
        folder = app.run.run_now.folder
        dialog.query_one("#to", Input).value = "ben"
        dialog.query_one("#note", Input).value = "it takes ten minutes"
        await app.press("ctrl+s")
        await app.until(lambda: not app.app.is_running or app.app._exit)
    view = read_run(folder)
    assert view.checkpoints[-1].kind == "handed-over"
    assert view.state.handed_to == "ben"
    assert view.state.statuses["long"].state is State.RUNNING
    (path.parent / "go").touch()


async def test_a_shell_cannot_be_lent_a_terminal_that_is_none(sit: Sit, answered: Path) -> None:
    async with sit(answered, mode="run") as app:
        await app.press("S")
        await app.until(lambda: "cannot be given away" in app.said)


async def test_a_run_is_given_up_with_a_reason(sit: Sit, answered: Path) -> None:
    async with sit(answered, mode="run") as app:
        await app.press("X")
        await app.answer("the window is over")
        await app.until(lambda: app.run.run_now.state.finished == "aborted")


@pytest.mark.parametrize("key", ["e", "U", "w", "D", "h", "S", "X"])
async def test_after_the_end_the_course_is_not_changed_any_more(
    sit: Sit, write_runbook: WriteRunbook, key: str
) -> None:
    path = write_runbook('- {id: one, title: First, kind: deploy, run: "true"}')
    async with sit(path, mode="run") as app:
        await app.press("r")
        await app.until(lambda: app.run.run_now.state.finished)
        await app.press(key)
        assert "the run is finished" in app.said
