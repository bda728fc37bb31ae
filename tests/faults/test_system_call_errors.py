"""Every system call of recording fails, once or from then on: nothing is acknowledged after an error or lost."""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from runbook_tui.execution.errors import RecordFailed
from runbook_tui.execution.framing import scan
from runbook_tui.execution.record import RecordWriter
from runbook_tui.files.problems import RunbookError

CALLS = ("open", "write", "pwrite", "fsync", "fstat", "stat", "pread", "rename", "ftruncate", "close")
ERRORS = ("EIO", "ENOSPC")
ALL_ERRORS = (*ERRORS, "EDQUOT", "EROFS", "EACCES", "EMFILE", "EINTR", "ESTALE", "ENOLCK", "EFBIG")


@dataclass
class Trace:
    """What happened while calls could fail."""

    counts: Counter[str] = field(default_factory=Counter)
    failed: bool = False
    synced_after: int = 0
    """fsync calls of a plain file of which one had failed before."""


@contextmanager
def failing(
    call: str = "", number: int = 0, code: str = "EIO", *, from_then_on: bool = False
) -> Iterator[Trace]:
    """Let the n-th call of one function of :mod:`os` fail; count all of them."""
    trace = Trace()
    broken: set[str] = set()
    patch = pytest.MonkeyPatch()

    def wrap(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def wrapped(*args: object, **kwargs: object) -> object:
            trace.counts[name] += 1
            if name == "fsync":
                trace.synced_after += file_of(args[0]) in broken - {""}
            here = name == call and (
                trace.counts[name] == number or (from_then_on and trace.counts[name] > number)
            )
            if here and name != "close":
                trace.failed = True
                if name == "fsync":
                    broken.add(file_of(args[0]))
                raise OSError(getattr(errno, code), os.strerror(getattr(errno, code)))
            result = real(*args, **kwargs)
            if here:  # a close that fails has closed
                trace.failed = True
                raise OSError(getattr(errno, code), os.strerror(getattr(errno, code)))
            return result

        return wrapped

    for name in CALLS:
        patch.setattr(os, name, wrap(name, getattr(os, name)))
    try:
        yield trace
    finally:
        patch.undo()


def file_of(fd: object) -> str:
    """The file of a run that a descriptor leads to; empty for a folder, whose entries may be synced again.

    Also empty for what is remembered elsewhere of the newest checkpoint: nothing is promised of it.
    """
    path = Path(f"/proc/self/fd/{fd}").readlink()
    return str(path) if path.is_file() and path.parent.name != "heads" else ""


@dataclass
class Story:
    """What a recording program was told."""

    acknowledged: list[int] = field(default_factory=list)
    refused: RunbookError | None = None
    spilled: Path | None = None
    after_error: int = 0
    """Checkpoints that the same writer acknowledged after it had refused one."""


def begin(folder: Path, *, again: bool) -> RecordWriter:
    if again:
        return RecordWriter.open(folder, {"operator": "ann"})
    return RecordWriter.create(folder, {"run": folder.name}, {"operator": "ann"})


def record_something(folder: Path) -> Story:
    """Create a record, add to it, take it up again, add to it; go on after errors as a careless program would."""
    story = Story()
    for again in (False, True):
        try:
            writer = begin(folder, again=again)
        except RunbookError as error:
            story.refused = error
            story.spilled = getattr(error, "spilled", None)
            return story
        refused = False
        for _ in range(3):
            number = len(story.acknowledged)
            try:
                writer.append("note", {"number": number})
            except RecordFailed as error:
                refused = True
                story.refused, story.spilled = error, error.spilled
            else:
                story.after_error += refused
                story.acknowledged.append(number)
        writer.close()
        if refused:
            break
    return story


def judge(folder: Path, story: Story, trace: Trace, where: str) -> None:
    """Compare what was promised with what is on the disk."""
    assert story.after_error == 0, where
    assert trace.synced_after == 0, where
    if story.refused is not None:
        assert str(folder.parent) in str(story.refused) or "record.yaml" in str(story.refused), where
    if story.spilled is not None:
        kept = [
            p.values.get("number") for p in scan(story.spilled.read_bytes()).checkpoints if p.kind == "note"
        ]
        assert kept[: len(story.acknowledged)] == story.acknowledged, where
    if not story.acknowledged:
        return
    writer = RecordWriter.open(folder, {"operator": "later"})
    numbers = [point.values["number"] for point in writer.checkpoints if point.kind == "note"]
    writer.append("note", {"number": -1})
    writer.close()
    assert numbers[: len(story.acknowledged)] == story.acknowledged, where


def sweep(parent: Path, errors: tuple[str, ...]) -> str:
    """All cases."""
    folder = parent / "clean"
    folder.mkdir(mode=0o700)
    with failing() as clean:
        story = record_something(folder)
    assert (story.refused, len(story.acknowledged)) == (None, 6)
    cases = stopped = acknowledged = 0
    for call in CALLS:
        for number in range(1, clean.counts[call] + 1):
            for code in errors:
                for from_then_on in (False, True):
                    cases += 1
                    folder = parent / f"case-{cases}"
                    folder.mkdir(mode=0o700)
                    with failing(call, number, code, from_then_on=from_then_on) as trace:
                        story = record_something(folder)
                    where = f"{call} number {number} {code}{' and later' if from_then_on else ''}"
                    assert trace.failed, where
                    judge(folder, story, trace, where)
                    stopped += story.refused is not None
                    acknowledged += len(story.acknowledged)
    assert stopped
    return f"cases={cases} stopped={stopped} acked={acknowledged} acked_after_error=0 lost=0"


def test_every_call_fails(memory: Path, show: Callable[[str], None]) -> None:
    show(sweep(memory, ERRORS))


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_every_call_fails_with_every_error(memory: Path, show: Callable[[str], None]) -> None:
    show(sweep(memory, ALL_ERRORS))
