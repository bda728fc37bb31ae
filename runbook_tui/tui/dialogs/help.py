"""All keys of a screen, with what they do and why some of them do nothing now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Button

from runbook_tui.tui.actions import Action, Danger, shown
from runbook_tui.tui.content import DISABLED, QUIET, lines
from runbook_tui.tui.dialogs.base import Dialog, button
from runbook_tui.tui.widgets.sheet import Block, Field, Gap, Heading, Paragraph

if TYPE_CHECKING:
    from runbook_tui.tui.screens.base import ActionScreen

_KEY_WIDTH = 14
_GROUPS = {
    Danger.NONE: "Look",
    Danger.EDITS: "Change",
    Danger.EXECUTES: "Execute",
    Danger.UNDOES: "Stop and undo",
}
_MOVING = (
    ("↑ ↓  j k", "the step above, the step below"),
    ("g  G", "the first step, the last step"),
    ("tab", "from the list to the other side and back"),
    ("mouse", "everything can be clicked; drag to select, ctrl+c copies"),
)


class HelpScreen(Dialog[None]):
    """Reads the registry of actions, so it cannot be out of date."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("question_mark", "dismiss(None)", "Close"),
        ("q", "dismiss(None)", "Close"),
    ]

    def __init__(self, screen: ActionScreen) -> None:
        super().__init__(Content("Keys"), _blocks(screen), classes="wide")

    def compose_buttons(self) -> Iterable[Button]:
        """Only a way out."""
        yield button("Close", "esc", name="safe")

    @on(Button.Pressed)
    def _close_pressed(self) -> None:
        self.dismiss(None)


def _blocks(screen: ActionScreen) -> list[Block]:
    blocks: list[Block] = []
    for danger, name in _GROUPS.items():
        actions = [action for action in screen.ACTIONS if action.danger is danger]
        if actions:
            blocks.append(Heading(name))
            blocks += [_row(action, screen.why_not(action.id)) for action in actions]
    blocks.append(Heading("Move"))
    blocks += [Field(keys, Content(text), _KEY_WIDTH) for keys, text in _MOVING]
    blocks += [
        Gap(),
        Paragraph(Content.styled("Greyed keys say why when they are pressed. Esc closes this.", QUIET)),
    ]
    return blocks


def _row(action: Action, refused: str) -> Block:
    keys = "  ".join(shown(key) for key in (action.key, *action.also))
    text = Content(action.tooltip)
    if refused:
        text = Content("\n").join(
            [Content.styled(action.tooltip, QUIET), lines(f"not now: {refused}", DISABLED)]
        )
    return Field(keys, text, _KEY_WIDTH)
