"""The line at the top: what is open, where it will run, and how it stands."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widget import Widget

from runbook_tui.tui.content import DISABLED

_SEPARATOR = Content.styled("  ·  ", DISABLED)


class TitleBar(Widget):
    """Title and badges at the left, facts at the right; facts give way first where there is no room."""

    DEFAULT_CSS = """
    TitleBar {
        dock: top;
        height: 1;
        padding: 0 1;
        background: $panel;
        color: $text;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._title = Content("")
        self._badges: tuple[Content, ...] = ()
        self._facts: tuple[Content, ...] = ()

    def show(self, title: Content, badges: Sequence[Content] = (), facts: Sequence[Content] = ()) -> None:
        """Draw these.

        Args:
            title: what is open.
            badges: short words that must be seen; never left out.
            facts: the last ones are the most important.
        """
        self._title, self._badges, self._facts = title, tuple(badges), tuple(facts)
        self.refresh()

    def render(self) -> Content:
        """The line."""
        width = self.content_size.width
        badges = Content("").join([part for badge in self._badges for part in (badge, Content(" "))])
        room = width - badges.cell_length
        facts = list(self._facts)
        right = _SEPARATOR.join(facts)
        while facts and room - right.cell_length - 2 < min(self._title.cell_length, 24):
            del facts[0]
            right = _SEPARATOR.join(facts)
        title = self._title.truncate(max(room - right.cell_length - 2, 1), ellipsis=True)
        gap = max(room - title.cell_length - right.cell_length, 0)
        return Content("").join([badges, title, " " * gap, right])


def badge(text: Content, colour: str) -> Content:
    """A word on a coloured ground; ``colour`` is a theme colour such as ``$primary``."""
    return Content("").join([" ", text, " "]).stylize(f"bold $background on {colour}")
