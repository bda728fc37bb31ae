"""Run mode on a real terminal: it is lent to a shell, taken away, stopped from outside, and left broken once."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runbook_tui.execution.runner import Runner
from runbook_tui.execution.runs import read_run

if TYPE_CHECKING:
    from tests.tui.conftest import OnTerminal, WriteRunbook

ALTERNATE_ON, ALTERNATE_OFF = b"\x1b[?1049h", b"\x1b[?1049l"
STEPS = '- {id: one, title: Some step, kind: deploy, run: "true", directory: place}'


def test_the_terminal_is_lent_to_a_shell_and_that_is_noted(
    write_runbook: WriteRunbook, on_terminal: OnTerminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shell = tmp_path / "shell"
    shell.write_text('#!/bin/sh\necho "$RUNBOOK_STEP in $(basename "$PWD")" > was\nexit 3\n')
    shell.chmod(0o700)
    monkeypatch.setenv("SHELL", str(shell))
    path = write_runbook(STEPS)
    (path.parent / "place").mkdir()
    terminal = on_terminal(path, "run")
    terminal.read(b"press r to run it")
    os.write(terminal.master, b"S")
    terminal.read(b"exit brings you back to the run")
    terminal.received = terminal.received.partition(b"to the run")[2]
    terminal.read(ALTERNATE_ON)
    terminal.read(b"Some step")
    (folder,) = Runner.unfinished(path)
    (note,) = read_run(folder).state.notes
    assert "it ended with status 3" in note.text
    assert note.step == "one"
    assert (path.parent / "place" / "was").read_text() == "one in place\n"


def test_a_terminal_that_is_gone_without_a_signal_ends_the_app(
    write_runbook: WriteRunbook, on_terminal: OnTerminal
) -> None:
    path = write_runbook('- {id: one, title: Some step, kind: deploy, run: "true"}')
    terminal = on_terminal(path, "run")
    terminal.read(b"press r to run it")
    terminal.hang_up()
    assert terminal.process.wait(20) == 129
    (folder,) = Runner.unfinished(path)
    assert read_run(folder).checkpoints[-1].kind == "interrupted"


def test_going_on_after_a_stop_from_outside_draws_everything_again(
    write_runbook: WriteRunbook, on_terminal: OnTerminal
) -> None:
    path = write_runbook('- {id: one, title: Some step, kind: deploy, run: "true"}')
    terminal = on_terminal(path, "run")
    terminal.read(b"press r to run it")
    terminal.process.send_signal(signal.SIGSTOP)
    terminal.received = b""
    terminal.process.send_signal(signal.SIGCONT)
    terminal.read(b"Some step")
    assert terminal.received.index(ALTERNATE_OFF) < terminal.received.index(ALTERNATE_ON)
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.ended() == 143
    assert terminal.received.rindex(ALTERNATE_OFF) > terminal.received.rindex(ALTERNATE_ON)
