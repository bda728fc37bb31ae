"""Silence, measured with clocks that may jump."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from runbook_tui.execution import clock, quiet
from runbook_tui.execution.quiet import Silence

SECOND = 1_000_000


class Clocks:
    """Both clocks, moved by hand."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.boot = 1000 * SECOND
        self.wall = 1_700_000_000 * SECOND
        patch.setattr(clock, "since_boot", lambda: self.boot)
        patch.setattr(time, "time_ns", lambda: self.wall * 1000)

    def pass_by(self, seconds: float) -> None:
        self.boot += round(seconds * SECOND)
        self.wall += round(seconds * SECOND)

    def write(self, path: Path, text: str) -> None:
        with path.open("a") as file:
            file.write(text)
        os.utime(path, ns=(self.wall * 1000, self.wall * 1000))


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    return Clocks(monkeypatch)


def test_it_counts_from_the_start_and_then_from_the_last_output(clocks: Clocks, tmp_path: Path) -> None:
    silence, log, began = Silence(), tmp_path / "log", clocks.boot
    clocks.pass_by(5)
    assert silence.of(log, began) == 5
    log.touch()
    assert silence.of(log, began) == 5
    clocks.write(log, "x")
    clocks.pass_by(3)
    assert silence.of(log, began) == 3
    clocks.pass_by(60)
    assert silence.of(log, began) == 63


def test_who_looks_for_the_first_time_sees_when_it_last_printed(clocks: Clocks, tmp_path: Path) -> None:
    log, began = tmp_path / "log", clocks.boot
    clocks.pass_by(100)
    clocks.write(log, "x")
    clocks.pass_by(40)
    assert Silence().of(log, began) == 40


@pytest.mark.parametrize("jump", [-315_360_000, -10, 10, 315_360_000])
def test_a_jump_of_the_wall_clock_is_bounded(clocks: Clocks, tmp_path: Path, jump: int) -> None:
    silence, log, began = Silence(), tmp_path / "log", clocks.boot
    clocks.pass_by(100)
    clocks.write(log, "x")
    assert silence.of(log, began) == 0
    clocks.wall += jump * SECOND
    clocks.pass_by(7)
    assert silence.of(log, began) == 7
    clocks.write(log, "y")
    clocks.wall += jump * SECOND
    clocks.pass_by(2)
    assert 0 <= silence.of(log, began) <= 9, "not longer than since it was last looked at"


def test_it_does_not_remember_for_ever(
    clocks: Clocks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quiet, "_MOST", 3)
    silence = Silence()
    for number in range(10):
        clocks.write(tmp_path / f"log-{number}", "x")
        assert silence.of(tmp_path / f"log-{number}", clocks.boot) == 0
    assert silence.of(tmp_path / "log-9", clocks.boot + SECOND) == 0
