"""One open question of the planner: what is asked, the answers there are, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, RadioButton, RadioSet

from runbook_tui.tui.content import QUIET, line, lines
from runbook_tui.tui.dialogs.base import Dialog, button
from runbook_tui.tui.widgets.sheet import Block, Gap, Paragraph
from runbook_tui.tui.widgets.tick import Tick

if TYPE_CHECKING:
    from runbook_tui.runbook.model import OpenQuestion


@dataclass(frozen=True, slots=True)
class Given:
    """What a person answered."""

    value: str = ""
    because: str = ""
    reversible: bool = False
    skipped: bool = False
    """Left open; go on with the next question."""


_PHASES = {
    "expand": "before the code: nothing that runs now breaks",
    "backfill": "fills or rewrites data",
    "contract": "after every user moved: something is dropped or narrowed",
}
_VERDICTS = {
    "provider-first": "something was added: the provider is deployed before its consumers",
    "consumer-first": "something was taken away: the consumers are deployed first",
    "either": "nothing that matters to anybody changed",
}


def choices(question_id: str) -> dict[str, str]:
    """The answers there are to a question, each with what it means; empty for free text."""
    kind = question_id.partition(":")[0]
    return {"migration": _PHASES, "contract": _VERDICTS}.get(kind, {})


class QuestionDialog(Dialog[Given]):
    """Answers :class:`Given`; None ends the round."""

    BINDINGS: ClassVar[list[BindingType]] = [("ctrl+s", "keep", "Keep"), ("ctrl+n", "later", "Later")]

    def __init__(self, question: OpenQuestion, number: int, count: int) -> None:
        kind = "must be answered before the run" if question.blocking else "good to know"
        body: list[Block] = [
            Paragraph(lines(question.text, "bold")),
            Paragraph(line(f"{question.id} · {kind}", QUIET)),
            Gap(),
        ]
        super().__init__(Content(f"Question {number} of {count}"), body)
        self._question = question
        self._choices = choices(question.id)

    def compose_question(self) -> Iterable[Widget]:
        """The answers, or a field; then the reason."""
        if self._choices:
            with RadioSet(id="value"):
                for value, meaning in self._choices.items():
                    yield RadioButton(Content.assemble((value, "bold"), (f"  {meaning}", QUIET)), name=value)
        else:
            yield Input(placeholder="phone:ann, or pagerduty:payments", id="value")
        if self._question.id.startswith("migration:"):
            yield Tick(Content("Can be undone by its down migration"), id="reversible")
        yield Input(placeholder="what you looked at; kept with your name", id="because")

    def compose_buttons(self) -> Iterable[Button]:
        """Keep, later, end."""
        yield button("Keep", "^s", name="keep")
        yield button("Later", "^n", name="later")
        yield button("Stop here", "esc", name="safe")

    def on_mount(self) -> None:
        """Start at the answers."""
        super().on_mount()
        self.query_one("#value").border_title = "Answer"
        self.query_one("#because").border_title = "Because"
        self._judge()
        self.query_one("#value").focus()

    @property
    def _value(self) -> str:
        if not self._choices:
            return self.query_one("#value", Input).value.strip()
        pressed = self.query_one("#value", RadioSet).pressed_button
        return (pressed.name or "") if pressed else ""

    @property
    def _because(self) -> str:
        return self.query_one("#because", Input).value.strip()

    @on(Input.Changed)
    @on(RadioSet.Changed)
    def _judge(self) -> None:
        self.query_one("#keep", Button).disabled = not (self._value and self._because)

    @on(Input.Submitted)
    @on(Button.Pressed, "#keep")
    def action_keep(self) -> None:
        """Answer, when there is an answer and a reason."""
        if not self._value or not self._because:
            self.query_one("#because" if self._value else "#value").focus()
            return
        boxes = self.query(Tick)
        self.dismiss(Given(self._value, self._because, bool(boxes) and boxes.first().value))

    @on(Button.Pressed, "#later")
    def action_later(self) -> None:
        """Leave this one open."""
        self.dismiss(Given(skipped=True))

    @on(Button.Pressed, "#safe")
    def _ended(self) -> None:
        self.dismiss(None)
