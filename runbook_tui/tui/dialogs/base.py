"""What all dialogs share: a frame, a title, a body that scrolls, and the safe choice first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.types import CSSPathType
from textual.widget import Widget
from textual.widgets import Button

from runbook_tui.tui.widgets.sheet import Block, Sheet

Result = TypeVar("Result")

SHORT_OR_HIGH = [(0, "-short"), (32, "-high")]
"""Rows from which on a dialog has a class."""


class Dialog(ModalScreen[Result | None]):
    """A question over the screen. Escape takes it away and answers nothing."""

    CSS_PATH: ClassVar[CSSPathType | None] = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss(None)", "Cancel")]

    def __init__(self, title: Content, body: Iterable[Block] = (), *, classes: str | None = None) -> None:
        """
        Args:
            title: the question in a few words.
            body: what a person needs to know to answer it.
            classes: ``danger`` draws the frame in the colour of danger.
        """
        super().__init__(classes=classes)
        self._title = title
        self._body = tuple(body)

    def compose(self) -> ComposeResult:
        """Title, body, what a subclass asks, buttons."""
        with Vertical(id="dialog"):
            if self._body:
                with VerticalScroll(id="dialog-body", can_focus=False):
                    yield Sheet(self._body)
            yield from self.compose_question()
            with Horizontal(id="dialog-buttons"):
                yield from self.compose_buttons()

    def compose_question(self) -> Iterable[Widget]:
        """The widgets that take the answer."""
        return ()

    def compose_buttons(self) -> Iterable[Button]:
        """The buttons, the safe one first."""
        return ()

    def on_mount(self) -> None:
        """Put the title into the frame."""
        self.query_one("#dialog").border_title = self._title
        self._fit()

    def on_resize(self) -> None:
        """Fit the frame to the terminal."""
        self._fit()

    def _fit(self) -> None:
        """Let a body that is too long scroll in a frame of full height; Textual would leave room below it free."""
        width = min(self.app.size.width, 100) - 10
        lines = sum(len(block.lines(width)) for block in self._body)
        height = self.app.size.height
        self.set_class(lines > height * 0.5 or lines + self.rows > height * 0.9, "-tall")

    @property
    def rows(self) -> int:
        """Rows that everything but the body needs, where that is a lot; the body scrolls in what is left."""
        return 0


def button(label: str, key: str, *, name: str, variant: str = "default") -> Button:
    """A flat button that names its key; ``name`` is its id."""
    text = Content.assemble((label, "bold"), f"  {key}") if key else Content.styled(label, "bold")
    return Button(text, id=name, classes=variant, compact=True)
