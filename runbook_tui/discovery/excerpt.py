"""The lines around a place that was found, as they lie on the disk."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

_PLACE = re.compile(r"(?P<path>.+?)(?::(?P<line>\d+))?")
_LONGEST = 256 * 1024
_BEFORE, _AFTER = 2, 3
_WIDEST = 200


def excerpt(folder: Path, source: str) -> str:
    """Some lines of a file with their numbers; empty where the place names none, or it cannot be read.

    Args:
        folder: what the place is relative to.
        source: such as ``billing/alembic.ini:2``.
    """
    match = _PLACE.fullmatch(source)
    if match is None or not match["line"]:
        return ""
    try:
        lines = _text(folder / match["path"]).split("\n")
    except (OSError, ValueError):
        return ""
    wanted = int(match["line"])
    first, last = max(wanted - _BEFORE, 1), min(wanted + _AFTER, len(lines))
    width = len(str(last))
    return "\n".join(
        f"{'▶' if number == wanted else ' '} {number:>{width}}  {lines[number - 1].expandtabs(4)[:_WIDEST]}".rstrip()
        for number in range(first, last + 1)
    )


def _text(path: Path) -> str:
    # A link may lead anywhere, and a pipe would wait for a writer.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:  # noqa: PTH123
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "it is no regular file")
        return file.read(_LONGEST).decode("utf-8", "replace").replace("\r\n", "\n")
