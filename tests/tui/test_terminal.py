"""The app on a real terminal: signals end it in good order, and it lends the terminal to an editor."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runbook_tui.execution.model import State
from runbook_tui.execution.runner import Runner

if TYPE_CHECKING:
    from tests.tui.conftest import OnTerminal, WriteRunbook

ALTERNATE_ON, ALTERNATE_OFF = b"\x1b[?1049h", b"\x1b[?1049l"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_the_terminal_is_restored_and_the_command_goes_on(
    write_runbook: WriteRunbook, on_terminal: OnTerminal, number: int, status: int
) -> None:
    path = write_runbook("""
        - {id: long, title: Takes long, kind: deploy, run: "echo begun; until test -e go; do sleep 0.05; done"}
        """)
    terminal = on_terminal(path, "run")
    terminal.read(b"Takes long")
    os.write(terminal.master, b"r")
    terminal.read(b"running")
    assert ALTERNATE_ON in terminal.received
    sent = time.monotonic()
    terminal.process.send_signal(number)
    assert terminal.ended() == status
    assert time.monotonic() - sent < 10
    assert terminal.received.rindex(ALTERNATE_OFF) > terminal.received.rindex(ALTERNATE_ON)
    runner = Runner.resume(Runner.unfinished(path)[0])
    try:
        assert runner.state.statuses["long"].state is State.RUNNING
        (path.parent / "go").touch()
        assert runner.run("long").state is State.SUCCEEDED
    finally:
        runner.close()


def test_a_closed_window_ends_the_app(write_runbook: WriteRunbook, on_terminal: OnTerminal) -> None:
    path = write_runbook("- {id: one, title: Some step, kind: note, description: Read.}")
    terminal = on_terminal(path, "author")
    terminal.read(b"Some step")
    terminal.hang_up()
    terminal.process.send_signal(signal.SIGHUP)
    assert terminal.process.wait(20) == 129


def test_an_interrupt_from_outside_opens_the_stop_menu_and_ends_nothing(
    write_runbook: WriteRunbook, on_terminal: OnTerminal
) -> None:
    path = write_runbook("- {id: one, title: Some step, kind: deploy, run: 'true'}")
    terminal = on_terminal(path, "run")
    terminal.read(b"Some step")
    terminal.process.send_signal(signal.SIGINT)
    terminal.read(b"nothing was stopped")
    assert terminal.process.poll() is None


def test_the_terminal_is_lent_to_the_editor_and_what_it_wrote_is_taken_over(
    checkout: Path, on_terminal: OnTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "sed -i s/47/48/")
    before = checkout.read_text()
    terminal = on_terminal(checkout, "author")
    terminal.read(b"answer missing")
    os.write(terminal.master, b"\x05")  # ctrl+e
    terminal.read(b"week 48")
    assert terminal.received.count(ALTERNATE_ON) == 2
    assert checkout.read_text() == before
