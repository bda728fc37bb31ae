"""Every length a record can be cut to, every byte that can change in it, and what can follow it."""

from __future__ import annotations

import random
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runbook_tui.execution.framing import Scan, Whole, scan
from runbook_tui.execution.record import RecordWriter

CHECKPOINTS = 50


@pytest.fixture
def data(memory: Path) -> Iterator[bytes]:
    """A record of fifty checkpoints."""
    folder = memory / "run"
    folder.mkdir(mode=0o700)
    writer = RecordWriter.create(folder, {"run": "run-1"}, {"operator": "ann"})
    for number in range(CHECKPOINTS - 1):
        writer.append(
            "note", {"text": "naïve \u202e \x1b[2J ---\n...\n" * (number % 7 == 3), "number": number}
        )
    writer.close()
    yield (folder / "record.yaml").read_bytes()


def ends_of(whole: Scan) -> list[int]:
    ends = [0]
    for point in whole.checkpoints:
        ends.append(ends[-1] + point.size)
    return ends


def test_every_truncation(data: bytes, show: Callable[[str], None]) -> None:
    whole = scan(data)
    ends = ends_of(whole)
    wrong = 0
    for length in range(len(data)):
        found = scan(data[:length])
        complete = bisect_right(ends, length) - 1
        wrong += found.checkpoints != whole.checkpoints[:complete] or found.end != ends[complete]
        if length == ends[complete]:
            wrong += found.whole is not (Whole.CLEAN if length else Whole.EMPTY)
        else:
            wrong += found.whole is not (Whole.TORN if complete else Whole.CORRUPT)
    show(f"checkpoints={CHECKPOINTS} truncations={len(data)} wrong={wrong}")
    assert wrong == 0


@pytest.mark.timeout(300)
def test_every_changed_byte(data: bytes, show: Callable[[str], None]) -> None:
    show(change_all(data, lambda byte: (byte ^ 1, byte ^ 0x80, 0x0A, 0)))


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_every_byte_changed_to_every_other(data: bytes, show: Callable[[str], None]) -> None:
    show(change_all(data, lambda byte: tuple(range(256))))


def change_all(data: bytes, others: Callable[[int], tuple[int, ...]]) -> str:
    """Change each byte in turn.

    What stands before the checkpoint before the changed one is read once: it is the same each time. Every eleventh
    change is read from the first byte on all the same.
    """
    good = scan(data)
    ends = ends_of(good)
    last = ends[-2]
    undetected = wrong = changes = 0
    for position, byte in enumerate(data):
        before = max(0, bisect_right(ends, position) - 2)
        for new in {*others(byte)} - {byte}:
            changes += 1
            first = 0 if changes % 11 == 0 else before
            previous = good.checkpoints[first - 1].sum if first else "0" * 64
            start = ends[first]
            changed = data[start:position] + bytes([new]) + data[position + 1 :]
            found = scan(changed, first, previous)
            undetected += found.whole is Whole.CLEAN
            expected = good.checkpoints[first : first + len(found.checkpoints)]
            wrong += found.checkpoints != expected or ends[first + len(expected)] > position
            # Anywhere but at the very end it must not look like a write that was cut off: that would be repaired.
            wrong += position < last and found.whole is not Whole.CORRUPT
    assert undetected == wrong == 0
    return f"checkpoints={CHECKPOINTS} changes={changes} undetected={undetected} wrong={wrong}"


def tails(data: bytes, chance: random.Random, count: int) -> Iterator[bytes]:
    """What disks, crashes and other programs leave behind a record: zeros, garbage, pieces of the record itself."""
    pieces = [
        b"\0",
        b"\n",
        b"---\n",
        b"...\n",
        b"\n...\n",
        b"---\nseq: 50\n",
        b'sum: "',
        b"\r\n",
        b"\xff",
        b"x",
    ]
    for _ in range(count):
        kind = chance.randrange(5)
        if kind == 0:
            yield bytes(chance.choice([1, 7, 512, 4096]))
        elif kind == 1:
            yield chance.randbytes(chance.randrange(1, 600))
        elif kind == 2:
            start = chance.randrange(len(data))
            yield data[start : start + chance.randrange(1, 900)]
        elif kind == 3:
            yield b"".join(chance.choices(pieces, k=chance.randrange(1, 12)))
        else:
            start = data.rfind(b"---\n", 0, chance.randrange(len(data)) + 1)
            changed = bytearray(data[max(0, start) : start + chance.randrange(2, 500)] or b"-")
            for _ in range(chance.randrange(1, 4)):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
            yield bytes(changed)


def sweep_tails(data: bytes, seed: int, count: int) -> str:
    good = scan(data)
    start = good.end - good.checkpoints[-1].size
    last = data[start:]
    seen = dict.fromkeys(Whole, 0)
    for tail in tails(data, random.Random(seed), count):
        found = scan(last + tail, len(good.checkpoints) - 1, good.checkpoints[-1].prev)
        assert found.checkpoints == good.checkpoints[-1:], f"seed {seed}: {tail!r}"
        assert found.whole is not Whole.CLEAN, f"seed {seed}: {tail!r}"
        assert found.why, f"seed {seed}: {tail!r}"
        if b"\n...\n" not in tail and not tail.startswith(b"...\n"):
            assert found.whole is Whole.TORN, f"seed {seed}: {tail!r}"
        seen[found.whole] += 1
    told = " ".join(f"{whole.value}={number}" for whole, number in seen.items() if number)
    return f"tails={count} seed={seed} {told} taken_for_whole=0"


def test_tails_of_all_kinds(data: bytes, show: Callable[[str], None]) -> None:
    show(sweep_tails(data, 20261130, 5000))


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_hundred_thousand_tails(data: bytes, show: Callable[[str], None]) -> None:
    show(sweep_tails(data, 20261130, 50_000))
    show(sweep_tails(data, time.time_ns(), 50_000))
