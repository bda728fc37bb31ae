"""Trying again by itself, for steps that are safe to repeat."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from runbook_tui.execution.model import State
from runbook_tui.execution.record import read_record
from runbook_tui.files.problems import ProblemsError

if TYPE_CHECKING:
    from tests.execution.conftest import StartRun, WaitFor

COUNT = "echo x >> log; test $(wc -l < log) -ge 3"


def step(retry: str, run: str = COUNT) -> str:
    return f"- {{id: a, title: A, kind: deploy, run: '{run}', repeatable: true, retry: {retry}}}"


def test_each_attempt_is_recorded(start: StartRun) -> None:
    runner = start(step("{times: 4, delay: 50ms}"))
    events: list[str] = []
    status = runner.run("a", on_event=events.append)
    assert (status.state, status.attempts) == (State.SUCCEEDED, 3)
    assert events == ["attempt 2 of 4 in 50ms: exit status 1", "attempt 3 of 4 in 50ms: exit status 1"]
    kinds = [
        point.kind for point in read_record(runner.folder).checkpoints if point.values.get("step") == "a"
    ]
    assert kinds == ["step-started", "step-finished"] * 3


def test_it_ends_after_so_many(start: StartRun) -> None:
    runner = start(step("{times: 2, delay: 1ms}", "exit 5"))
    status = runner.run("a")
    assert (status.state, status.attempts, status.message) == (State.FAILED, 2, "exit status 5")
    assert runner.run("a").attempts == 4, "who asks again gets as many attempts again"


@pytest.mark.parametrize("moment", ["while it runs", "in between"])
def test_what_the_operator_stops_is_not_tried_again(start: StartRun, wait_for: WaitFor, moment: str) -> None:
    command = "sleep 60" if moment == "while it runs" else "false"
    runner = start(step("{times: 3, delay: 60s}", command))
    events: list[str] = []
    thread = threading.Thread(target=runner.run, args=("a",), kwargs={"on_event": events.append})
    thread.start()
    if moment == "in between":
        wait_for(lambda: bool(events))
        wait_for(lambda: _stop(runner))
    else:
        wait_for(lambda: runner.state.statuses["a"].state is State.RUNNING)
        time.sleep(0.1)
        runner.stop_command("a")
    thread.join(20)
    assert not thread.is_alive()
    assert (runner.state.statuses["a"].state, runner.state.statuses["a"].attempts) == (State.FAILED, 1)


def _stop(runner: object) -> bool:
    from runbook_tui.execution.errors import NotAllowed
    from runbook_tui.execution.runner import Runner

    assert isinstance(runner, Runner)
    try:
        runner.stop_command("a")
    except NotAllowed:
        return False
    return True


def test_only_what_is_safe_to_repeat_is_repeated(start: StartRun) -> None:
    with pytest.raises(ProblemsError, match="retry needs repeatable: true"):
        start("- {id: a, title: A, kind: deploy, run: 'true', retry: {times: 2}}")
