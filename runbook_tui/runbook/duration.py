"""Time spans as people write them: ``500ms``, ``90s``, ``2m``, ``1h30m``."""

from __future__ import annotations

import re

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)")
_LONGEST = 400 * 86400.0


def parse_duration(value: object) -> float:
    """Seconds of a written time span, exact to milliseconds.

    Args:
        value: ``"1h30m"`` or a number of seconds that is already one.

    Raises:
        ValueError: it is not of that form, or longer than 400 days.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        seconds = float(value)
    else:
        text = str(value).strip()
        parts = _PART.findall(text)
        if not parts or "".join(number + unit for number, unit in parts) != text:
            raise ValueError("a time span such as 500ms, 90s, 2m or 1h30m is needed")
        seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
    if not 0 <= seconds <= _LONGEST:
        raise ValueError("a time span between 0s and 400d is needed")
    return round(seconds, 3)


def format_duration(seconds: float) -> str:
    """The shortest exact way to write a time span down to milliseconds; inverse of :func:`parse_duration`."""
    milliseconds = round(seconds * 1000)
    if milliseconds == 0:
        return "0s"
    text = ""
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, milliseconds = divmod(milliseconds, size)
        if count:
            text += f"{count}{unit}"
    return text
