"""Time spans and moments as the app shows them: short, and rounded the way people speak."""

from __future__ import annotations

from datetime import UTC, datetime


def spent(seconds: float) -> str:
    """``42s``, ``12m 05s``, ``1h 12m``."""
    whole = round(max(seconds, 0))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02}s"
    return f"{whole // 3600}h {whole % 3600 // 60:02}m"


def planned(seconds: float | None) -> str:
    """An estimate without false precision: ``90s``, ``12m``, ``1h 10m``; empty for None."""
    if seconds is None:
        return ""
    if seconds < 120 and seconds % 60:
        return f"{round(seconds)}s"
    minutes = round(seconds / 60)
    return f"{minutes}m" if minutes < 60 else f"{minutes // 60}h {minutes % 60:02}m"


def moment(text: str) -> datetime:
    """A moment of the record: ISO 8601 in UTC.

    Raises:
        ValueError: it is not one.
    """
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
