"""Printing for people: foreign text made safe, colour only on a terminal that wants it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence

from runbook_tui.text.terminal import block, plain

_COLOURS = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def say(text: str = "", style: str = "") -> None:
    """Print text that may hold foreign parts; line feeds stay, control characters do not."""
    print(styled(block(text), style))


def narrate(text: str, style: str = "") -> None:
    """Print to standard error: what happened, not what was asked for."""
    print(styled(block(text), style, sys.stderr.isatty()), file=sys.stderr)


def emit(value: object) -> None:
    """Print a value as JSON, for programs; what cannot be seen is escaped in it."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    if block(text) != text:
        text = "".join(c if block(c) == c else json.dumps(c)[1:-1] for c in text)
    print(text)


def styled(text: str, style: str, terminal: bool | None = None) -> str:
    """Text with terminal colours, unless the output is no terminal or NO_COLOR is set."""
    wanted = sys.stdout.isatty() if terminal is None else terminal
    if not style or not wanted or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    codes = ";".join(_COLOURS[word] for word in style.split())
    return f"\x1b[{codes}m{text}\x1b[0m"


def table(rows: Iterable[Sequence[str]], *, indent: str = "  ", gap: str = "  ") -> str:
    """Rows as aligned columns; the last column is not padded."""
    from rich.cells import cell_len

    cells = [[plain(cell) for cell in row] for row in rows]
    if not cells:
        return ""
    widths = [max(cell_len(row[i]) for row in cells) for i in range(len(cells[0]) - 1)]
    lines = []
    for row in cells:
        padded = [cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=False)]
        lines.append((indent + gap.join([*padded, row[-1]])).rstrip())
    return "\n".join(lines)


def interactive() -> bool:
    """Whether a person sits at both ends: the input and the output are a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
