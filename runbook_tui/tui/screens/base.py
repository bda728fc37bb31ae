"""What all screens with actions share: keys come from the registry, and a refusal says its reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Literal

from textual.screen import Screen

from runbook_tui.files.problems import RunbookError
from runbook_tui.text.terminal import block
from runbook_tui.tui.actions import Action

if TYPE_CHECKING:
    from runbook_tui.tui.app import RunbookApp
    from runbook_tui.tui.widgets.action_bar import ActionBar

Severity = Literal["information", "warning", "error"]

_BREAKPOINTS = [(0, "-narrow"), (96, "-medium"), (130, "-wide")]
"""Columns from which on a screen has a class."""


class ActionScreen(Screen[None]):
    """A screen whose actions are in ``ACTIONS``, each with a method ``do_<id>``."""

    ACTIONS: ClassVar[tuple[Action, ...]] = ()
    HORIZONTAL_BREAKPOINTS = _BREAKPOINTS

    @property
    def runbook_app(self) -> RunbookApp:
        """The app, with its own attributes."""
        from runbook_tui.tui.app import RunbookApp

        assert isinstance(self.app, RunbookApp)
        return self.app

    def why_not(self, action_id: str) -> str:
        """Why an action is not possible now, as a sentence; empty when it is."""
        return ""

    def action_perform(self, action_id: str) -> None:
        """Do an action of the registry, or say why it is not possible."""
        reason = self.why_not(action_id)
        if reason:
            self.say(reason, "warning")
            return
        do: Callable[[], object] = getattr(self, f"do_{action_id}")
        try:
            do()
        except RunbookError as error:
            self.say(str(error), "error")

    def refresh_actions(self) -> None:
        """Draw the footer again after something that actions depend on has changed."""
        from runbook_tui.tui.widgets.action_bar import ActionBar

        for bar in self.query(ActionBar):
            self._show_actions(bar)

    def primary_action(self) -> str:
        """Id of the one action that this moment asks for; empty when none stands out."""
        return ""

    def _show_actions(self, bar: ActionBar) -> None:
        refused = {action.id: reason for action in self.ACTIONS if (reason := self.why_not(action.id))}
        bar.show(self.ACTIONS, refused, self.primary_action())

    def say(self, text: str, severity: Severity = "information") -> None:
        """Tell the person something that needs no answer."""
        self.notify(block(text), severity=severity, markup=False, timeout=8 if severity == "error" else 5)

    def do_help(self) -> None:
        """Show all keys of this screen."""
        from runbook_tui.tui.dialogs.help import HelpScreen

        self.app.push_screen(HelpScreen(self))

    def do_palette(self) -> None:
        """Open the command palette."""
        self.app.action_command_palette()

    def do_quit(self) -> None:
        """Leave the app."""
        self.app.exit()
