"""Text of several lines as Markdown that looks the same: its lines and dashes stay, everything else means nothing."""

from __future__ import annotations

import re

from runbook_tui.text.markdown import text

_BULLET = re.compile(r"\s*[-*•]\s+(?=\S)")


def prose(value: str) -> str:
    """Paragraphs, lines and lists of a foreign text; it has to begin a line.

    Blank lines part paragraphs, lines that begin with a dash become a list, other line breaks are kept.
    """
    blocks: list[str] = []
    kind = ""
    for line in value.replace("\r\n", "\n").split("\n"):
        if not line.strip():
            kind = ""
            continue
        bullet = _BULLET.match(line)
        new = "list" if bullet else "lines"
        shown = f"- {text(line[bullet.end() :])}" if bullet else text(line)
        if new == kind:
            blocks[-1] += ("\n" if bullet else "\\\n") + shown
        else:
            blocks.append(shown)
        kind = new
    return "\n\n".join(blocks)
