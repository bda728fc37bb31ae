"""Runbooks on disk and runs of them; nothing outside the test's folder is touched."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runbook_tui.execution.record import read_record
from runbook_tui.execution.runner import Runner

WriteRunbook = Callable[..., Path]
StartRun = Callable[..., Runner]
Track = Callable[[Runner], Runner]
WaitFor = Callable[[Callable[[], bool]], None]
KindsOf = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state folder and an operator of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("RUNBOOK_OPERATOR", "ann")


@pytest.fixture
def write_runbook(tmp_path: Path) -> WriteRunbook:
    """Writes ``release.yaml`` with these steps (a YAML list) and returns its path."""

    def write(steps: str, head: str = "") -> Path:
        path = tmp_path / "release.yaml"
        top = "runbook: 1\ntitle: Release\nenvironment: staging\n" + textwrap.dedent(head)
        path.write_text(top + "steps:\n" + textwrap.indent(textwrap.dedent(steps).strip("\n"), "  ") + "\n")
        return path

    return write


@pytest.fixture
def track() -> Iterator[Track]:
    """Closes the runners that it is given."""
    runners: list[Runner] = []

    def keep(runner: Runner) -> Runner:
        runners.append(runner)
        return runner

    yield keep
    for runner in runners:
        runner.close()


@pytest.fixture
def start(write_runbook: WriteRunbook, track: Track) -> StartRun:
    """Starts a run of a runbook with these steps; the run that it started before is left."""
    begun: list[Runner] = []

    def begin(steps: str, head: str = "", *, rehearsal: bool = False) -> Runner:
        for runner in begun:
            runner.close()
        begun.append(track(Runner.start(write_runbook(steps, head), rehearsal=rehearsal)))
        return begun[-1]

    return begin


@pytest.fixture
def wait_for() -> WaitFor:
    """Waits until a condition holds; fails after 20 seconds."""

    def wait(condition: Callable[[], bool]) -> None:
        ends = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < ends, "it did not happen"
            time.sleep(0.01)

    return wait


@pytest.fixture
def kinds_of() -> KindsOf:
    """The kinds of the checkpoints of a run, or of those about one step of it."""

    def kinds(runner: Runner, step: str | None = None) -> list[str]:
        points = read_record(runner.folder).checkpoints
        return [point.kind for point in points if step is None or point.values.get("step") == step]

    return kinds
