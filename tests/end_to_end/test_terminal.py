"""A release in a real terminal: authored, begun, killed in the middle, taken up again, finished."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from runbook_tui.demo import processes
from runbook_tui.demo.model import Demo
from runbook_tui.execution.model import State
from runbook_tui.execution.runner import Runner
from runbook_tui.execution.runs import read_run
from runbook_tui.runbook.document import RunbookDocument
from runbook_tui.runbook.graph import point_of_no_return
from runbook_tui.runbook.model import Runbook, Step
from tests.end_to_end.terminal import Terminal

pytestmark = pytest.mark.xdist_group("example")


@pytest.mark.timeout(300)
def test_author_execute_three_steps_kill_resume_at_the_fourth_finish(
    planned: Demo, runbook_command: str, environment: dict[str, str]
) -> None:
    with Terminal(
        [runbook_command, "open", planned.runbook.name], cwd=planned.folder, env=environment
    ) as screen:
        author(screen, planned)
        screen.press("r")
        screen.wait_for("Execute this runbook?")
        screen.press("tab", "enter")
        screen.wait_for("Step 1 of 37")
        for number in (1, 2, 3):
            screen.press("r")
            screen.wait_for(f"Step {number + 1} of 37")
        screen.kill(signal.SIGKILL)

    (folder,) = Runner.unfinished(planned.runbook)
    assert read_run(folder).state.count(State.SUCCEEDED) == 3
    with Terminal(
        [runbook_command, "run", planned.runbook.name], cwd=planned.folder, env=environment
    ) as screen:
        screen.wait_for("Step 4 of 37")
        finish(screen, RunbookDocument.read(planned.runbook).runbook, first=4)
        screen.press("ctrl+q")
        assert screen.wait_for_exit() == 0

    view = read_run(folder)
    assert view.state.finished == "succeeded"
    assert view.state.count(State.SUCCEEDED) == 37
    assert view.state.resumed == 1
    assert [point.values["step"] for point in view.checkpoints if point.kind == "step-started"] == [
        step.id for step in view.runbook.steps if not step.manual
    ]
    assert processes.status(planned.folder) == planned.released


def author(screen: Terminal, demo: Demo) -> None:
    """Answer the open question, give a step another title, and save."""
    screen.wait_for("1 answer missing")
    screen.press("q")
    screen.wait_for("Who is paged when notifications")
    screen.settle()
    screen.press(*"phone:ann", "tab", *"she said so", "ctrl+s")
    screen.wait_for(lambda text: "answer missing" not in text and "Question 1" not in text)
    assert "on_call: phone:ann" in (demo.folder / "services.answers.yaml").read_text("utf-8")
    screen.press("e")
    screen.wait_for("nothing changed")
    screen.settle()
    screen.press(*"Tell everybody", "ctrl+s")
    screen.wait_for(lambda text: "Tell everybody" in text and "Keep  ^s" not in text)
    screen.press("s")
    screen.wait_for(lambda _: _title(demo.runbook) == "Tell everybody")


def finish(screen: Terminal, runbook: Runbook, first: int) -> None:
    """Do every step from this one on with the keys that it asks for."""
    count = len(runbook.steps)
    crossing = point_of_no_return(runbook.steps)
    for number, step in enumerate(runbook.steps[first - 1 :], first):
        screen.wait_for(f"Step {number} of {count}")
        press_for(screen, step)
        if step.id == crossing:
            screen.wait_for("Type production to go on")
            screen.settle()
            screen.press(*"production", "enter")
    screen.wait_for("37 of 37 done")


def press_for(screen: Terminal, step: Step) -> None:
    """The verb of the step."""
    if step.approve is not None:
        screen.press("a")
        screen.wait_for("who approves")
        screen.settle()
        screen.press(*"priya")
        screen.press("tab")
        screen.press(*"in the channel, 10:42")
        screen.press("ctrl+s")
    else:
        screen.press("c" if step.confirm is not None else "r")


def _title(path: Path) -> str:
    return RunbookDocument.read(path).runbook.steps[0].title


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Somebody who executes, and a place for what the machine remembers."""
    return {"RUNBOOK_OPERATOR": "maria", "XDG_STATE_HOME": str(tmp_path)}
