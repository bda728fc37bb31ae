"""How far a run is: one mark a step where there is room, in the order of the list."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widget import Widget

from runbook_tui.execution.model import State

_STYLES = {
    State.SUCCEEDED: "$success",
    State.SKIPPED: "$warning",
    State.ROLLED_BACK: "$warning",
    State.RUNNING: "$primary",
    State.WAITING: "$primary",
    State.FAILED: "$error",
    State.UNKNOWN: "$warning",
}
_OPEN = "$border-blurred"


class RunProgress(Widget):
    """A bar of all steps with a gap where the point of no return is, and words at its right end."""

    DEFAULT_CSS = """
    RunProgress {
        height: 1;
        padding: 0 1;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._states: tuple[State, ...] = ()
        self._point: int | None = None
        self._words = Content("")

    def show(self, states: Sequence[State], point: int | None, words: Content) -> None:
        """Draw the bar.

        Args:
            states: of all steps, in order.
            point: index of the step at the point of no return.
            words: what stands beside the bar.
        """
        state = (tuple(states), point, words)
        if state != (self._states, self._point, self._words):
            self._states, self._point, self._words = state
            self.refresh()

    def render(self) -> Content:
        """Bar and words; the words are kept whole as long as the bar has 10 cells."""
        width = self.content_size.width
        words = self._words.truncate(max(width - 12, 1), ellipsis=True)
        bar = self._bar(width - words.cell_length - 2)
        return Content("").join([bar, "  ", words])

    def _bar(self, width: int) -> Content:
        count = len(self._states)
        if not count or width < 1:
            return Content(" " * max(width, 0))
        mark = None if self._point is None else self._point * width // count
        cells = []
        for cell in range(width):
            first, last = cell * count // width, max((cell + 1) * count // width, cell * count // width + 1)
            shown = self._states[first:last]
            style = next((_STYLES[s] for s in _BY_WEIGHT if s in shown), _OPEN)
            cells.append(("┃", "$error") if cell == mark else ("━", style))
        return Content.assemble(*cells)


_BY_WEIGHT = (
    State.FAILED,
    State.UNKNOWN,
    State.RUNNING,
    State.WAITING,
    State.ROLLED_BACK,
    State.SKIPPED,
    State.SUCCEEDED,
)
"""Where one cell stands for several steps, the worst of them is shown."""
