"""When each step begins if the steps are done one after the other and take as long as estimated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from runbook_tui.runbook.duration import format_duration
from runbook_tui.runbook.model import Step, Window


@dataclass(frozen=True, slots=True)
class Schedule:
    """Planned times, as text."""

    starts: tuple[str, ...]
    """For every step: the time of day when there is a window, else the time since the start (``+12m``)."""
    total: str
    unestimated: int
    """Steps that take time and do not say how much."""


def schedule(steps: Sequence[Step], window: Window | None) -> Schedule:
    """The times of the steps in their order."""
    begin = datetime.fromisoformat(window.start) if window is not None else None
    starts = []
    passed = 0.0
    for step in steps:
        starts.append(_time(begin, passed))
        passed += seconds(step)
    missing = sum(step.estimate is None and step.wait is None and bool(step.action) for step in steps)
    return Schedule(tuple(starts), rounded(passed), missing)


def longest_chain(steps: Sequence[Step]) -> float:
    """Seconds that the release takes when everything that may be done at the same time is."""
    ends: dict[str, float] = {}
    for step in steps:  # every need stands before its step
        ends[step.id] = max((ends[need.step] for need in step.needs), default=0.0) + seconds(step)
    return max(ends.values(), default=0.0)


def seconds(step: Step) -> float:
    """How long a step is planned to take; 0 when nobody knows."""
    return step.estimate if step.estimate is not None else step.wait or 0.0


def rounded(passed: float) -> str:
    """A time span without what nobody plans: below a minute in seconds, else in minutes."""
    whole = round(passed) if passed < 60 else round(passed / 60) * 60
    return format_duration(whole)


def window_text(window: Window) -> str:
    """A window for people: ``2026-11-24 09:30 – 12:00 (UTC+01:00), 2h30m``."""
    start, end = (datetime.fromisoformat(written) for written in (window.start, window.end))
    same_day = start.date() == end.date() and start.utcoffset() == end.utcoffset()
    until = f"{end:%H:%M}" if same_day else f"{end:%Y-%m-%d %H:%M} ({end:%Z})"
    zone = f" ({start:%Z})"
    length = format_duration((end - start).total_seconds())
    return (
        f"{start:%Y-%m-%d %H:%M} – {until}{zone}, {length}"
        if same_day
        else (f"{start:%Y-%m-%d %H:%M}{zone} – {until}, {length}")
    )


def _time(begin: datetime | None, passed: float) -> str:
    if begin is None:
        return f"+{rounded(passed)}"
    at = begin + timedelta(seconds=passed)
    return f"{at:%H:%M}" if at.date() == begin.date() else f"{at:%m-%d %H:%M}"
