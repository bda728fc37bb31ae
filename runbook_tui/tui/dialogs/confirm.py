"""Yes or no, where no is the one that is focused."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.content import Content
from textual.widgets import Button

from runbook_tui.tui.dialogs.base import Dialog, button
from runbook_tui.tui.widgets.sheet import Block


class ConfirmDialog(Dialog[bool]):
    """Answers True only when the verb was chosen; False or None otherwise."""

    def __init__(
        self,
        title: Content,
        body: Iterable[Block],
        *,
        verb: str,
        safe: str = "Cancel",
        danger: bool = False,
    ) -> None:
        """
        Args:
            title: the question.
            body: what will happen.
            verb: the word on the button that does it; never a bare yes.
            safe: the word on the button that does nothing; it has the focus.
            danger: whether it is hard to reverse.
        """
        super().__init__(title, body, classes="danger" if danger else None)
        self._verb, self._safe, self._danger = verb, safe, danger

    def compose_buttons(self) -> Iterable[Button]:
        """The safe button, then the verb."""
        yield button(self._safe, "esc", name="safe")
        yield button(self._verb, "", name="do", variant="danger" if self._danger else "default")

    @on(Button.Pressed)
    def _chosen(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "do")

    def key_right(self) -> None:
        """Go to the next button."""
        self.focus_next()

    def key_left(self) -> None:
        """Go to the button before."""
        self.focus_previous()
