"""The last line of defence of the terminal: nothing but printable text leaves the app, whatever a widget was given.

Textual passes escape sequences, C1 controls and bidirectional overrides in a widget's text on to the terminal.
Text is made safe where it comes in (:mod:`runbook_tui.text.terminal`); this catches what was forgotten.
"""

from __future__ import annotations

import re

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")


def _shown(match: re.Match[str]) -> str:
    """As many cells as Textual counted for the character, so that nothing on the line moves."""
    return "�" * cell_len(match[0])


class ControlGuard(LineFilter):
    """Takes control and direction characters out of every line that is drawn."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments without control characters; ``background`` is not used."""
        if not any(_UNSAFE.search(segment.text) for segment in segments):
            return segments
        return [Segment(_UNSAFE.sub(_shown, text), style, control) for text, style, control in segments]
