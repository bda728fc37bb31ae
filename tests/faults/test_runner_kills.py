"""kill -9 of a process that executes a runbook, at any moment, again and again until the run is at its end."""

from __future__ import annotations

import os
import pickle
import random
import signal
import struct
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
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
change: {type: standard}
steps:
  - {id: first, title: First, kind: preflight, run: echo first >> log}
  - id: slow
    title: Slow
    kind: migrate
    run: sleep 0.02; echo slow >> log
    needs: [{step: first, because: order}]
  - {id: gate, title: Gate, kind: gate, approve: Now?, needs: [{step: slow, because: order}]}
  - id: deploy
    title: Deploy
    kind: deploy
    run: echo deploy >> log
    verify: {run: "grep -q deploy log", every: 10ms, timeout: 20s}
    needs: [{step: gate, because: order}]
  - {id: rest, title: Rest, kind: note, wait: 20ms, needs: [{step: deploy, because: order}]}
  - {id: last, title: Last, kind: verify, run: echo last >> log, needs: [{step: rest, because: order}]}
"""
ENDS = frozenset({"action-finished", "step-finished", "step-interrupted"})
LOGGED = ["first", "slow", "deploy", "last"]


@dataclass
class Figures:
    """Counted over all runs."""

    kills: int = 0
    runs: int = 0
    acked: int = 0
    lost: int = 0
    started: int = 0
    """Actions of which the record says that they were about to begin."""
    known: int = 0
    """Those of which it says how they ended, or that they never began."""
    observed: int = 0
    """Those that ended while nobody watched, or were found running."""
    rerun: int = 0
    skipped: int = 0

    def __str__(self) -> str:
        return " ".join(f"{name}={value}" for name, value in asdict(self).items())

    def add(self, other: Figures) -> None:
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)


def test_two_hundred_kills(memory: Path, show: Callable[[str], None]) -> None:
    show(str(side_by_side(memory, 200, seed=20261124)))


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_thousand_kills(tmp_path: Path, show: Callable[[str], None]) -> None:
    show(str(side_by_side(tmp_path, 1000, seed=time.time_ns())))


def side_by_side(parent: Path, kills: int, seed: int) -> Figures:
    """Two sweeps in two processes, each with half of the kills."""
    running = []
    for number in range(2):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            told = b""
            try:
                os.close(reading)
                (parent / f"worker-{number}").mkdir()
                told = pickle.dumps(sweep(parent / f"worker-{number}", kills // 2, seed + number))
            except BaseException:
                told = pickle.dumps(traceback.format_exc())
            finally:
                os.write(writing, told)
                os._exit(0)
        os.close(writing)
        running.append((child, reading))
    total = Figures()
    for child, reading in running:
        with os.fdopen(reading, "rb") as file:
            found = pickle.loads(file.read())
        os.waitpid(child, 0)
        assert isinstance(found, Figures), found
        total.add(found)
    return total


def sweep(parent: Path, kills: int, seed: int) -> Figures:
    """Kill until so many kills were made; every run that was begun is brought to its end."""
    chance = random.Random(seed)
    figures = Figures()
    # Less than a whole run takes: the next sitting is killed later in it, and few are brought to their end in vain.
    length = 0.6 * undisturbed(parent / "undisturbed")
    while figures.kills < kills:
        figures.runs += 1
        folder = parent / f"run-{figures.runs}"
        path = prepare(folder)
        told: dict[Path, int] = {}
        while not execute(path, chance.uniform(0, length), told) and not ended(path):
            figures.kills += 1
            figures.lost += missing(told)
        judge(path, folder, figures, f"run {figures.runs} of seed {seed}")
        figures.acked += sum(seq + 1 for seq in told.values())
    assert (figures.lost, figures.rerun, figures.skipped) == (0, 0, 0), figures
    assert figures.known == figures.started, figures
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
    figures.rerun += len(done) - len(set(done))
    figures.skipped += len(set(LOGGED) - set(done))
    assert done == LOGGED, where
    state = read_run(run).state
    assert state.finished == "succeeded", where
    assert all(status.state is State.SUCCEEDED for status in state.statuses.values()), where
    waits_for: str | None = None
    for point in read_record(run).checkpoints:
        if point.kind == "step-started":
            assert waits_for is None, f"{where}: {waits_for} has no outcome"
            waits_for = str(point.values["step"])
            figures.started += 1
        elif point.kind in ENDS and waits_for == point.values.get("step"):
            assert point.values.get("outcome", "never began") != "unknown", where
            figures.observed += "observed" in point.values
            figures.known += 1
            waits_for = None
    assert waits_for is None, where
