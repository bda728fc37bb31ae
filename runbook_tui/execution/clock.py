"""The clocks of a record: the wall for people, the time since boot for durations."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path

_SINCE_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Counts the time that a machine sleeps, which the monotonic clock of Linux does not."""
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Instant:
    """One moment on both clocks."""

    at: str
    """Wall clock, UTC, ISO 8601 with milliseconds."""
    boot: str
    mono: int
    """Microseconds since boot."""


def now() -> Instant:
    """This moment."""
    seconds, milliseconds = divmod(time.time_ns() // 1_000_000, 1000)
    return Instant(f"{_second(seconds)}.{milliseconds:03d}Z", boot_id(), since_boot())


def since_boot() -> int:
    """Microseconds since boot, suspended time included."""
    return time.clock_gettime_ns(_SINCE_BOOT) // 1000


@cache
def boot_id() -> str:
    """What tells one boot of this machine from another; empty where the system has no such thing."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


@lru_cache(maxsize=4)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


@lru_cache(maxsize=64)
def wall_microseconds(at: str) -> int:
    """Microseconds since 1970 of a wall clock time as :func:`now` writes it; 0 for anything else."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return 0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1_000_000)
