"""Something to read that is too long for a passing notice."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.content import Content
from textual.widgets import Button

from runbook_tui.tui.dialogs.base import Dialog, button
from runbook_tui.tui.widgets.sheet import Block


class MessageDialog(Dialog[bool]):
    """Shows blocks until it is closed."""

    def __init__(self, title: Content, body: Iterable[Block], *, danger: bool = False) -> None:
        super().__init__(title, body, classes="danger wide" if danger else "wide")

    def compose_buttons(self) -> Iterable[Button]:
        """Only a way out."""
        yield button("Close", "esc", name="safe")

    @on(Button.Pressed)
    def _close_pressed(self) -> None:
        self.dismiss(True)
