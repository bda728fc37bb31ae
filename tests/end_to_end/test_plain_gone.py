"""Line mode where nobody reads what it prints any more, or nobody can be asked."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runbook_tui.execution.framing import Checkpoint
from runbook_tui.execution.model import State
from runbook_tui.execution.runner import Runner
from runbook_tui.execution.runs import read_run
from runbook_tui.files.problems import RunbookError
from tests.end_to_end.held_terminal import HeldTerminal
from tests.end_to_end.test_signals import slowness

QUIET = 'run: "until test -e go; do sleep 0.05; done; echo ended"'
FLOOD = 'run: "until test -e go; do seq 1 20000; done; echo ended"'
GATE = 'approve: "May we?"'


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HeldTerminal]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("RUNBOOK_OPERATOR", "ann")
    held = HeldTerminal(tmp_path)
    yield held
    (tmp_path / "go").touch()
    held.close()


def write(folder: Path, action: str) -> None:
    step = f"{{id: step, title: Step, kind: deploy, {action}}}"
    path = folder / "release.yaml"
    path.write_text(f"runbook: 1\ntitle: R\nenvironment: staging\nsteps:\n  - {step}\n")


def checkpoints(folder: Path) -> tuple[Checkpoint, ...]:
    (run,) = folder.glob("release.runs/*")
    return read_run(run).checkpoints


def running(folder: Path) -> bool:
    try:
        return any(
            read_run(run).state.statuses["step"].state is State.RUNNING
            for run in folder.glob("release.runs/*")
        )
    except RunbookError:  # its first checkpoint is being written
        return False


def goes_on(folder: Path) -> None:
    """The command was left running, and its outcome is found."""
    (run,) = folder.glob("release.runs/*")
    runner = Runner.resume(run)
    (folder / "go").touch()
    try:
        assert runner.run("step").state is State.SUCCEEDED
        assert runner.state.statuses["step"].attempts == 1
    finally:
        runner.close()


@pytest.fixture
def no_hangup() -> Iterator[None]:
    """SIGHUP is ignored, as under nohup; programs that are started inherit that."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("no_hangup")
@pytest.mark.parametrize("action", [QUIET, FLOOD, GATE], ids=["quiet", "flood", "gate"])
def test_a_terminal_that_vanishes_without_a_word(action: str, terminal: HeldTerminal, tmp_path: Path) -> None:
    """It neither spins nor dies on the way: it goes on until there is something to say, and leaves then."""
    write(tmp_path, action)
    terminal.start("run", "release.yaml", "--plain")
    if action == GATE:
        terminal.see(b"number: ")
    else:
        terminal.until(lambda: running(tmp_path), 30)
    terminal.hang_up()
    if action == QUIET:
        assert terminal.cpu(1.0) < 0.05
        assert not terminal.ended()
        (tmp_path / "go").touch()
    terminal.until(terminal.ended, 10)
    assert terminal.process.returncode == 129
    last = checkpoints(tmp_path)[-1]
    assert (last.kind, last.values["because"]) == ("interrupted", "the terminal is gone")
    if action == QUIET:
        # Its last line may be what was to be said; the outcome is then found by who goes on.
        runner = Runner.resume(next(tmp_path.glob("release.runs/*")), operator="ann")
        status = runner.state.statuses["step"]
        status = runner.run("step") if status.state is State.RUNNING else status
        runner.close()
        assert status.state is State.SUCCEEDED
    elif action == FLOOD:
        goes_on(tmp_path)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_terminal_that_is_stopped_holds_nobody_up(
    number: signal.Signals, status: int, terminal: HeldTerminal, tmp_path: Path
) -> None:
    """Somebody pressed ctrl+s and went away: the program hangs in a write, and a signal ends it all the same."""
    write(tmp_path, FLOOD)
    terminal.start("run", "release.yaml", "--plain")
    terminal.until(lambda: running(tmp_path), 30)
    time.sleep(1.0)  # nobody reads: the terminal is full now
    begun = time.monotonic()
    terminal.send(number)
    assert terminal.process.wait(10) == status
    assert time.monotonic() - begun <= 1.0 * slowness()
    assert [(p.kind, p.values["because"]) for p in checkpoints(tmp_path)[-1:]] == [
        ("interrupted", number.name)
    ]
    goes_on(tmp_path)


def piped(folder: Path, command: str) -> subprocess.Popen[bytes]:
    """The command without a terminal."""
    arguments = [command, "run", "release.yaml", "--plain"]
    environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state"), "RUNBOOK_OPERATOR": "ann"}
    return subprocess.Popen(
        arguments,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_without_a_terminal_a_signal_leaves_within_a_second(
    number: signal.Signals, status: int, tmp_path: Path, runbook_command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    write(tmp_path, QUIET)
    process = piped(tmp_path, runbook_command)
    while not running(tmp_path):
        time.sleep(0.02)
    begun = time.monotonic()
    process.send_signal(number)
    _, errors = process.communicate(timeout=20)
    assert time.monotonic() - begun <= 1.0 * slowness()
    assert process.returncode == status
    assert b"Traceback" not in errors
    assert b"interrupted" in errors
    assert [(p.kind, p.values["because"]) for p in checkpoints(tmp_path)[-1:]] == [
        ("interrupted", number.name)
    ]
    goes_on(tmp_path)


def test_nobody_reads_the_output_any_more(
    tmp_path: Path, runbook_command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    write(tmp_path, FLOOD)
    process = piped(tmp_path, runbook_command)
    assert process.stdout is not None
    while not process.stdout.readline().startswith(b"      | "):
        pass
    process.stdout.close()
    assert process.wait(20) == 141
    last = checkpoints(tmp_path)[-1]
    assert (last.kind, last.values["because"]) == ("interrupted", "SIGPIPE")
    goes_on(tmp_path)
