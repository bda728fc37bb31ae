"""The last line of defence of the terminal: nothing but printable text leaves the app, whatever a widget was given.

Textual passes escape sequences, C1 controls and bidirectional overrides in a widget's text on to the terminal.
Text is made safe where it comes in (:mod:`runbook_tui.text.terminal`); this catches what was forgotten.
"""

from __future__ import annotations

import re

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from runbook_tui.text.terminal import INVISIBLE

_UNSAFE = re.compile(f"[{INVISIBLE}]")


def _shown(match: re.Match[str]) -> str:
    """As many cells as Textual counted for the character, so that nothing on the line moves."""
    return "�" * cell_len(match[0])


class ControlGuard(LineFilter):
    """Takes control and direction characters, and links, out of every line that is drawn."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments without control characters; ``background`` is not used."""
        if not any(_is_unsafe(segment) for segment in segments):
            return segments
        return [
            Segment(_UNSAFE.sub(_shown, text), _linkless(style), control) for text, style, control in segments
        ]


def _is_unsafe(segment: Segment) -> bool:
    return _UNSAFE.search(segment.text) is not None or (
        segment.style is not None and bool(segment.style.link)
    )


def _linkless(style: Style | None) -> Style | None:
    """A link is written into the terminal as a sequence with the address in it, whatever that is."""
    return style.update_link(None) if style is not None and style.link else style
