"""Several steps at a time: each is started, shown, stopped and watched again for itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.widgets import OptionList, Static

from runbook_tui.execution.runner import Runner
from runbook_tui.tui.dialogs.choose import ChooseDialog
from runbook_tui.tui.dialogs.confirm import ConfirmDialog
from runbook_tui.tui.widgets.output_pane import OutputPane
from runbook_tui.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from tests.tui.conftest import Sit, Sitting, WriteRunbook

STEPS = """
- {id: one, title: First, kind: deploy, run: "echo of one; until test -e go; do sleep 0.05; done"}
- {id: two, title: Second, kind: deploy, run: "echo of two; until test -e go; do sleep 0.05; done"}
- {id: three, title: Third, kind: deploy, run: "true", needs: [{step: one, because: it does}]}
- {id: four, title: Fourth, kind: note, description: Read.}
"""


def output(app: Sitting) -> str:
    return "\n".join(app.run.query_one(OutputPane).lines)


def said_on(app: Sitting, name: str) -> str:
    return str(app.run.query_one(f"#{name}", Static).content)


def title_bar(app: Sitting) -> str:
    return str(app.run.query_one(TitleBar).render())


async def start_two(app: Sitting) -> None:
    await app.press("r")
    await app.until(lambda: "of one" in output(app))
    await app.press("j", "r")
    await app.until(lambda: "of two" in output(app))


async def test_two_steps_run_at_a_time_each_with_its_output(sit: Sit, write_runbook: WriteRunbook) -> None:
    path = write_runbook(STEPS)
    async with sit(path, mode="run", size=(140, 45)) as app:
        await start_two(app)
        assert app.run.executing == {"one", "two"}
        assert "2 steps running" in title_bar(app)
        assert "Also running  First" in said_on(app, "next")
        assert "of one" not in output(app)
        await app.press("k")
        await app.until(lambda: "of one" in output(app))
        assert "Also running  Second" in said_on(app, "next")
        await app.press("r")
        assert "the step is being executed" in app.said
        await app.press("G", "c")
        await app.until(lambda: app.state("four") == "succeeded")
        assert "First" not in app.said
        (path.parent / "go").touch()
        await app.until(lambda: app.state("one") == app.state("two") == "succeeded" and not app.run.executing)


async def test_the_stop_menu_ends_one_of_the_commands(sit: Sit, write_runbook: WriteRunbook) -> None:
    path = write_runbook(STEPS)
    async with sit(path, mode="run") as app:
        await start_two(app)
        await app.press("ctrl+c")
        dialog = await app.dialog(ChooseDialog)
        choices = dialog.query_one(OptionList)
        words = [str(choices.get_option(f"command:{step}").prompt) for step in ("one", "two")]
        assert ["First" in words[0], "Second" in words[1]] == [True, True]
        assert choices.get_option("abort").disabled
        choices.highlighted = choices.get_option_index("command:one")
        await app.press("enter")
        await app.until(lambda: app.state("one") == "failed")
        assert app.state("two") == "running"
        (path.parent / "go").touch()
        await app.until(lambda: app.state("two") == "succeeded" and not app.run.executing)


async def test_all_that_ran_is_watched_again_after_leaving(sit: Sit, write_runbook: WriteRunbook) -> None:
    path = write_runbook(STEPS)
    async with sit(path, mode="run") as app:
        await start_two(app)
        await app.press("P")
        await app.dialog(ConfirmDialog)
        assert "· First · Second They go on without the app." in app.asked
        await app.press("right", "enter")
    async with sit(path, mode="run") as app:
        await app.until(lambda: app.run.executing == {"one", "two"})
        (path.parent / "go").touch()
        await app.until(lambda: app.state("one") == app.state("two") == "succeeded" and not app.run.executing)


async def test_a_command_that_prints_nothing_for_long_is_pointed_out(
    sit: Sit, write_runbook: WriteRunbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_runbook("""
        - {id: one, title: First, kind: deploy, run: "until test -e go; do sleep 0.05; done", silent_after: 1s}
        """)
    monkeypatch.setattr(Runner, "quiet_for", lambda self, step_id: 300.0)
    async with sit(path, mode="run", size=(140, 45)) as app:
        await app.press("r")
        await app.until(lambda: "nothing printed for 5m" in said_on(app, "headline"))
        (path.parent / "go").touch()
        await app.until(lambda: app.state("one") == "succeeded" and not app.run.executing)


async def test_a_record_on_a_network_file_system_is_warned_of(
    sit: Sit, answered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runbook_tui.execution.mounts.network_file_system", lambda path: "nfs4")
    async with sit(answered, mode="run") as app:
        await app.until(lambda: "network file system (nfs4)" in said_on(app, "banner"))
