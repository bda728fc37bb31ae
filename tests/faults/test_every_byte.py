"""Every length a record can be cut to, and every byte that can change in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runbook_tui.execution.framing import Whole, scan
from runbook_tui.execution.record import RecordWriter


@pytest.fixture
def data(folder: Path) -> Iterator[bytes]:
    """A record of twenty checkpoints."""
    writer = RecordWriter.create(folder, {"run": "run-1"}, {"operator": "ann"})
    for number in range(19):
        writer.append(
            "note", {"text": "naïve \u202e \x1b[2J ---\n...\n" * (number % 7 == 3), "number": number}
        )
    writer.close()
    yield (folder / "record.yaml").read_bytes()


def test_every_truncation(data: bytes, show: Callable[[str], None]) -> None:
    whole = scan(data)
    ends = [0]
    for point in whole.checkpoints:
        ends.append(ends[-1] + point.size)
    wrong = 0
    for length in range(len(data)):
        found = scan(data[:length])
        complete = sum(end <= length for end in ends[1:])
        wrong += found.checkpoints != whole.checkpoints[:complete] or found.end != ends[complete]
        if length in ends:
            wrong += found.whole is not (Whole.CLEAN if length else Whole.EMPTY)
        else:
            wrong += found.whole is not (Whole.TORN if complete else Whole.CORRUPT)
    show(f"truncations={len(data)} wrong={wrong}")
    assert wrong == 0


def test_every_changed_byte(data: bytes, show: Callable[[str], None]) -> None:
    show(change_all(data, lambda byte: {byte ^ 1, 0x0A}))


@pytest.mark.soak
def test_every_byte_changed_in_more_ways(data: bytes, show: Callable[[str], None]) -> None:
    show(change_all(data, lambda byte: {0, byte ^ 1, byte ^ 0x20, byte ^ 0x80, 0x0A, 0x0D, 0xFF}))


def change_all(data: bytes, others: Callable[[int], set[int]]) -> str:
    good = scan(data)
    last = good.end - good.checkpoints[-1].size
    undetected = wrong = changes = 0
    for position in range(len(data)):
        for new in others(data[position]) - {data[position]}:
            changes += 1
            found = scan(data[:position] + bytes([new]) + data[position + 1 :])
            undetected += found.whole is Whole.CLEAN
            wrong += found.checkpoints != good.checkpoints[: len(found.checkpoints)]
            # Anywhere but at the very end it must not look like a write that was cut off: that would be repaired.
            wrong += position < last and found.whole is not Whole.CORRUPT
    assert undetected == wrong == 0
    return f"changes={changes} undetected={undetected} wrong={wrong}"
