"""A text of several lines and one line about it: a command and the reason, a result and a note."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.content import Content
from textual.types import CSSPathType
from textual.widget import Widget
from textual.widgets import Button, Input, Static, TextArea

from runbook_tui.tui.content import line
from runbook_tui.tui.dialogs.base import SHORT_OR_HIGH, Dialog, button
from runbook_tui.tui.widgets.sheet import Block


@dataclass(frozen=True, slots=True)
class Wrote:
    """What a person wrote."""

    text: str
    about: str


class WriteDialog(Dialog[Wrote]):
    """Answers :class:`Wrote`; None when it was cancelled."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialog.tcss", "write.tcss"]
    VERTICAL_BREAKPOINTS = SHORT_OR_HIGH
    BINDINGS: ClassVar[list[BindingType]] = [("ctrl+s", "keep", "Keep")]

    def __init__(
        self,
        title: Content,
        body: Iterable[Block],
        *,
        text: str,
        label: str,
        about: str,
        placeholder: str,
        verb: str,
        check: Callable[[Wrote], str],
        danger: bool = False,
    ) -> None:
        """
        Args:
            title: the question.
            body: what a person needs to know.
            text: what stands in the large field at first.
            label: of the large field.
            about: label of the line under it.
            placeholder: an example for that line.
            verb: the word on the button that takes the answer.
            check: says what is wrong or missing while something is typed.
            danger: whether going on is hard to reverse.
        """
        super().__init__(title, body, classes="wide danger" if danger else "wide")
        self._text, self._label, self._about, self._placeholder = text, label, about, placeholder
        self._verb, self._check, self._danger = verb, check, danger

    def compose_question(self) -> Iterable[Widget]:
        """The text, the line, and what is missing."""
        area = TextArea(self._text, id="text", tab_behavior="focus")
        area.border_title = self._label
        yield area
        field = Input(placeholder=self._placeholder, id="about")
        field.border_title = self._about
        yield field
        yield Static("", id="wrong", markup=False)

    def compose_buttons(self) -> Iterable[Button]:
        """The safe button, then the verb."""
        yield button("Cancel", "esc", name="safe")
        yield button(self._verb, "^s", name="do", variant="danger" if self._danger else "default")

    def on_mount(self) -> None:
        """Start at the text."""
        self._judge()
        self.query_one(TextArea).focus()

    @property
    def rows(self) -> int:
        """Frame, text, line, what is missing, buttons."""
        return 20

    @property
    def wrote(self) -> Wrote:
        """What stands in the fields."""
        return Wrote(self.query_one(TextArea).text, self.query_one(Input).value.strip())

    @on(TextArea.Changed)
    @on(Input.Changed)
    def _judge(self) -> bool:
        wrong = self._check(self.wrote)
        self.query_one("#do", Button).disabled = bool(wrong)
        self.query_one("#wrong", Static).update(line(wrong))
        return not wrong

    @on(Input.Submitted)
    @on(Button.Pressed, "#do")
    def action_keep(self) -> None:
        """Take the answer, when nothing is missing."""
        if self._judge():
            self.dismiss(self.wrote)

    @on(Button.Pressed, "#safe")
    def _safe(self) -> None:
        self.dismiss(None)
