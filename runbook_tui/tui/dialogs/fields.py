"""Several lines from a person at once: a name and a note, who approves and how that is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.content import Content
from textual.types import CSSPathType
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from runbook_tui.tui.content import line
from runbook_tui.tui.dialogs.base import SHORT_OR_HIGH, Dialog, button
from runbook_tui.tui.widgets.sheet import Block


@dataclass(frozen=True, slots=True)
class Entry:
    """One field."""

    id: str
    label: str
    placeholder: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """What a person wrote."""

    values: Mapping[str, str]
    """By the id of the entry, without space around it."""
    otherwise: bool = False
    """Whether the other way on was chosen."""


class FieldsDialog(Dialog[Filled]):
    """Answers :class:`Filled`; None when it was cancelled. Enter goes to the next field, and takes the last one."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialog.tcss", "fields.tcss"]
    VERTICAL_BREAKPOINTS = SHORT_OR_HIGH
    BINDINGS: ClassVar[list[BindingType]] = [("ctrl+s", "keep", "Keep"), ("ctrl+b", "otherwise", "Otherwise")]

    def __init__(
        self,
        title: Content,
        body: Iterable[Block],
        entries: Sequence[Entry],
        *,
        verb: str,
        check: Callable[[Mapping[str, str]], str],
        otherwise: str = "",
    ) -> None:
        """
        Args:
            title: the question.
            body: what a person needs to know.
            entries: the fields; the first empty one gets the focus.
            verb: the word on the button that takes the answer.
            check: says what is wrong or missing while something is typed.
            otherwise: the word on a button for another, dangerous way on that needs none of the fields.
        """
        super().__init__(title, body)
        self._entries = tuple(entries)
        self._verb, self._check, self._otherwise = verb, check, otherwise

    def compose_question(self) -> Iterable[Widget]:
        """The fields, and a line that says what is missing."""
        for entry in self._entries:
            field = Input(entry.value, placeholder=entry.placeholder, id=entry.id, classes="labelled")
            field.border_title = entry.label
            yield field
        yield Static("", id="wrong", markup=False)

    def compose_buttons(self) -> Iterable[Button]:
        """The safe button, the verb, the other way on."""
        yield button("Cancel", "esc", name="safe")
        yield button(self._verb, "^s", name="do")
        if self._otherwise:
            yield button(self._otherwise, "^b", name="otherwise", variant="danger")

    def on_mount(self) -> None:
        """Start at the first empty field."""
        self._judge()
        empty = next((entry.id for entry in self._entries if not entry.value), self._entries[0].id)
        self.query_one(f"#{empty}").focus()

    @property
    def rows(self) -> int:
        """Frame, fields, what is missing, buttons."""
        return 3 * len(self._entries) + 7

    @property
    def values(self) -> dict[str, str]:
        """What stands in the fields."""
        return {entry.id: self.query_one(f"#{entry.id}", Input).value.strip() for entry in self._entries}

    @on(Input.Changed)
    def _judge(self) -> bool:
        wrong = self._check(self.values)
        self.query_one("#do", Button).disabled = bool(wrong)
        self.query_one("#wrong", Static).update(line(wrong))
        return not wrong

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        last = event.input.id == self._entries[-1].id
        if last:
            self.action_keep()
        else:
            self.focus_next(Input)

    @on(Button.Pressed, "#do")
    def action_keep(self) -> None:
        """Take the answer, when nothing is missing."""
        if self._judge():
            self.dismiss(Filled(self.values))

    @on(Button.Pressed, "#otherwise")
    def action_otherwise(self) -> None:
        """Go the other way."""
        if self._otherwise:
            self.dismiss(Filled(self.values, otherwise=True))

    @on(Button.Pressed, "#safe")
    def _safe(self) -> None:
        self.dismiss(None)
