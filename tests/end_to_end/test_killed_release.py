"""A plain run of the example, killed at random moments, always comes to the same end."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from runbook_tui.demo import processes
from runbook_tui.demo.model import Demo
from runbook_tui.demo.reset import reset
from runbook_tui.execution.model import State
from runbook_tui.execution.record import read_record
from runbook_tui.execution.runs import read_run

pytestmark = pytest.mark.xdist_group("example")


@pytest.mark.timeout(600)
def test_a_few_kills(demo: Demo, runbook_command: str, show: Callable[[str], None]) -> None:
    figures = kill_and_resume(demo, runbook_command, kills=6, seed=20261124)
    show(figures)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_two_hundred_kills(demo: Demo, runbook_command: str, show: Callable[[str], None]) -> None:
    figures = kill_and_resume(demo, runbook_command, kills=200, seed=time.time_ns())
    show(figures)


def kill_and_resume(demo: Demo, command: str, *, kills: int, seed: int) -> str:
    """Kill ``kills`` runs, one each, at a random moment, resume each to its end, and check what was promised."""
    chance = random.Random(seed)
    subprocess.run(
        [command, "plan", str(demo.manifest), "-o", str(demo.runbook)], check=True, capture_output=True
    )
    length = _undisturbed(demo, command)
    acknowledged = lost = 0
    for number in range(kills):
        reset(demo.folder)
        processes.start(demo.folder)
        before = set(_runs(demo))
        run = _start(demo, command, "--new")
        time.sleep(chance.uniform(0, length))
        run.send_signal(signal.SIGKILL)
        run.wait()
        folders = set(_runs(demo)) - before
        kept = [point for folder in folders for point in read_record(folder).checkpoints]
        end = _start(demo, command, *([] if kept else ["--new"]))  # killed before the run had begun
        output, _ = end.communicate(timeout=300)
        assert end.returncode == 0, f"kill {number} of seed {seed}:\n{output}"
        (folder,) = set(_runs(demo)) - before
        points = read_record(folder).checkpoints
        acknowledged += len(kept)
        lost += list(points[: len(kept)]) != kept
        _everything_once(demo, folder, f"kill {number} of seed {seed}")
    assert lost == 0
    return f"kills={kills} seed={seed} acknowledged={acknowledged} lost={lost}"


def _everything_once(demo: Demo, folder: Path, where: str) -> None:
    """Every step succeeded; each command was begun once, but for those of which it is known that nothing happened."""
    view = read_run(folder)
    assert {status.state for status in view.state.statuses.values()} == {State.SUCCEEDED}, where
    commands = Counter(step.id for step in view.runbook.steps if not step.manual)
    began, ended, never = (
        Counter(str(point.values["step"]) for point in view.checkpoints if point.kind == kind)
        for kind in ("step-started", "step-finished", "step-interrupted")
    )
    assert ended == commands, where
    assert began - never == commands, where
    announced = (demo.folder / "announcements.log").read_text("utf-8").splitlines()
    assert len(announced) == 2, where


def _undisturbed(demo: Demo, command: str) -> float:
    """Seconds that the run takes when nobody disturbs it."""
    started = time.monotonic()
    run = _start(demo, command, "--new")
    output, _ = run.communicate(timeout=300)
    assert run.returncode == 0, output
    return time.monotonic() - started


def _start(demo: Demo, command: str, *more: str) -> subprocess.Popen[str]:
    argv = [command, "run", str(demo.runbook), "--plain", "--decisions", str(demo.decisions), *more]
    return subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "XDG_STATE_HOME": str(demo.folder / "state")},
    )


def _runs(demo: Demo) -> list[Path]:
    return [path for path in demo.runbook.with_suffix(".runs").glob("*") if "rehearsal" not in path.name]
