"""The runbook cannot be opened: everything that is wrong with it, and what can be done about it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Button

from runbook_tui.files.problems import ProblemsError, RunbookError
from runbook_tui.tui.content import QUIET, line, lines
from runbook_tui.tui.dialogs.base import Dialog, button
from runbook_tui.tui.widgets.sheet import Block, Gap, Paragraph


class ProblemScreen(Dialog[bool]):
    """Answers True to try again; leaving ends the app with the status of the error."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "leave", "Leave"),
        ("r", "again", "Try again"),
        ("q", "leave", "Leave"),
    ]

    def __init__(self, path: Path, error: RunbookError) -> None:
        """
        Args:
            path: what was to be opened.
            error: why it cannot be.
        """
        super().__init__(line(f"{path.name} cannot be opened"), _blocks(error), classes="danger wide")
        self._error = error

    def compose_buttons(self) -> Iterable[Button]:
        """Try again, or leave."""
        yield button("Try again", "r", name="again")
        yield button("Leave", "q", name="leave")

    @on(Button.Pressed, "#again")
    def action_again(self) -> None:
        """Read it once more, for instance after it was mended in another window."""
        self.dismiss(True)

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        """End the app."""
        self.app.exit(return_code=self._error.exit_status)


def _blocks(error: RunbookError) -> list[Block]:
    if not isinstance(error, ProblemsError):
        return [Paragraph(lines(str(error))), Gap()]
    blocks: list[Block] = []
    for problem in error.problems:
        blocks.append(
            Paragraph(Content("  ").join([line(problem.place, "bold $primary"), line(problem.what)]))
        )
        more = "; ".join(
            filter(None, [f"expected {problem.expected}" if problem.expected else "", problem.remedy])
        )
        if more:
            blocks.append(Paragraph(lines(more, QUIET), 2))
        blocks.append(Gap())
    return blocks
