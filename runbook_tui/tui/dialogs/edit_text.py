"""A text editor inside the app, for when there is no other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.content import Content
from textual.types import CSSPathType
from textual.widget import Widget
from textual.widgets import Button, TextArea

from runbook_tui.tui.dialogs.base import Dialog, button


class EditTextDialog(Dialog[str]):
    """Answers the new text; None when it was cancelled."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialog.tcss", "edit_text.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [("ctrl+s", "keep", "Keep")]

    def __init__(self, title: Content, text: str) -> None:
        super().__init__(title, classes="wide")
        self._text = text

    def compose_question(self) -> Iterable[Widget]:
        """The text."""
        yield TextArea(self._text, id="text", tab_behavior="indent", show_line_numbers=True)

    def compose_buttons(self) -> Iterable[Button]:
        """Keep or cancel."""
        yield button("Keep", "^s", name="keep")
        yield button("Cancel", "esc", name="safe")

    def on_mount(self) -> None:
        """Start at the text."""
        super().on_mount()
        self.query_one(TextArea).focus()

    @on(Button.Pressed, "#keep")
    def action_keep(self) -> None:
        """Answer the text."""
        self.dismiss(self.query_one(TextArea).text)

    @on(Button.Pressed, "#safe")
    def _cancelled(self) -> None:
        self.dismiss(None)
