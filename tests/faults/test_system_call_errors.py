"""Every system call of recording fails, once or from then on: nothing is acknowledged after an error or lost."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.faults.conftest import Show
from tests.faults.recording_story import Story, judge, record_something, rescue_something

CALLS: tuple[str, ...] = ("open", "write", "pwrite", "fsync", "fstat", "stat", "pread", "rename", "ftruncate")
CALLS += ("close", "mkdir", "listdir", "unlink", "flock")
"""Functions of :mod:`os`, and one of :mod:`fcntl`."""
ERRORS = ("EIO", "ENOSPC", "EDQUOT", "EROFS", "EACCES", "EMFILE", "EINTR", "ESTALE", "ENOLCK", "EFBIG")
Real = Callable[..., object]
Tell = Callable[..., Story]


@dataclass
class Trace:
    """What happened while calls could fail."""

    counts: Counter[str] = field(default_factory=Counter)
    failed: bool = False
    synced_after: int = 0
    """fsync calls of a plain file of which one had failed before in the same sitting."""


Fault = Callable[[Real, tuple[object, ...], dict[str, object]], object]
"""What happens instead of a call."""


def fails(code: str) -> Fault:
    def fault(real: Real, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
        if real.__name__ == "close":  # a close that fails has closed
            real(*args, **kwargs)
        raise OSError(getattr(errno, code), os.strerror(getattr(errno, code)))

    return fault


def falls_short(real: Real, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
    """Only a part of what was asked for is written, or read."""
    fd, what, *rest = args
    if isinstance(what, int):
        return real(fd, max(1, what // 2), *rest)
    data = bytes(what)  # type: ignore[call-overload]
    return real(fd, data[: max(1, len(data) // 2)], *rest)


def lies(real: Real, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
    """Nothing is done, and all of it is said to be."""
    return len(bytes(args[1])) if real.__name__ in {"write", "pwrite"} else None  # type: ignore[call-overload]


def kills(real: Real, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
    os.kill(os.getpid(), signal.SIGKILL)
    return real(*args, **kwargs)


@contextmanager
def failing(
    call: str = "", number: int = 0, fault: Fault = kills, *, from_then_on: bool = False
) -> Iterator[Trace]:
    """Put a fault in place of the n-th call of one function; count the calls of all of them."""
    trace = Trace()
    broken: set[str] = set()
    patch = pytest.MonkeyPatch()

    def wrap(name: str, real: Real) -> Real:
        def wrapped(*args: object, **kwargs: object) -> object:
            trace.counts[name] += 1
            if name == "flock":  # the next sitting cannot know of it
                broken.clear()
            if name == "fsync":
                trace.synced_after += file_of(args[0]) in broken - {""}
            here = trace.counts[name] == number or (from_then_on and trace.counts[name] > number)
            if name != call or not here:
                return real(*args, **kwargs)
            trace.failed = True
            if name == "fsync":
                broken.add(file_of(args[0]))
            return fault(real, args, kwargs)

        return wrapped

    for name in CALLS:
        module = fcntl if name == "flock" else os
        patch.setattr(module, name, wrap(name, getattr(module, name)))
    try:
        yield trace
    finally:
        patch.undo()


def file_of(fd: object) -> str:
    """The file of a run that a descriptor leads to; empty for a folder, whose entries may be synced again.

    Also empty for what is remembered elsewhere of the newest checkpoint: nothing is promised of it.
    """
    try:
        path = Path(f"/proc/self/fd/{fd}").readlink()
    except OSError:
        return ""
    return str(path) if path.is_file() and path.parent.name != "heads" else ""


def counted(parent: Path, tell: Tell) -> Counter[str]:
    """How often each function is called when nothing fails."""
    tell(new_folder(parent, f"{tell.__name__}-first"))  # makes the folders of this machine
    folder = new_folder(parent, f"{tell.__name__}-clean")
    with failing() as clean:
        story = tell(folder)
    assert len(story.acknowledged) == (12 if tell is record_something else 6)
    return clean.counts


def new_folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir(mode=0o700)
    return folder


def sweep(
    parent: Path, faults: dict[str, Fault], calls: tuple[str, ...], tell: Tell, *, all_ways: bool = True
) -> str:
    """All cases that go on in this process.

    Args:
        parent: folder for the records.
        faults: by their name.
        calls: where they happen.
        tell: what is recorded.
        all_ways: each fault once and from then on, at every call; otherwise by turns.
    """
    counts = counted(parent, tell)
    cases = stopped = acknowledged = 0
    for call in calls:
        for number in range(1, counts[call] + 1):
            for turn, (name, fault) in enumerate(faults.items(), number):
                for from_then_on in (False, True) if all_ways else (turn % 2 == 0,):
                    cases += 1
                    folder = new_folder(parent, f"{tell.__name__}-{cases}")
                    with failing(call, number, fault, from_then_on=from_then_on) as trace:
                        story = tell(folder)
                    where = f"{call} number {number} {name}{' and later' if from_then_on else ''}"
                    assert trace.failed, where
                    assert trace.synced_after == 0, where
                    judge(folder, story.acknowledged, story, where)
                    stopped += story.refused is not None
                    acknowledged += len(story.acknowledged)
    return f"cases={cases} stopped={stopped} acked={acknowledged} acked_after_error=0 lost=0"


WITH_ERRORS: dict[str, Fault] = {code: fails(code) for code in ERRORS}
STORIES = pytest.mark.parametrize("tell", [record_something, rescue_something])


@STORIES
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_call_fails_with_every_error(memory: Path, show: Show, tell: Tell) -> None:
    show(f"{tell.__name__} errors: {sweep(memory, WITH_ERRORS, CALLS, tell, all_ways=False)}")


@STORIES
@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_every_call_fails_with_every_error_in_all_ways(memory: Path, show: Show, tell: Tell) -> None:
    show(f"{tell.__name__} errors: {sweep(memory, WITH_ERRORS, CALLS, tell)}")


@STORIES
def test_every_write_and_read_falls_short(memory: Path, show: Show, tell: Tell) -> None:
    show(
        f"{tell.__name__} short: {sweep(memory, {'short': falls_short}, ('write', 'pwrite', 'pread'), tell)}"
    )


@STORIES
def test_every_write_lies(memory: Path, show: Show, tell: Tell) -> None:
    show(f"{tell.__name__} lies: {sweep(memory, {'lie': lies}, ('write', 'pwrite', 'ftruncate'), tell)}")


@STORIES
def test_a_kill_at_every_call(memory: Path, show: Show, tell: Tell) -> None:
    counts = counted(memory, tell)
    cases = acknowledged = 0
    for call in CALLS:
        for number in range(1, counts[call] + 1):
            cases += 1
            folder = new_folder(memory, f"case-{cases}")
            told = killed_at(folder, call, number, tell)
            judge(folder, told, None, f"killed at {call} number {number}")
            acknowledged += len(told)
    show(f"{tell.__name__} kills_at_calls={cases} acked={acknowledged} lost=0")


def killed_at(folder: Path, call: str, number: int, tell: Tell) -> list[int]:
    """What a process was told before it was killed at the n-th call of a function."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        write = os.write
        try:
            with failing(call, number, kills):
                tell(folder, lambda done: print(write(writing, struct.pack("i", done)), end=""))
        finally:
            os._exit(1)
    os.close(writing)
    told = b""
    while piece := os.read(reading, 65536):
        told += piece
    os.close(reading)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"{call} number {number}"
    return [number for (number,) in struct.iter_unpack("i", told)]
