"""One checkpoint against one bare write, fsync and read-back of as many bytes; and resuming a long record."""

from __future__ import annotations

import os
from pathlib import Path

from tests.benchmarks.measure import Case, medians, report

ROUNDS = 300


def run(folder: Path) -> None:
    """Print the tables."""
    from runbook_tui.execution.record import RecordWriter, read_record

    os.environ["XDG_STATE_HOME"] = str(folder / "state")
    run_folder = folder / "run"
    run_folder.mkdir(mode=0o700)
    writer = RecordWriter.create(run_folder, {"run": "bench"}, {"user": "bench"})
    values: dict[str, str | int] = {
        "step": "expand-billing-0042",
        "attempt": 1,
        "by": "ann",
        "message": "x" * 120,
    }
    before = writer.path.stat().st_size
    writer.append("note", values)
    size = writer.path.stat().st_size - before
    fd = os.open(folder / "bare", os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    data = b"x" * size

    def bare() -> None:
        os.write(fd, data)
        os.fsync(fd)
        os.pread(fd, size, os.fstat(fd).st_size - size)

    cases: dict[str, Case] = {
        "bare write + fsync + read-back": bare,
        "one checkpoint": lambda: writer.append("note", values),
    }
    report(
        f"Recording ({size} bytes, {ROUNDS} rounds)", medians(cases, ROUNDS), "bare write + fsync + read-back"
    )
    early = medians({"first": lambda: writer.append("note", values)}, 100)["first"]
    while len(writer.checkpoints) < 10_000:
        writer.append("note", values)
    late = medians({"last": lambda: writer.append("note", values)}, 100)["last"]
    print(f"  the 10,000th checkpoint costs {late / early:.2f} x the first hundred")
    writer.close()
    total = writer.path.stat().st_size
    reading: dict[str, Case] = {
        "read the file": writer.path.read_bytes,
        "read and verify 10,000 checkpoints": lambda: read_record(run_folder),
    }
    report(f"Resuming ({total / 1e6:.1f} MB)", medians(reading, 5), "read the file")
