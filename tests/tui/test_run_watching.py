"""Two operators at one run: the second one is told, looks on, takes over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from textual.widgets import Button, OptionList, Static

from runbook_tui.execution.runner import Runner
from runbook_tui.tui.dialogs.ask import AskDialog
from runbook_tui.tui.dialogs.choose import ChooseDialog
from runbook_tui.tui.widgets.output_pane import OutputPane

if TYPE_CHECKING:
    from tests.tui.conftest import OnTerminal, Sit, Sitting, WriteRunbook

STEPS = """
- {id: one, title: First, kind: deploy, run: "echo of one; until test -e go; do sleep 0.05; done"}
- {id: two, title: Second, kind: deploy, run: "true", needs: [{step: one, because: it does}]}
"""
HOLDER = """
import sys, time
from pathlib import Path
from runbook_tui.execution.runner import Runner
runner = Runner.start(Path(sys.argv[1]), operator="ben")
print("held", flush=True)
time.sleep(60)
"""


def banner(app: Sitting) -> str:
    return str(app.run.query_one("#banner", Static).content)


async def choose(app: Sitting, choice: str) -> None:
    dialog = await app.dialog(ChooseDialog)
    choices = dialog.query_one(OptionList)
    choices.highlighted = choices.get_option_index(choice)
    await app.press("enter")


@contextmanager
def held(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that executes the run."""
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield holder
    finally:
        holder.kill()
        holder.communicate()


async def test_a_second_operator_is_told_who_holds_the_record_and_can_leave(sit: Sit, answered: Path) -> None:
    with held(answered):
        async with sit(answered, mode="run", ready=False) as app:
            await app.dialog(ChooseDialog)
            assert "ben executes this run" in app.asked
            await choose(app, "leave")
        assert app.app.return_code == 75


async def test_a_second_operator_watches_live_and_changes_nothing(
    sit: Sit, write_runbook: WriteRunbook
) -> None:
    path = write_runbook(STEPS)
    first = Runner.start(path, operator="ben")
    running = threading.Thread(target=lambda: first.run("one"))
    try:
        async with sit(path, mode="run", ready=False, size=(140, 45)) as app:
            await choose(app, "watch")
            await app.until(lambda: app.run.watched is not None)
            await app.until(lambda: "T takes it over · ben executes it" in banner(app))
            await app.press("r")
            assert "you are watching: T takes the run over" in app.said
            running.start()
            await app.until(lambda: app.run.view().state_of("one").value == "running")
            await app.until(lambda: "of one" in "\n".join(app.run.query_one(OutputPane).lines))
            (path.parent / "go").touch()
            await app.until(lambda: app.run.view().state_of("one").value == "succeeded")
            await app.until(lambda: app.run.shown == "two")
            await app.press("ctrl+c")
            await app.dialog(ChooseDialog)
            assert "You are watching" in app.asked
            await choose(app, "leave")
        assert app.app.return_code == 0
    finally:
        (path.parent / "go").touch()
        running.join()
        first.close()


async def test_taking_over_ends_the_other_app_and_goes_on_here(sit: Sit, write_runbook: WriteRunbook) -> None:
    path = write_runbook(STEPS)
    with held(path) as holder:
        async with sit(path, mode="run", ready=False) as app:
            await choose(app, "watch")
            await app.until(lambda: app.run.watched is not None)
            await app.press("T")
            dialog = await app.dialog(AskDialog)
            assert dialog.query_one("#do", Button).disabled
            await app.answer("ben's connection is gone")
            await app.until(lambda: app.run.runner is not None)
            assert holder.wait(20) == -signal.SIGTERM
            await app.until(lambda: app.run.watched is None and "resumed:" in banner(app))
            await app.press("r")
            (path.parent / "go").touch()
            await app.until(lambda: app.state("one") == "succeeded")


def test_who_is_taken_over_from_is_told_by_whom_and_why(
    write_runbook: WriteRunbook, on_terminal: OnTerminal
) -> None:
    path = write_runbook(STEPS)
    terminal = on_terminal(path, "run")
    terminal.read(b"press r to run it")
    os.write(terminal.master, b"r")
    terminal.read(b"of one")
    (folder,) = Runner.unfinished(path)
    reading = threading.Thread(target=terminal.ended)
    reading.start()
    runner = Runner.resume(folder, operator="maria", take_over="the window closes at noon")
    try:
        reading.join()
        assert terminal.process.returncode == 143
        left = terminal.received[terminal.received.rindex(b"\x1b[?1049l") :]
        assert b"maria took this run over: the window closes at noon" in left
        (path.parent / "go").touch()
        assert runner.run("one").state.value == "succeeded"
    finally:
        runner.close()
