"""What a step does: commands, requests, queries, waits, and their verification."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runbook_tui.execution.errors import NotAllowed
from runbook_tui.execution.model import State
from runbook_tui.execution.record import read_record

if TYPE_CHECKING:
    from tests.execution.conftest import KindsOf, StartRun, WaitFor


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


def test_a_verify_is_tried_until_it_holds(start: StartRun, tmp_path: Path, kinds_of: KindsOf) -> None:
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
    assert kinds_of(runner, "s") == ["step-started", "action-finished", "step-finished"]


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


@pytest.mark.parametrize(
    "step",
    [
        "{id: s, title: S, kind: deploy, run: touch begun; sleep 60}",
        "{id: s, title: S, kind: deploy, wait: 60s}",
        "{id: s, title: S, kind: deploy, run: touch begun, verify: {run: 'false', every: 20s, timeout: 60s}}",
        "{id: s, title: S, kind: deploy, run: touch begun, verify: {run: sleep 60, timeout: 60s}}",
    ],
)
def test_the_operator_ends_what_a_step_does(
    start: StartRun, tmp_path: Path, step: str, wait_for: WaitFor, kinds_of: KindsOf
) -> None:
    runner = start(f"- {step}")
    thread = threading.Thread(target=runner.run, args=("s",))
    thread.start()
    wait_for(lambda: runner.state.statuses["s"].state is State.RUNNING)
    if "touch" in step:
        wait_for((tmp_path / "begun").exists)
    runner.stop_command("s")
    thread.join(40)
    assert not thread.is_alive()
    status = runner.state.statuses["s"]
    assert status.state is State.FAILED
    assert status.message.endswith("stopped by the operator")
    assert "stop-requested" in kinds_of(runner)
    with pytest.raises(NotAllowed, match="nothing of s is running"):
        runner.stop_command("s")


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
