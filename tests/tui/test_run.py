"""Run mode as an operator uses it, with the real runner and real commands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Button, Input, OptionList, Static

from runbook_tui.execution.errors import RecordFailed
from runbook_tui.execution.runner import Runner
from runbook_tui.tui.dialogs.ask import AskDialog
from runbook_tui.tui.dialogs.choose import ChooseDialog
from runbook_tui.tui.dialogs.confirm import ConfirmDialog
from runbook_tui.tui.dialogs.message import MessageDialog
from runbook_tui.tui.dialogs.problem import ProblemScreen
from runbook_tui.tui.widgets.output_pane import OutputPane
from runbook_tui.tui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from tests.tui.conftest import Sit, Sitting, WriteRunbook


def output(app: Sitting) -> str:
    return "\n".join(app.run.query_one(OutputPane).lines)


def headline(app: Sitting) -> str:
    return str(app.run.query_one("#headline", Static).content)


def card(app: Sitting) -> str:
    return " ".join(app.run.query_one("#card Sheet", Sheet).text.split())


async def choose(app: Sitting, choice: str) -> None:
    """Take one of the choices on screen by its id."""
    dialog = await app.dialog(ChooseDialog)
    choices = dialog.query_one(OptionList)
    choices.highlighted = choices.get_option_index(choice)
    await app.press("enter")


async def test_a_command_runs_its_output_is_shown_and_the_next_step_is_current(
    sit: Sit, write_runbook: WriteRunbook
) -> None:
    path = write_runbook("""
        - {id: one, title: Say hello, kind: deploy, run: "echo hello from $RUNBOOK_STEP", expect: hello}
        - {id: two, title: Look at it, kind: verify, confirm: It looks right., needs: [{step: one, because: of it}]}
        """)
    async with sit(path, mode="run") as app:
        assert "Step 1 of 2" in headline(app)
        assert "press r to run it" in headline(app)
        assert "$ echo hello from $RUNBOOK_STEP" in card(app)
        await app.press("c")
        assert "the app executes this step" in app.said
        await app.press("r")
        await app.until(lambda: app.state("one") == "succeeded")
        await app.until(lambda: "Step 2 of 2" in headline(app))
        await app.press("k")
        await app.until(lambda: "hello from one" in output(app))
        await app.press("escape", "c")
        await app.until(lambda: app.run.run_now.state.finished == "succeeded")
        await app.until(lambda: "Run succeeded" in headline(app))
        assert str(app.run.run_now.folder) in card(app).replace(" ", "")
        await app.press("r")
        assert "the run is finished" in app.said
        await app.press("ctrl+q")
    assert app.app.return_code == 0


async def test_a_failed_step_says_why_and_is_executed_again_after_a_warning(
    sit: Sit, write_runbook: WriteRunbook
) -> None:
    path = write_runbook("""
        - {id: one, title: Fails once, kind: deploy, run: "echo trying; test -e mended; echo fine"}
        """)
    async with sit(path, mode="run") as app:
        await app.press("r")
        await app.until(lambda: "R runs it again" in headline(app))
        assert "exit status 1" in card(app)
        assert "trying" in output(app)
        (path.parent / "mended").touch()
        await app.press("R")
        await app.dialog(ConfirmDialog)
        assert "not marked as safe to run again" in app.asked
        await app.press("right", "enter")
        await app.until(lambda: app.run.run_now.state.finished)
        assert app.state("one") == "succeeded"
        assert app.run.run_now.state.statuses["one"].attempts == 2


async def test_a_declined_decision_is_failed_with_its_reason(sit: Sit, write_runbook: WriteRunbook) -> None:
    path = write_runbook("""
        - {id: other, title: Go on?, kind: gate, approve: "Really?"}
        """)
    async with sit(path, mode="run") as app:
        await app.press("d")
        await app.dialog(AskDialog)
        await app.answer("an incident is open")
        await app.until(lambda: app.state("other") == "failed")
        assert "an incident is open" in card(app)


async def test_skipping_lists_what_relies_on_the_step_and_wants_a_reason(sit: Sit, answered: Path) -> None:
    async with sit(answered, mode="run") as app:
        await app.press("s")
        dialog = await app.dialog(AskDialog)
        assert "Go or no-go" in app.asked
        assert "Drop invoices.amount_eur" in app.asked
        await app.press("enter")  # without a reason nothing happens
        assert app.app.screen is dialog
        await app.answer("told them yesterday")
        await app.until(lambda: app.state("announce-start") == "skipped")
        assert app.run.run_now.state.statuses["announce-start"].message == "told them yesterday"


async def test_marks_and_notes_go_into_the_record(sit: Sit, write_runbook: WriteRunbook) -> None:
    path = write_runbook("""
        - {id: one, title: By hand, kind: deploy, run: "false"}
        - {id: two, title: Look, kind: verify, confirm: It looks right.}
        """)
    async with sit(path, mode="run") as app:
        await app.press("n")
        await app.answer("the dashboard is slow today")
        await app.until(lambda: app.run.run_now.state.notes)
        await app.press("o")
        await app.answer("ran it on the host; it printed ok")
        await app.until(lambda: app.state("one") == "succeeded")
        await app.press("f")
        await app.answer("the numbers are off")
        await app.until(lambda: app.state("two") == "failed")
        assert app.run.run_now.state.notes[0].text == "the dashboard is slow today"


async def test_the_point_of_no_return_wants_the_name_of_the_environment(
    sit: Sit, write_runbook: WriteRunbook
) -> None:
    path = write_runbook("""
        - id: drop
          title: Drop the column
          kind: migrate
          phase: contract
          run: touch dropped
          reversible: false
          irreversible_because: the values are gone
        """)
    async with sit(path, mode="run") as app:
        await app.press("r")
        dialog = await app.dialog(AskDialog)
        assert "the values are gone" in app.asked
        assert dialog.query_one("#safe").has_focus
        await app.press("enter")  # the focused button does nothing
        await app.until(lambda: app.app.screen is app.run)
        await app.press("r")
        dialog = await app.dialog(AskDialog)
        await app.press(*"stag")
        assert dialog.query_one(Input).value == "stag"
        assert dialog.query_one("#do", Button).disabled
        assert not (path.parent / "dropped").exists()
        await app.press(*"ing", "enter")
        await app.until(lambda: app.run.run_now.state.finished)
    assert (path.parent / "dropped").exists()


async def test_ctrl_c_ends_nothing_before_the_stop_menu_is_answered(
    sit: Sit, write_runbook: WriteRunbook
) -> None:
    path = write_runbook("""
        - {id: long, title: Takes long, kind: deploy, run: "echo started; sleep 60"}
        """)
    async with sit(path, mode="run") as app:
        await app.press("r")
        await app.until(lambda: "started" in output(app))
        await app.press("ctrl+c")
        await app.dialog(ChooseDialog)
        await app.press("enter")  # going on is the first choice
        await app.until(lambda: app.app.screen is app.run)
        assert app.state("long") == "running"
        await app.press("s")
        assert "the step is being executed" in app.said
        await app.press("ctrl+c")
        await choose(app, "command:long")
        await app.until(lambda: app.state("long") == "failed")
        await app.press("ctrl+c")
        await choose(app, "abort")
        await app.answer("the window is over")
        await app.until(lambda: app.run.run_now.state.finished == "aborted")
        await app.press("P")
    assert app.app.return_code == 1


async def test_a_command_outlives_the_app_and_is_found_again(sit: Sit, write_runbook: WriteRunbook) -> None:
    path = write_runbook("""
        - {id: one, title: Already done, kind: deploy, run: "true"}
        - {id: long, title: Takes long, kind: deploy, run: "until test -e go; do sleep 0.05; done; echo ended"}
        """)
    async with sit(path, mode="run") as app:
        await app.press("r")
        await app.until(lambda: app.state("one") == "succeeded" and not app.run.executing)
        await app.press("r")
        await app.until(lambda: app.state("long") == "running")
        await app.press("P")
        await app.dialog(ConfirmDialog)
        assert "goes on without the app" in app.asked
        await app.press("right", "enter")
    async with sit(path, mode="run") as app:
        await app.until(lambda: app.run.executing == {"long"})
        assert "resumed: step 2 of 2, 1 done" in str(app.run.query_one("#banner", Static).content)
        (path.parent / "go").touch()
        await app.until(lambda: app.run.run_now.state.finished == "succeeded")
        await app.press("k", "j")
        await app.until(lambda: "ended" in output(app))


async def test_an_unknown_outcome_is_decided_by_a_person_who_sees_the_verify(
    sit: Sit, write_runbook: WriteRunbook
) -> None:
    path = write_runbook("""
        - id: one
          title: Loses its shim
          kind: deploy
          run: "echo begun; kill -9 $PPID; sleep 1"
          verify: {run: "echo version 1; false", every: 50ms, timeout: 100ms}
        """)
    async with sit(path, mode="run") as app:
        await app.press("r")
        await app.dialog(ChooseDialog)
        assert app.state("one") == "unknown"
        assert "the verify does not hold" in app.asked
        await app.press("enter")  # looking first is the first choice
        await app.until(lambda: app.app.screen is app.run)
        assert app.state("one") == "unknown"
        await app.press("u")
        await choose(app, "worked")
        await app.answer("the version page shows 2")
        await app.until(lambda: app.state("one") == "succeeded")
        assert "the version page shows 2" in app.run.run_now.state.statuses["one"].message


async def test_a_rollback_shows_its_plan_and_undoes_step_by_step(
    sit: Sit, write_runbook: WriteRunbook
) -> None:
    path = write_runbook("""
        - {id: a, title: Add a column, kind: migrate, phase: expand, run: "echo a >> log", rollback: "echo -a >> log"}
        - {id: b, title: Set the flag, kind: deploy, run: "echo b >> log", rollback: {confirm: Unset the flag.},
           needs: [{step: a, because: it reads the column}]}
        - {id: c, title: Never reached, kind: deploy, run: "false"}
        """)
    async with sit(path, mode="run") as app:
        await app.press("b")
        assert "nothing was done that has to be undone" in app.said
        await app.press("r")
        await app.until(lambda: app.state("a") == "succeeded" and not app.run.executing)
        await app.press("r")
        await app.until(lambda: app.state("b") == "succeeded" and not app.run.executing)
        await app.press("b")
        await app.dialog(ConfirmDialog)
        assert "1 Set the flag by hand 2 Add a column" in app.asked
        await app.press("right", "enter")
        await app.until(lambda: "to be undone" in headline(app))
        await app.press("b")
        await app.answer("done in the admin page")
        await app.until(lambda: app.state("b") == "rolled_back" and not app.run.executing)
        await app.press("b")
        await app.dialog(ConfirmDialog)
        assert app.state("a") == "rolled_back"
        await app.press("right", "enter")
        await app.until(lambda: app.run.run_now.state.finished == "rolled_back")
    assert (path.parent / "log").read_text() == "a\nb\n-a\n"


async def test_a_rehearsal_executes_nothing_and_says_so(sit: Sit, write_runbook: WriteRunbook) -> None:
    path = write_runbook("""
        - {id: one, title: Would touch, kind: deploy, run: touch touched}
        """)
    async with sit(path, mode="run", rehearsal=True) as app:
        await app.press("r")
        await app.until(lambda: app.run.run_now.state.finished == "succeeded")
        assert "rehearsal" in headline(app)
    assert not (path.parent / "touched").exists()


async def test_a_run_that_may_not_begin_says_why(sit: Sit, checkout: Path) -> None:
    async with sit(checkout, mode="run", ready=False) as app:
        await app.dialog(ProblemScreen)
        assert "open question migration:ledger/0012" in app.asked
        await app.press("escape")
    assert app.app.return_code == 2


@pytest.mark.parametrize("spilled", [Path("/spilled/record.yaml"), None])
async def test_nothing_is_done_any_more_when_the_record_cannot_be_written(
    sit: Sit,
    answered: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    spilled: Path | None,
) -> None:
    def refuse(self: Runner, text: str, step_id: str | None = None) -> None:
        raise RecordFailed("No space left on device", spilled, "---\nseq: 0\n...\n")

    monkeypatch.setattr(Runner, "note", refuse)
    async with sit(answered, mode="run") as app:
        await app.press("n")
        await app.answer("anything")
        await app.dialog(MessageDialog)
        assert (str(spilled) if spilled else "keep the checkpoints that are printed") in app.asked
        await app.press("escape", "c")
        assert "the record cannot be written" in app.said
        assert app.state("announce-start") == "waiting"
        await app.press("ctrl+q")
    assert app.app.return_code == 74
    assert ("seq: 0" in capsys.readouterr().err) is (spilled is None)


async def test_another_step_can_be_looked_at_and_escape_goes_back(sit: Sit, answered: Path) -> None:
    async with sit(answered, mode="run") as app:
        await app.press("G")
        await app.until(lambda: "Lift the freeze" in headline(app))
        assert "it waits for Dashboards and a test order (pending)" in headline(app)
        await app.press("c")
        assert "it waits for Dashboards and a test order" in app.said
        await app.press("escape")
        await app.until(lambda: "Freeze merges" in headline(app))


async def test_escape_sequences_of_a_command_never_reach_the_screen(
    sit: Sit, write_runbook: WriteRunbook
) -> None:
    path = write_runbook(r"""
        - {id: one, title: Loud, kind: deploy, run: 'printf "\033]0;owned\007[/foo] [@click=app.quit]x[/]\n"; false'}
        """)
    async with sit(path, mode="run") as app:
        await app.press("r")
        await app.until(lambda: app.state("one") == "failed")
        await app.until(lambda: "[/foo] [@click=app.quit]x[/]" in output(app))
        assert "\x1b" not in output(app)
        assert os.fspath(path.parent) not in output(app)
