"""How long the shim sleeps, and what wakes it."""

# ruff: noqa: F401, F811 - fixtures
from __future__ import annotations

import select
from pathlib import Path

import pytest

from runbook_tui.execution import shim_gap
from tests.execution.shim_here import Shim, failing, here, run

real_poll = select.poll


class Poll:
    """A poller that tells what it was asked."""

    def __init__(self) -> None:
        self.real = real_poll()
        self.asked: list[tuple[int, int]] = []
        self.waits: list[float] = []
        self.dropped: list[int] = []

    def register(self, fd: int, events: int) -> None:
        self.asked.append((fd, events))
        self.real.register(fd, events)

    def unregister(self, fd: int) -> None:
        self.dropped.append(fd)
        self.real.unregister(fd)

    def poll(self, milliseconds: float) -> list[tuple[int, int]]:
        self.waits.append(milliseconds)
        return self.real.poll(milliseconds)


@pytest.fixture
def poll(here: Path, monkeypatch: pytest.MonkeyPatch) -> Poll:
    poller = Poll()
    monkeypatch.setattr("select.poll", lambda: poller)
    return poller


class TestWaiting:
    """How long it sleeps, and what wakes it."""

    def test_it_sleeps_until_something_happens(self, run: Shim, poll: Poll) -> None:
        run("sleep 0.5", 0)
        assert [events for _, events in poll.asked] == [select.POLLIN] * 2
        assert set(poll.waits) == {200.0}
        assert len(poll.waits) < 20
        assert poll.dropped == []

    def test_it_sleeps_no_longer_than_the_time_limit(self, run: Shim, poll: Poll) -> None:
        found = run("sleep 60", 300)
        assert poll.waits[0] == 200.0
        assert 0 <= min(poll.waits) < 100
        assert len(poll.waits) < 20
        assert int(found["ended_mono"]) - int(found["started_mono"]) >= 300_000
        poll.waits.clear()
        Path("job/control").unlink()
        for name in ("result", "started"):
            Path("job", name).unlink()
        Path("job").rmdir()
        Path("log").unlink()
        run("true", 1)
        assert all(0 <= wait <= 1 for wait in poll.waits)

    def test_without_a_descriptor_of_the_process_it_looks_often(
        self, run: Shim, poll: Poll, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        failing(monkeypatch, "pidfd_open", lambda *_: True)
        run("sleep 0.1", 0)
        assert len(poll.asked) == 1
        assert set(poll.waits) == {20.0}

    def test_a_flood_is_looked_at_often(self, run: Shim, poll: Poll, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shim_gap, "punch", lambda *_: False)
        run("seq 20000; sleep 0.5", 0, cap=10_000)
        assert poll.waits[0] == 200.0
        assert poll.waits[-1] == 20.0

    def test_a_pipe_that_is_closed_is_not_asked_again(
        self, run: Shim, poll: Poll, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ONE", "hunter2")
        run("echo $ONE; exec > /dev/null 2>&1; sleep 0.5", 0, secrets="ONE")
        assert [events for _, events in poll.asked] == [select.POLLIN] * 3
        assert poll.dropped == [poll.asked[2][0]]
        assert len(poll.waits) < 20
