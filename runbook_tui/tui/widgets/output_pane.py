"""What a command prints, as it prints it."""

from __future__ import annotations

import threading
from collections import deque

from rich.cells import cell_len
from textual.geometry import Size

from runbook_tui.text.terminal import LONGEST_LINE
from runbook_tui.tui.widgets.text_view import TextView

MAX_LINES = 2000
"""Lines kept on screen; the output file has all of them."""

_MOST_WAITING = 32
"""Pieces of output, of 64 KiB or less, that wait to be shown; what is shown is 2000 lines at most."""


class OutputStore:
    """Output of steps between the thread that receives it and the widget that shows it.

    ``add`` may be called from any thread; everything else from the app's.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._arrived: dict[str, deque[str]] = {}
        self._kept: dict[str, deque[str]] = {}

    def add(self, step_id: str, text: str) -> bool:
        """Take text in; True when nothing was waiting, so that somebody must be told.

        While nobody takes it, as when the terminal is lent to a shell, only the end of it is kept.
        """
        with self._lock:
            first = not self._arrived
            waiting = self._arrived.setdefault(step_id, deque(maxlen=_MOST_WAITING))
            waiting.append(text)
            return first

    def take(self) -> dict[str, str]:
        """What arrived since the last time, by step; at most the last 2000 lines of each."""
        with self._lock:
            arrived, self._arrived = self._arrived, {}
        taken = {}
        for step_id, parts in arrived.items():
            text = "".join(parts)
            if text.count("\n") > MAX_LINES:
                text = "\n".join(text.rsplit("\n", MAX_LINES + 1)[1:])
            taken[step_id] = text
            self._keep(step_id, text)
        return taken

    def _keep(self, step_id: str, text: str) -> None:
        kept = self._kept.setdefault(step_id, deque(maxlen=MAX_LINES))
        first, *rest = text.split("\n")
        if kept:
            kept[-1] += first
        else:
            kept.append(first)
        kept.extend(rest)

    def text(self, step_id: str) -> str:
        """All that is kept of a step's output."""
        return "\n".join(self._kept.get(step_id, ()))

    def clear(self, step_id: str) -> None:
        """Forget a step's output, before another attempt."""
        with self._lock:
            self._arrived.pop(step_id, None)
        self._kept.pop(step_id, None)


class OutputPane(TextView):
    """Shows the output of one step; stays where it was scrolled to, and follows at its end.

    Only the lines on screen are drawn, and the oldest are forgotten, so that a flood costs no more than a trickle.
    """

    HELP = "What the command prints. It follows the end unless you scroll up. z gives it the whole screen."
    DEFAULT_CSS = """
    OutputPane {
        height: 1fr;
        border: round $border-blurred;
        border-title-color: $foreground-muted;
        border-subtitle-color: $foreground-muted;
        background: $background;
        padding: 0 1;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 1;
        &:focus {
            border: round $border;
            border-title-color: $primary;
            background-tint: $foreground 0%;
        }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._step_id: str | None = None
        self._widest = 0

    @property
    def lines(self) -> list[str]:
        """What is kept of the output; the last line may go on."""
        return self._lines

    def show_step(self, step_id: str | None, text: str) -> None:
        """Show the output of a step, from its end."""
        self._step_id = step_id
        self._lines, self._widest = [], 0
        self._add(text)
        self.scroll_end(animate=False, immediate=True, x_axis=False, force=True)

    def append(self, step_id: str, text: str) -> None:
        """Add what a step printed, when it is the one shown."""
        if step_id != self._step_id or not text:
            return
        follow = self.is_vertical_scroll_end
        forgotten = self._add(text)
        if follow:
            self.scroll_end(animate=False, immediate=True, x_axis=False, force=True)
        elif forgotten:
            self.scroll_to(y=max(0, self.scroll_y - forgotten), animate=False, immediate=True, force=True)

    def _add(self, text: str) -> int:
        """Take text in; how many of the oldest lines were forgotten for it."""
        first, *rest = text.split("\n")
        if self._lines:
            rest.insert(0, self._lines.pop() + first)
        else:
            rest.insert(0, first)
        self._widest = max(self._widest, *map(_width, rest))
        self._lines += rest
        forgotten = max(0, len(self._lines) - MAX_LINES)
        del self._lines[:forgotten]
        self._strips.clear()
        count = len(self._lines) - (self._lines[-1] == "")
        self.virtual_size = Size(min(self._widest, LONGEST_LINE), count)
        self.refresh()
        return forgotten


def _width(text: str) -> int:
    return len(text) if text.isascii() and "\t" not in text else cell_len(text[:LONGEST_LINE].expandtabs(4))
