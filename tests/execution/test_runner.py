"""Running a runbook step by step, as the faces do it."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from runbook_tui.execution import clock
from runbook_tui.execution.clock import Instant
from runbook_tui.execution.errors import NotAllowed
from runbook_tui.execution.model import State
from runbook_tui.execution.record import read_record
from runbook_tui.execution.runner import Runner
from runbook_tui.execution.runs import read_run, succeeded_run
from runbook_tui.files.problems import ProblemsError, RunbookError

StartRun = Callable[..., Runner]
WriteRunbook = Callable[..., Path]

CHAIN = """
- {id: first, title: First, kind: preflight, run: echo first >> log}
- {id: second, title: Second, kind: deploy, run: echo second >> log, needs: [{step: first, because: order}]}
- {id: third, title: Third, kind: verify, run: echo third >> log, needs: [{step: second, because: order}]}
"""


def kinds(runner: Runner, step: str | None = None) -> list[str]:
    points = read_record(runner.folder).checkpoints
    return [point.kind for point in points if step is None or point.values.get("step") == step]


def test_a_whole_run(start: StartRun, tmp_path: Path) -> None:
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
    assert kinds(runner) == ["run-started", *["step-started", "step-finished"] * 3, "run-finished"]


def test_intent_is_on_the_disk_before_anything_happens(start: StartRun, tmp_path: Path) -> None:
    runner = start("- {id: look, title: Look, kind: preflight, run: cp release.runs/*/record.yaml seen}")
    runner.run("look")
    seen = (tmp_path / "seen").read_text()
    assert 'kind: "step-started"' in seen
    assert 'told: "cp release.runs/*/record.yaml seen"' in seen


def test_what_a_step_knows(start: StartRun, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    steps = """
    - id: look
      title: Look
      kind: preflight
      directory: sub
      environment: {COLOUR: "a 'b'", TOKEN: hunter2}
      run: echo "$PWD $COLOUR $RUNBOOK_NAMESPACE $RUNBOOK_STEP $RUNBOOK_ENVIRONMENT $RUNBOOK_REHEARSAL $HOME"
    """
    runner = start(steps, "variables: {namespace: shop}\n")
    shown: list[str] = []
    runner.run("look", on_output=shown.append)
    assert "".join(shown) == f"{tmp_path}/sub a 'b' shop look staging 0 {os.environ['HOME']}\n"
    point = read_record(runner.folder).checkpoints[1]
    assert {"COLOUR", "TOKEN", "RUNBOOK_NAMESPACE"} <= set(point.values["variables"])  # type: ignore[arg-type]
    assert "hunter2" not in (runner.folder / "record.yaml").read_text()


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


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("{id: s, title: S, kind: deploy, run: exit 3}", "exit status 3"),
        ("{id: s, title: S, kind: deploy, run: kill -9 $$}", "ended by SIGKILL"),
        (
            "{id: s, title: S, kind: deploy, run: sleep 60, timeout: 200ms}",
            "it took longer than 200ms and was ended",
        ),
        ("{id: s, title: S, kind: deploy, run: 'true', directory: gone}", "gone does not exist"),
        (
            "{id: s, title: S, kind: deploy, run: echo version 1, expect: version 2}",
            "the output does not contain 'version 2'",
        ),
        (
            "{id: s, title: S, kind: deploy, http: 'http://127.0.0.1:1/'}",
            "http://127.0.0.1:1/: Connection refused",
        ),
        (
            "{id: s, title: S, kind: deploy, sql: {database: none.db, query: select 1}}",
            "no such database file",
        ),
    ],
)
def test_reasons_of_failures(start: StartRun, step: str, message: str) -> None:
    status = start(f"- {step}").run("s")
    assert status.state is State.FAILED
    assert status.message.endswith(message)


def test_expected_text_is_found_anywhere_in_the_output(start: StartRun) -> None:
    step = "{id: s, title: S, kind: verify, run: 'echo needle; seq 200000', expect: needle}"
    assert start(f"- {step}").run("s").state is State.SUCCEEDED


def test_expected_text_is_found_through_colours(start: StartRun) -> None:
    step = r"{id: s, title: S, kind: verify, run: 'printf \"ver\\033[1msion 2\"', expect: version 2}"
    assert start(f"- {step.replace(chr(92) + chr(34), chr(34))}").run("s").state is State.SUCCEEDED


def test_a_query_step_keeps_its_rows(start: StartRun, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "shop.db")
    connection.executescript("create table v(n); insert into v values ('0042');")
    connection.close()
    step = "{id: s, title: S, kind: verify, sql: {database: shop.db, query: select n from v}, expect: '0042'}"
    runner = start(f"- {step}")
    status = runner.run("s")
    assert (status.state, status.tail) == (State.SUCCEEDED, ("0042",))
    assert (runner.folder / str(status.output)).read_text() == "0042"


def test_a_wait_lets_time_pass(start: StartRun) -> None:
    runner = start("- {id: s, title: S, kind: note, wait: 200ms}")
    began = time.monotonic()
    status = runner.run("s")
    assert status.state is State.SUCCEEDED
    assert time.monotonic() - began >= 0.2
    assert status.seconds is not None
    assert status.seconds >= 0.2


def test_a_note_is_done_by_reading_it(start: StartRun) -> None:
    steps = "- {id: a, title: A, kind: note}\n- {id: b, title: B, kind: note}"
    runner = start(steps)
    assert runner.run("a").state is State.SUCCEEDED
    assert runner.confirm("b").state is State.SUCCEEDED


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


def test_two_steps_at_the_same_time(start: StartRun, tmp_path: Path) -> None:
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


def test_a_step_runs_once_at_a_time(start: StartRun, tmp_path: Path) -> None:
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


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.01)


@pytest.mark.parametrize(
    "step",
    [
        "{id: s, title: S, kind: deploy, run: touch begun; sleep 60}",
        "{id: s, title: S, kind: deploy, wait: 60s}",
        "{id: s, title: S, kind: deploy, run: touch begun, verify: {run: 'false', every: 20s, timeout: 60s}}",
        "{id: s, title: S, kind: deploy, run: touch begun, verify: {run: sleep 60, timeout: 60s}}",
    ],
)
def test_the_operator_ends_what_a_step_does(start: StartRun, tmp_path: Path, step: str) -> None:
    runner = start(f"- {step}")
    thread = threading.Thread(target=runner.run, args=("s",))
    thread.start()
    wait_for(lambda: runner.state.statuses["s"].state is State.RUNNING)
    if "touch" in step:
        wait_for((tmp_path / "begun").exists)
    runner.stop_command("s")
    thread.join(10)
    assert not thread.is_alive()
    status = runner.state.statuses["s"]
    assert status.state is State.FAILED
    assert status.message.endswith("stopped by the operator")
    assert "stop-requested" in kinds(runner)
    with pytest.raises(NotAllowed, match="nothing of s is running"):
        runner.stop_command("s")


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


def test_a_verify_is_tried_until_it_holds(start: StartRun, tmp_path: Path) -> None:
    steps = """
    - id: s
      title: S
      kind: deploy
      run: echo action >> log
      verify: {run: echo try >> log; grep -c try log, expect: "3", every: 20ms, timeout: 20s}
    """
    runner = start(steps)
    events: list[str] = []
    status = runner.run("s", on_event=events.append)
    assert status.state is State.SUCCEEDED
    assert (tmp_path / "log").read_text().split() == ["action", "try", "try", "try"]
    assert any("does not contain '3'" in event for event in events)
    assert kinds(runner, "s") == ["step-started", "action-finished", "step-finished"]


def test_a_verify_that_never_holds_fails_the_step(start: StartRun) -> None:
    steps = """
    - id: s
      title: S
      kind: deploy
      run: echo deployed
      verify: {run: echo unhealthy; exit 1, every: 50ms, timeout: 300ms}
    """
    runner = start(steps)
    began = time.monotonic()
    status = runner.run("s")
    assert time.monotonic() - began < 5
    assert status.state is State.FAILED
    assert status.message == "verify: did not hold within 300ms: exit status 1"
    assert status.tail == ("unhealthy",)
    assert status.output == "output/s-1.log"


def test_a_verify_that_hangs_is_ended(start: StartRun) -> None:
    steps = "- {id: s, title: S, kind: deploy, run: 'true', verify: {run: sleep 60, timeout: 300ms}}"
    began = time.monotonic()
    assert start(steps).run("s").state is State.FAILED
    assert time.monotonic() - began < 5


def test_a_failed_action_is_not_verified(start: StartRun, tmp_path: Path) -> None:
    runner = start("- {id: s, title: S, kind: deploy, run: exit 1, verify: {run: touch verified}}")
    assert runner.run("s").state is State.FAILED
    assert not (tmp_path / "verified").exists()


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


def test_what_runs_is_the_runbook_as_it_was(
    start: StartRun, write_runbook: WriteRunbook, tmp_path: Path
) -> None:
    runner = start(CHAIN)
    assert runner.drift() == ()
    write_runbook("- {id: first, title: First, kind: preflight, run: touch changed}")
    assert runner.drift() == (
        "release.yaml was edited since the run began; the copy that it began with is executed",
    )
    runner.run("first")
    assert not (tmp_path / "changed").exists()
    (tmp_path / "release.yaml").unlink()
    assert "not there any more" in runner.drift()[0]


def test_the_frozen_runbook_is_the_same_byte_for_byte(write_runbook: WriteRunbook, tmp_path: Path) -> None:
    path = write_runbook("# a comment, é\n- {id: a,   title: A, kind: note}   # the end")
    runner = Runner.start(path)
    runner.close()
    assert (runner.folder / "runbook.yaml").read_bytes() == path.read_bytes()
    assert runner.folder.parent == tmp_path / "release.runs"


def test_folders_of_runs_are_named_by_day_and_environment(write_runbook: WriteRunbook) -> None:
    path = write_runbook(CHAIN)
    names = []
    for environment, rehearsal in ((None, False), ("Production EU", True), (None, False), (None, False)):
        runner = Runner.start(path, environment=environment, rehearsal=rehearsal)
        runner.close()
        names.append(runner.folder.name[10:])
    assert names == ["-staging", "-production-eu-rehearsal", "-staging-2", "-staging-3"]


def test_unfinished_runs_are_found_newest_first(write_runbook: WriteRunbook) -> None:
    path = write_runbook(CHAIN)
    runners = [Runner.start(path, rehearsal=flag) for flag in (False, True, False)]
    runners[0].finish("aborted", "only a test")
    for runner in runners:
        runner.close()
    assert Runner.unfinished(path) == [runners[2].folder, runners[1].folder]
    assert Runner.unfinished(path, rehearsal=True) == [runners[1].folder]
    assert Runner.unfinished(path, rehearsal=False) == [runners[2].folder]
    (runners[2].folder / "record.yaml").write_bytes(b"")
    (path.parent / "release.runs" / "empty").mkdir()
    assert Runner.unfinished(path, rehearsal=False) == []
    assert Runner.unfinished(path.with_name("other.yaml")) == []


def test_open_questions_and_errors_refuse_a_run_and_not_a_rehearsal(write_runbook: WriteRunbook) -> None:
    head = """
    questions:
      - {id: "on-call:billing", text: Who is paged for billing?}
      - {id: "note", text: Not blocking, blocking: false}
    remarks:
      - {rule: contract-last, level: error, text: a column is still read, remedy: wait for it}
      - {rule: one-writer, level: warning, text: slow}
    """
    path = write_runbook(CHAIN, head)
    with pytest.raises(RunbookError) as caught:
        Runner.start(path)
    assert "on-call:billing: Who is paged for billing?" in str(caught.value)
    assert "contract-last: a column is still read; wait for it" in str(caught.value)
    assert "Not blocking" not in str(caught.value)
    assert not (path.parent / "release.runs").exists()
    Runner.start(path, rehearsal=True).close()


def test_a_runbook_with_problems_is_not_started(tmp_path: Path) -> None:
    path = tmp_path / "release.yaml"
    path.write_text("runbook: 1\ntitle: T\nsteps:\n  - {id: a, kind: deploy}\n")
    with pytest.raises(ProblemsError, match=r"release\.yaml:4"):
        Runner.start(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(RunbookError, match="UTF-8"):
        Runner.start(path)
    with pytest.raises(RunbookError, match=r"none\.yaml"):
        Runner.start(tmp_path / "none.yaml")
    assert not (tmp_path / "release.runs").exists()


def test_runs_are_not_kept_behind_a_link(write_runbook: WriteRunbook, tmp_path: Path) -> None:
    path = write_runbook(CHAIN)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "release.runs").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunbookError, match="symbolic link"):
        Runner.start(path)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_the_operator_is_named(
    write_runbook: WriteRunbook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = write_runbook(CHAIN)
    with pytest.raises(RunbookError, match="RUNBOOK_OPERATOR"):
        Runner.start(path, operator="a\x1b[2J")
    monkeypatch.delenv("RUNBOOK_OPERATOR")
    monkeypatch.setenv("LOGNAME", "carl")
    runner = Runner.start(path)
    runner.run("first")
    runner.close()
    assert runner.operator == "carl"
    assert read_run(runner.folder).state.statuses["first"].by == "carl"


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


def test_what_is_masked_and_cleaned_in_the_record(start: StartRun) -> None:
    steps = r"""
    - {id: a, title: A, kind: verify, http: "http://ann:hunter2@127.0.0.1:1/health"}
    - {id: b, title: B, kind: verify, run: "printf 'x\\033]0;t\\007\\377\\n'; exit 1"}
    """
    runner = start(steps)
    runner.run("a")
    runner.run("b")
    text = (runner.folder / "record.yaml").read_text()
    assert "hunter2" not in text
    assert "\x1b" not in text
    assert runner.state.statuses["b"].tail == ("x\ufffd",)


def test_very_long_output_leaves_a_small_record(start: StartRun) -> None:
    runner = start(r"""- {id: a, title: A, kind: verify, run: "yes $'\\u202e' | head -c 5000000; exit 1"}""")
    status = runner.run("a")
    assert status.state is State.FAILED
    assert (runner.folder / str(status.output)).stat().st_size == 5_000_000
    assert (runner.folder / "record.yaml").stat().st_size < 64 * 1024


def test_a_run_that_was_executed_to_its_end_is_known(write_runbook: WriteRunbook) -> None:
    path = write_runbook("- {id: a, title: A, kind: note}")
    assert succeeded_run(path) is None
    runner = Runner.start(path)
    runner.run("a")
    assert succeeded_run(path) is None
    runner.finish("succeeded")
    runner.close()
    assert succeeded_run(path) == runner.folder
    assert succeeded_run(path, rehearsal=True) is None
    path.write_text(path.read_text() + "# edited\n")
    assert succeeded_run(path) is None


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


def test_closing_in_the_middle_is_no_error_for_who_watches(start: StartRun, tmp_path: Path) -> None:
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
