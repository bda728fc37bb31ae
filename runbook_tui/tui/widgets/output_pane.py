"""What a command prints, as it prints it."""

from __future__ import annotations

import threading
from collections import deque

from textual.widgets import Log

MAX_LINES = 2000
"""Lines kept on screen; the output file has all of them."""


class OutputStore:
    """Output of steps between the thread that receives it and the widget that shows it.

    ``add`` may be called from any thread; everything else from the app's.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._arrived: dict[str, list[str]] = {}
        self._kept: dict[str, deque[str]] = {}

    def add(self, step_id: str, text: str) -> bool:
        """Take text in; True when nothing was waiting, so that somebody must be told."""
        with self._lock:
            first = not self._arrived
            self._arrived.setdefault(step_id, []).append(text)
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


class OutputPane(Log):
    """Shows the output of one step; stays where it was scrolled to, and follows at its end."""

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
        super().__init__(max_lines=MAX_LINES)
        self._step_id: str | None = None

    def show(self, step_id: str | None, text: str) -> None:
        """Show the output of a step from its beginning."""
        self._step_id = step_id
        self.clear()
        if text:
            self.write(text, scroll_end=True)

    def append(self, step_id: str, text: str) -> None:
        """Add what a step printed, when it is the one shown."""
        if step_id == self._step_id and text:
            self.write(text, scroll_end=self.is_vertical_scroll_end)
