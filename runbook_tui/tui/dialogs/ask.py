"""One line from a person: a reason, a path, the name of the environment."""

from __future__ import annotations

from collections.abc import Iterable

from textual import events, on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from runbook_tui.tui.content import line
from runbook_tui.tui.dialogs.answers import Check
from runbook_tui.tui.dialogs.base import Dialog, button
from runbook_tui.tui.widgets.sheet import Block


class AskDialog(Dialog[str]):
    """Answers what was typed, without space around it; None when it was cancelled."""

    def __init__(
        self,
        title: Content,
        body: Iterable[Block] = (),
        *,
        verb: str,
        check: Check,
        placeholder: str = "",
        value: str = "",
        danger: bool = False,
        safe_first: bool = False,
    ) -> None:
        """
        Args:
            title: the question.
            body: what a person needs to know.
            verb: the word on the button that takes the answer.
            check: says what is wrong with an answer while it is typed.
            placeholder: an example, shown while nothing is typed.
            value: what stands there at first.
            danger: whether going on is hard to reverse.
            safe_first: focus the button that does nothing, not the field.
        """
        super().__init__(title, body, classes="danger" if danger else None)
        self._verb, self._check, self._danger = verb, check, danger
        self._placeholder, self._value, self._safe_first = placeholder, value, safe_first

    def compose_question(self) -> Iterable[Widget]:
        """The field, and a line that says what is wrong."""
        yield Input(
            self._value,
            placeholder=self._placeholder,
            id="answer",
            select_on_focus=not self._safe_first,
        )
        yield Static("", id="wrong", markup=False)

    def compose_buttons(self) -> Iterable[Button]:
        """The safe button, then the verb."""
        yield button("Cancel", "esc", name="safe")
        yield button(self._verb, "enter", name="do", variant="danger" if self._danger else "default")

    def on_mount(self) -> None:
        """Focus what the question wants focused."""
        super().on_mount()
        self._judge(self._value)
        self.query_one("#safe" if self._safe_first else "#answer").focus()

    def on_key(self, event: events.Key) -> None:
        """Letters go into the field wherever the focus is."""
        field = self.query_one(Input)
        if event.character and event.character.isprintable() and event.key != "space" and not field.has_focus:
            event.stop()
            field.focus()
            field.insert_text_at_cursor(event.character)

    def _judge(self, text: str) -> bool:
        wrong = self._check(text.strip())
        self.query_one("#do", Button).disabled = bool(wrong)
        shown = wrong if text else ""
        label = self.query_one("#wrong", Static)
        label.update(line(shown))
        label.set_class(bool(shown), "wrong")
        self.query_one(Input).set_class(bool(shown), "-invalid")
        return not wrong

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self._judge(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if self._judge(event.value):
            self.dismiss(event.value.strip())

    @on(Button.Pressed, "#do")
    def _do(self) -> None:
        self.dismiss(self.query_one(Input).value.strip())

    @on(Button.Pressed, "#safe")
    def _safe(self) -> None:
        self.dismiss(None)
