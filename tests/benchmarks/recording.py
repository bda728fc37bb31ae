"""One checkpoint against one bare write, fsync and read-back of as many bytes; and taking up a long record."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path

from runbook_tui.execution.record import RecordWriter
from runbook_tui.runbook.document import RunbookDocument
from tests.benchmarks.measure import Case, medians, report

ROUNDS = 400
LONG = 10_000
STEPS = 40
VALUES: dict[str, str | int] = {"attempt": 1, "by": "ann", "message": "x" * 120}


def run(folder: Path) -> None:
    """Print the tables."""
    os.environ["XDG_STATE_HOME"] = str(folder / "state")
    appending(folder)
    resuming(folder)


def appending(folder: Path) -> None:
    """A short and a long record take turns with bare files, so that all of them see the same disk."""
    short = begin(folder / "short", 10)
    long = begin(folder / "long", LONG)
    before = short.path.stat().st_size
    add(short)
    size = short.path.stat().st_size - before
    bare = "bare write + fsync + read-back"
    cases: dict[str, Case] = {
        bare: bare_append(folder / "bare", size, reserved=False),
        "the same in reserved space": bare_append(folder / "reserved", size, reserved=True),
        "one checkpoint after 10": lambda: add(short),
        f"one checkpoint after {LONG:,}": lambda: add(long),
    }
    results = medians(cases, ROUNDS)
    report(f"Recording ({size} bytes, {ROUNDS} rounds)", results, bare)
    late, early = results[f"one checkpoint after {LONG:,}"], results["one checkpoint after 10"]
    print(
        f"  append_ratio={early / results[bare]:.2f} bar=1.50  long_against_short={late / early:.2f} bar=1.00"
    )
    short.close()
    long.close()


def resuming(folder: Path) -> None:
    """Open, verify and fold a record of 10,000 checkpoints."""
    from runbook_tui.execution.state import fold

    place = folder / "resumed"
    begin(place, LONG).close()
    runbook = RunbookDocument.parse(RUNBOOK, "release.yaml").runbook
    path = place / "record.yaml"

    def resume() -> None:
        writer = RecordWriter.open(place, {"operator": "bench"})
        fold(writer.checkpoints, runbook)
        writer.close()

    resumed = f"open, verify and fold {LONG:,} checkpoints"
    results = medians({"read the file": path.read_bytes, resumed: resume}, 7)
    report(f"Resuming ({path.stat().st_size / 1e6:.1f} MB)", results, "read the file")
    print(f"  resume_seconds={results[resumed]:.3f} bar=0.500")


RUNBOOK = "runbook: 1\ntitle: Long\nenvironment: staging\nsteps:\n" + "".join(
    f"- id: step-{number}\n  title: Step {number}\n  kind: deploy\n  run: 'true'\n" for number in range(STEPS)
)


def begin(folder: Path, checkpoints: int) -> RecordWriter:
    """A record of this many checkpoints. What is not measured is not synced either, which saves minutes."""
    folder.mkdir(mode=0o700)
    synced, os.fsync = os.fsync, lambda fd: None
    try:
        writer = RecordWriter.create(folder, {"run": folder.name, "digest": "0" * 64}, {"operator": "bench"})
        while writer.last.seq < checkpoints - 1:
            add(writer)
    finally:
        os.fsync = synced
    return writer


def add(writer: RecordWriter) -> None:
    """A step begins, or ends."""
    number = writer.last.seq
    kind = "step-finished" if number % 2 else "step-started"
    more: dict[str, str | int] = {"outcome": "succeeded"} if number % 2 else {}
    writer.append(kind, {"step": f"step-{number // 2 % STEPS}", **VALUES, **more})


def bare_append(path: Path, size: int, *, reserved: bool) -> Case:
    """What no durable append can do without: the bytes, the sync, and a look at what was written."""
    from runbook_tui.execution.reserve import SIZE, reserve

    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    data = b"x" * size
    end = 0
    turns = count()

    def append() -> None:
        nonlocal end
        if reserved and next(turns) % (SIZE // 2 // size) == 0:
            reserve(fd, end)
        os.write(fd, data)
        os.fsync(fd)
        os.pread(fd, size, end)
        end += size

    return append
