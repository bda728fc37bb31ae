"""One of several ways on, each with what it means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, OptionList
from textual.widgets.option_list import Option

from runbook_tui.tui.dialogs.answers import Choice
from runbook_tui.tui.dialogs.base import Dialog, button
from runbook_tui.tui.widgets.sheet import Block


class ChooseDialog(Dialog[str]):
    """Answers the id of the choice; None when it was cancelled. The first choice is the safe one."""

    def __init__(
        self, title: Content, body: Iterable[Block], choices: Sequence[Choice], *, danger: bool = False
    ) -> None:
        """
        Args:
            title: the question.
            body: what a person needs to know.
            choices: the safe one first; it is the one that is highlighted.
            danger: whether one of them is hard to reverse.
        """
        super().__init__(title, body, classes="danger" if danger else None)
        self._choices = tuple(choices)

    def compose_question(self) -> Iterable[Widget]:
        """The choices."""
        yield OptionList(
            *(Option(choice.drawn(), choice.id, disabled=bool(choice.refused)) for choice in self._choices),
            markup=False,
            id="choices",
        )

    def compose_buttons(self) -> Iterable[Button]:
        """Only the way out; enter takes the highlighted choice."""
        yield button("Cancel", "esc", name="safe")

    def on_mount(self) -> None:
        """Focus the list."""
        super().on_mount()
        self.query_one(OptionList).focus()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    @on(Button.Pressed)
    def _cancelled(self) -> None:
        self.dismiss(None)
