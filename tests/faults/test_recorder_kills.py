"""kill -9 of a process that records: what it was told to be durable is there, and the record goes on."""

from __future__ import annotations

import os
import random
import select
import signal
import struct
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from runbook_tui.execution.record import RecordWriter

PER_RECORD = 10


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_thousand_kills(memory: Path, show: Callable[[str], None]) -> None:
    show(sweep(memory, 2000, seed=20261124))


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_ten_thousand_kills(tmp_path: Path, show: Callable[[str], None]) -> None:
    show(sweep(tmp_path, 10_000, seed=time.time_ns()))


def sweep(parent: Path, kills: int, seed: int) -> str:
    """Kill a recording process ``kills`` times, take the record up after each, and count what is missing."""
    chance = random.Random(seed)
    acknowledged = recorded = recovered = lost = 0
    for number in range(kills):
        if number % PER_RECORD == 0:
            folder = parent / f"run-{number}"
            folder.mkdir(mode=0o700)
            RecordWriter.create(folder, {"run": f"run-{number}"}, {"operator": "first"}).close()
            count = 0
        told = killed_after(folder, count, chance.uniform(0, 0.003), recording=number % 2 == 0)
        writer = RecordWriter.open(folder, {"operator": "next"})
        numbers = [point.values["number"] for point in writer.checkpoints if point.kind == "count"]
        recovered += writer.checkpoints[-1].kind == "recovered"
        writer.close()
        assert numbers == list(range(len(numbers))), f"kill {number} of seed {seed}"
        lost += max(0, told - len(numbers))
        acknowledged += told - count
        recorded += len(numbers) - count
        count = len(numbers)
    assert lost == 0, f"seed {seed}"
    assert acknowledged >= kills // 2
    return f"kills={kills} seed={seed} acked={acknowledged} recorded={recorded} torn={recovered} lost={lost}"


def killed_after(folder: Path, count: int, seconds: float, *, recording: bool) -> int:
    """Count on in a record until killed; how many counts were acknowledged in all.

    Args:
        folder: of the record.
        count: where to go on.
        seconds: when to kill.
        recording: count the time from the first acknowledged count, not from the start of the process.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        count_for_ever(folder, count, writing)
    os.close(writing)
    if recording:
        select.select([reading], [], [])
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    told = b""
    while piece := os.read(reading, 65536):
        told += piece
    os.close(reading)
    whole = len(told) // 4
    return int(struct.unpack(f"{whole}i", told[: whole * 4])[-1]) + 1 if whole else count


def count_for_ever(folder: Path, count: int, telling: int) -> None:
    try:
        writer = RecordWriter.open(folder, {"operator": "child"})
        while True:
            writer.append("count", {"number": count, "padding": "x" * (count % 700)})
            os.write(telling, struct.pack("i", count))
            count += 1
    finally:
        os._exit(1)
