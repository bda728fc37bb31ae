"""Running a runbook step by step, as the faces do it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runbook_tui.execution import clock
from runbook_tui.execution.clock import Instant
from runbook_tui.execution.errors import NotAllowed
from runbook_tui.execution.model import State
from runbook_tui.execution.record import read_record

if TYPE_CHECKING:
    from tests.execution.conftest import KindsOf, StartRun, WaitFor


CHAIN = """
- {id: first, title: First, kind: preflight, run: echo first >> log}
- {id: second, title: Second, kind: deploy, run: echo second >> log, needs: [{step: first, because: order}]}
- {id: third, title: Third, kind: verify, run: echo third >> log, needs: [{step: second, because: order}]}
"""


def test_a_whole_run(start: StartRun, tmp_path: Path, kinds_of: KindsOf) -> None:
    runner = start(CHAIN)
    assert runner.state.environment == "staging"
    assert runner.state.operator == "ann"
    for expected in ("first", "second", "third"):
        assert (runner.ready(), runner.current()) == ((expected,), expected)
        assert runner.run(expected).state is State.SUCCEEDED
    assert (runner.ready(), runner.current()) == ((), None)
    runner.finish("succeeded")
    assert runner.state.finished == "succeeded"
    assert (tmp_path / "log").read_text() == "first\nsecond\nthird\n"
    assert kinds_of(runner) == ["run-started", *["step-started", "step-finished"] * 3, "run-finished"]


def test_intent_is_on_the_disk_before_anything_happens(start: StartRun, tmp_path: Path) -> None:
    runner = start("- {id: look, title: Look, kind: preflight, run: cp release.runs/*/record.yaml seen}")
    runner.run("look")
    seen = (tmp_path / "seen").read_text()
    assert 'kind: "step-started"' in seen
    assert 'told: "cp release.runs/*/record.yaml seen"' in seen


def test_a_failure_says_why_and_can_be_tried_again(start: StartRun, tmp_path: Path) -> None:
    steps = """
    - {id: shaky, title: Shaky, kind: deploy, run: echo trying; test -e there}
    - {id: after, title: After, kind: verify, run: 'true', needs: [{step: shaky, because: it must run}]}
    """
    runner = start(steps)
    status = runner.run("shaky")
    assert (status.state, status.exit_code, status.message) == (State.FAILED, 1, "exit status 1")
    assert (status.tail, status.output) == (("trying",), "output/shaky-1.log")
    assert runner.state.statuses["after"].state is State.BLOCKED
    assert runner.current() == "shaky"
    with pytest.raises(NotAllowed, match="needs shaky, which is failed: it must run"):
        runner.run("after")
    (tmp_path / "there").touch()
    status = runner.run("shaky")
    assert (status.state, status.attempts, status.output) == (State.SUCCEEDED, 2, "output/shaky-2.log")
    assert runner.current() == "after"
    assert (runner.folder / "output/shaky-1.log").read_text() == "trying\n"


def test_steps_without_an_order_may_start_in_any(start: StartRun) -> None:
    steps = """
    - {id: a, title: A, kind: deploy, run: 'false'}
    - {id: b, title: B, kind: deploy, run: 'true'}
    - {id: c, title: C, kind: verify, run: 'true', needs: [{step: a, because: x}, {step: b, because: y}]}
    """
    runner = start(steps)
    assert runner.ready() == ("a", "b")
    runner.run("a")
    assert runner.ready() == ("b",)
    assert runner.run("b").state is State.SUCCEEDED
    assert runner.state.statuses["c"].message == "needs a, which is failed"


def test_two_steps_at_the_same_time(start: StartRun) -> None:
    steps = """
    - {id: a, title: A, kind: deploy, run: "touch a; while [ ! -e b ]; do sleep 0.01; done", timeout: 20s}
    - {id: b, title: B, kind: deploy, run: "touch b; while [ ! -e a ]; do sleep 0.01; done", timeout: 20s}
    """
    runner = start(steps)
    threads = [threading.Thread(target=runner.run, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert runner.state.count(State.SUCCEEDED) == 2


def test_a_step_runs_once_at_a_time(start: StartRun, tmp_path: Path, wait_for: WaitFor) -> None:
    runner = start(
        "- {id: a, title: A, kind: deploy, run: 'while [ ! -e go ]; do sleep 0.01; done', timeout: 20s}"
    )
    thread = threading.Thread(target=runner.run, args=("a",))
    thread.start()
    wait_for(lambda: runner.state.statuses["a"].state is State.RUNNING)
    assert runner.current() == "a"
    for verb in (runner.run, runner.rollback):
        with pytest.raises(NotAllowed):
            verb("a")
    with pytest.raises(NotAllowed, match="while something is being done"):
        runner.skip("a", "too slow")
    with pytest.raises(NotAllowed, match="is running"):
        runner.finish("aborted", "enough")
    (tmp_path / "go").touch()
    thread.join()
    assert runner.state.statuses["a"].state is State.SUCCEEDED


def test_leaving_a_step_running_and_coming_back(start: StartRun, tmp_path: Path) -> None:
    runner = start(
        "- {id: s, title: S, kind: deploy, run: 'echo once >> log; while [ ! -e go ]; do sleep 0.01; done'}"
    )
    leave = threading.Event()
    threading.Timer(0.2, leave.set).start()
    assert runner.run("s", stop=leave).state is State.RUNNING
    threading.Timer(0.2, (tmp_path / "go").touch).start()
    assert runner.run("s").state is State.SUCCEEDED
    assert (tmp_path / "log").read_text() == "once\n"
    assert runner.state.statuses["s"].attempts == 1


def test_the_point_of_no_return_is_passed_knowingly(start: StartRun, tmp_path: Path) -> None:
    steps = """
    - {id: a, title: A, kind: migrate, run: 'true'}
    - {id: b, title: B, kind: migrate, run: test -e ok, reversible: false, irreversible_because: it drops a column}
    - {id: c, title: C, kind: migrate, run: 'true', reversible: false}
    """
    runner = start(steps)
    runner.run("a")
    assert runner.crosses("b")
    with pytest.raises(NotAllowed, match="point of no return: b: it drops a column"):
        runner.run("b")
    assert runner.state.statuses["b"].state is State.PENDING
    assert runner.run("b", past_no_return=True).state is State.FAILED
    (tmp_path / "ok").touch()
    assert runner.run("b").state is State.SUCCEEDED
    assert not runner.crosses("c")
    assert runner.run("c").state is State.SUCCEEDED
    passed = [
        p.values.get("step") for p in read_record(runner.folder).checkpoints if p.values.get("past_no_return")
    ]
    assert passed == ["b"]


def test_a_run_ends_once_and_rightly(start: StartRun) -> None:
    runner = start(CHAIN)
    with pytest.raises(NotAllowed, match="3 steps are not done: first, second, third"):
        runner.finish("succeeded")
    with pytest.raises(NotAllowed, match="needs a reason"):
        runner.finish("aborted")
    runner.finish("aborted", "the window is over")
    assert (runner.state.finished, runner.state.finished_reason) == ("aborted", "the window is over")
    assert (runner.ready(), runner.current()) == ((), None)
    for verb in (
        lambda: runner.run("first"),
        lambda: runner.skip("first", "x"),
        lambda: runner.finish("succeeded"),
    ):
        with pytest.raises(NotAllowed, match="finished"):
            verb()


def test_unknown_steps_are_refused(start: StartRun) -> None:
    runner = start(CHAIN)
    for verb in (runner.run, runner.confirm, runner.rollback, runner.stop_command, runner.check):
        with pytest.raises(NotAllowed, match="no step nowhere"):
            verb("nowhere")


def test_a_clock_that_was_set_is_noted(start: StartRun, monkeypatch: pytest.MonkeyPatch) -> None:
    runner = start(CHAIN)
    real = clock.now
    with monkeypatch.context() as patch:
        later = "2036-01-01T00:00:00.000Z"
        patch.setattr(clock, "now", lambda: Instant(later, real().boot, real().mono))
        runner.note("ten years later")
    runner.note("and back")
    runner.run("first")
    jumps = [point.values.get("clock_jump_ms") for point in read_record(runner.folder).checkpoints]
    assert jumps[0] is None
    assert isinstance(jumps[1], int)
    assert isinstance(jumps[2], int)
    assert jumps[1] > 10**9 > -(10**9) > jumps[2]
    assert jumps[3:] == [None, None]
    seconds = runner.state.statuses["first"].seconds
    assert seconds is not None
    assert seconds < 10


def test_closing_in_the_middle_is_no_error_for_who_watches(
    start: StartRun, tmp_path: Path, wait_for: WaitFor
) -> None:
    runner = start(
        "- {id: a, title: A, kind: deploy, run: 'touch begun; while [ ! -e go ]; do sleep 0.01; done'}"
    )
    seen: list[State] = []

    def watch() -> None:
        seen.append(runner.run("a", on_output=lambda _: None).state)

    thread = threading.Thread(target=watch)
    thread.start()
    wait_for((tmp_path / "begun").exists)
    with runner._session.lock:  # the outcome is there, and cannot be recorded before the run is closed
        (tmp_path / "go").touch()
        wait_for((runner.folder / "jobs" / "a-1" / "result").exists)
        runner.close()
    thread.join(10)
    assert seen == [State.RUNNING]
