"""kill -9 of a process that executes a runbook, at any moment, again and again until the run is at its end."""

from __future__ import annotations

import os
import random
import signal
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from runbook_tui.execution.framing import Checkpoint, Value
from runbook_tui.execution.model import State
from runbook_tui.execution.record import RecordWriter, read_record
from runbook_tui.execution.runner import Runner
from runbook_tui.execution.runs import read_run

RUNBOOK = """
runbook: 1
title: Release
environment: staging
steps:
  - {id: first, title: First, kind: preflight, run: echo first >> log}
  - id: slow
    title: Slow
    kind: migrate
    run: sleep 0.05; echo slow >> log
    needs: [{step: first, because: order}]
  - {id: gate, title: Gate, kind: gate, approve: Now?, needs: [{step: slow, because: order}]}
  - id: deploy
    title: Deploy
    kind: deploy
    run: echo deploy >> log
    verify: {run: "sleep 0.02; grep -q deploy log", every: 10ms, timeout: 20s}
    needs: [{step: gate, because: order}]
  - {id: rest, title: Rest, kind: note, wait: 50ms, needs: [{step: deploy, because: order}]}
  - {id: last, title: Last, kind: verify, run: echo last >> log, needs: [{step: rest, because: order}]}
"""
LOGGED = ["first", "slow", "deploy", "last"]


@dataclass
class Figures:
    """Counted over all runs."""

    kills: int = 0
    runs: int = 0
    acknowledged: int = 0
    lost: int = 0
    twice: int = 0
    skipped: int = 0

    def __str__(self) -> str:
        return (
            f"kills={self.kills} runs={self.runs} acked={self.acknowledged} lost={self.lost} "
            f"steps_run_twice={self.twice} steps_skipped={self.skipped}"
        )


def test_twenty_kills(tmp_path: Path, show: Callable[[str], None]) -> None:
    show(str(sweep(tmp_path, 20, seed=20261124)))


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_five_hundred_kills(tmp_path: Path, show: Callable[[str], None]) -> None:
    show(str(sweep(tmp_path, 500, seed=time.time_ns())))


def sweep(parent: Path, kills: int, seed: int) -> Figures:
    """Kill until so many kills were made; every run that was begun is brought to its end."""
    chance = random.Random(seed)
    figures = Figures()
    length = undisturbed(parent / "undisturbed")
    while figures.kills < kills:
        figures.runs += 1
        folder = parent / f"run-{figures.runs}"
        path = prepare(folder)
        told: dict[Path, int] = {}
        while not execute(path, chance.uniform(0, length), told) and not ended(path):
            figures.kills += 1
            figures.lost += missing(told)
        judge(path, folder, figures, f"run {figures.runs} of seed {seed}")
        figures.acknowledged += sum(seq + 1 for seq in told.values())
    assert (figures.lost, figures.twice, figures.skipped) == (0, 0, 0), figures
    return figures


def begun(path: Path) -> list[Path]:
    """The folders of runs that recorded anything at all."""
    records = path.with_suffix(".runs").glob("*/record.yaml")
    return [record.parent for record in records if record.stat().st_size]


def ended(path: Path) -> bool:
    """Whether the run is at its end; a kill can come after that."""
    return any(read_run(run).state.finished is not None for run in begun(path))


def prepare(folder: Path) -> Path:
    folder.mkdir()
    path = folder / "release.yaml"
    path.write_text(RUNBOOK)
    return path


def undisturbed(folder: Path) -> float:
    """Seconds that a run takes."""
    path = prepare(folder)
    began = time.monotonic()
    assert execute(path, 60, {})
    return time.monotonic() - began


def execute(path: Path, seconds: float, told: dict[Path, int]) -> bool:
    """Begin the run or go on with it, in a process that is killed after a while; whether it came to its end.

    The sequence numbers of the checkpoints that were acknowledged are noted by folder.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        drive(path, writing)
    os.close(writing)
    ends = time.monotonic() + seconds
    status = None
    while status is None and time.monotonic() < ends:
        done, raw = os.waitpid(child, os.WNOHANG)
        status = os.waitstatus_to_exitcode(raw) if done else None
        time.sleep(0.001)
    if status is None:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    said = b""
    while piece := os.read(reading, 65536):
        said += piece
    os.close(reading)
    for (seq,) in struct.iter_unpack("i", said[: len(said) // 4 * 4]):
        newest = max(path.with_suffix(".runs").iterdir(), key=lambda folder: (len(folder.name), folder.name))
        told[newest] = seq
    assert status in {None, 0}, "the run failed"
    return status == 0


def drive(path: Path, telling: int) -> None:
    """Execute a runbook as a face does, and tell of every checkpoint that was acknowledged."""
    status = 1
    try:
        append = RecordWriter.append

        def tell(writer: RecordWriter, kind: str, values: Mapping[str, Value]) -> Checkpoint:
            checkpoint = append(writer, kind, values)
            os.write(telling, struct.pack("i", checkpoint.seq))
            return checkpoint

        pytest.MonkeyPatch().setattr(RecordWriter, "append", tell)
        unfinished = Runner.unfinished(path)
        runner = Runner.resume(unfinished[0]) if unfinished else Runner.start(path)
        while (step := runner.current()) is not None:
            waiting = runner.state.statuses[step].state is State.WAITING
            done = runner.approve(step) if waiting else runner.run(step)
            assert done.state is State.SUCCEEDED, done
        runner.finish("succeeded")
        status = 0
    finally:
        os._exit(status)


def missing(told: dict[Path, int]) -> int:
    """Checkpoints that were acknowledged and are not in the record now."""
    return sum(max(0, seq + 1 - len(read_record(folder).checkpoints)) for folder, seq in told.items())


def judge(path: Path, folder: Path, figures: Figures, where: str) -> None:
    (run,) = begun(path)
    done = (folder / "log").read_text().split()
    figures.twice += len(done) - len(set(done))
    figures.skipped += len(set(LOGGED) - set(done))
    assert done == LOGGED, where
    state = read_run(run).state
    assert state.finished == "succeeded", where
    assert all(status.state is State.SUCCEEDED for status in state.statuses.values()), where
