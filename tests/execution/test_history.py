"""How long steps took before becomes the next estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runbook_tui.execution.history import past_durations
from runbook_tui.execution.runner import Runner

if TYPE_CHECKING:
    from pathlib import Path

    from tests.execution.conftest import WriteRunbook

STEPS = """
- {id: slow, title: Slow, kind: deploy, run: sleep 0.3, verify: {run: sleep 0.2}}
- {id: wrong, title: Wrong, kind: deploy, run: sleep 0.2; false}
- {id: hand, title: Hand, kind: note, confirm: x}
"""


def run_once(path: Path, *, rehearsal: bool = False, instructions: bool = False) -> None:
    runner = Runner.start(path, rehearsal=rehearsal, instructions=instructions)
    for step in ("slow", "wrong"):
        if not instructions:
            runner.run(step)
    runner.close()


def test_the_time_of_action_and_verification(write_runbook: WriteRunbook) -> None:
    path = write_runbook(STEPS)
    assert past_durations(path) == {}
    run_once(path)
    found = past_durations(path, "staging")
    assert list(found) == ["slow"], "what failed, and what people did, says nothing"
    assert 0.5 <= found["slow"] < 5
    assert past_durations(path, "production") == {}


def test_rehearsals_and_instructions_say_nothing(write_runbook: WriteRunbook) -> None:
    path = write_runbook(STEPS)
    run_once(path, rehearsal=True)
    run_once(path, instructions=True)
    assert past_durations(path) == {}


def test_the_median_of_several_runs(write_runbook: WriteRunbook) -> None:
    for seconds in ("0", "0.6", "0.3"):
        path = write_runbook(STEPS.replace("sleep 0.3, verify: {run: sleep 0.2}", f"sleep {seconds}"))
        run_once(path)
    assert 0.3 <= past_durations(path)["slow"] < 0.6
