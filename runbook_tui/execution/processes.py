"""Which process is meant: a number alone can be given to another process after the first one ended."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runbook_tui.execution import clock


@dataclass(frozen=True, slots=True)
class Process:
    """One process of one boot of this machine."""

    pid: int
    start: int
    """Start time as the kernel counts it, in clock ticks since boot; 0 where it cannot be known."""
    boot: str


def myself() -> Process:
    """The process that asks."""
    pid = os.getpid()
    seen = _look(pid)
    return Process(pid, seen.start if seen else 0, clock.boot_id())


def alive(process: Process) -> bool:
    """Whether exactly this process still runs; one that ended and was not waited for does not."""
    if process.boot != clock.boot_id():
        return False
    seen = _look(process.pid)
    return seen is not None and seen.start == process.start and not seen.ended


def of_session(session: int) -> tuple[int, ...]:
    """Ids of the processes that run in a session, which has the id of the process that began it."""
    return tuple(pid for pid, seen in _all() if seen.session == session and not seen.ended)


def with_variable(name: str, value: str) -> tuple[int, ...]:
    """Ids of the processes that run and were given this environment variable, as far as that may be looked at."""
    wanted = os.fsencode(f"{name}={value}")
    return tuple(pid for pid, seen in _all() if not seen.ended and wanted in _environment(pid))


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:  # it ended, or belongs to another user
        return []


@dataclass(frozen=True, slots=True)
class _Seen:
    session: int
    start: int
    ended: bool


def _look(pid: int) -> _Seen | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # the name before it can contain anything
    return _Seen(session=int(fields[3]), start=int(fields[19]), ended=fields[0] in "ZX")


def _all() -> Iterator[tuple[int, _Seen]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (seen := _look(int(entry.name))) is not None:
            yield int(entry.name), seen
