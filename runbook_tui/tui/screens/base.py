"""What all screens with actions share: keys come from the registry, and a refusal says its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, runtime_checkable

from textual.content import Content
from textual.screen import Screen

from runbook_tui.files.problems import RunbookError
from runbook_tui.text.terminal import block
from runbook_tui.tui.actions import Action

if TYPE_CHECKING:
    from runbook_tui.tui.app import RunbookApp
    from runbook_tui.tui.dialogs.answers import Check, Choice
    from runbook_tui.tui.widgets.sheet import Block

Severity = Literal["information", "warning", "error"]

_BREAKPOINTS = [(0, "-narrow"), (96, "-medium"), (130, "-wide")]
"""Columns from which on a screen has a class."""


@runtime_checkable
class OverDialogs(Protocol):
    """A screen some of whose actions work through the dialogs over it."""

    def over_dialog(self, action_id: str) -> None:
        """Do an action though a dialog is open."""
        ...


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
            bar.show(self.ACTIONS, self.refusals(), self.primary_action())

    def primary_action(self) -> str:
        """Id of the one action that this moment asks for; empty when none stands out."""
        return ""

    def refusals(self) -> dict[str, str]:
        """Why actions are not possible now, by their ids; those that are possible are left out."""
        return {action.id: reason for action in self.ACTIONS if (reason := self.why_not(action.id))}

    def say(self, text: str, severity: Severity = "information") -> None:
        """Tell the person something that needs no answer."""
        self.notify(block(text), severity=severity, markup=False, timeout=8 if severity == "error" else 5)

    def interrupted(self, why: str) -> None:
        """Record that a signal ends the sitting; may be called from any thread, and twice."""

    def farewell(self) -> str:
        """What is printed once the terminal is given back after a signal."""
        return ""

    # -- questions; they may only be asked from a worker

    async def confirm(
        self,
        title: str,
        body: Iterable[Block],
        *,
        verb: str,
        safe: str = "Cancel",
        danger: bool = False,
    ) -> bool:
        """Ask for a yes; see :class:`~runbook_tui.tui.dialogs.confirm.ConfirmDialog`."""
        from runbook_tui.tui.dialogs.confirm import ConfirmDialog

        dialog = ConfirmDialog(Content(title), body, verb=verb, safe=safe, danger=danger)
        sure = await self.app.push_screen_wait(dialog)
        return sure is True

    async def ask(
        self,
        title: str,
        body: Iterable[Block],
        *,
        verb: str,
        check: Check,
        placeholder: str = "",
        value: str = "",
        danger: bool = False,
        safe_first: bool = False,
    ) -> str | None:
        """Ask for a line of text; see :class:`~runbook_tui.tui.dialogs.ask.AskDialog`."""
        from runbook_tui.tui.dialogs.ask import AskDialog

        dialog = AskDialog(
            Content(title),
            body,
            verb=verb,
            check=check,
            placeholder=placeholder,
            value=value,
            danger=danger,
            safe_first=safe_first,
        )
        return await self.app.push_screen_wait(dialog)

    async def choose(
        self, title: str, body: Iterable[Block], choices: Sequence[Choice], *, danger: bool = False
    ) -> str | None:
        """Ask for one of several; see :class:`~runbook_tui.tui.dialogs.choose.ChooseDialog`."""
        from runbook_tui.tui.dialogs.choose import ChooseDialog

        return await self.app.push_screen_wait(ChooseDialog(Content(title), body, choices, danger=danger))

    def tell(self, title: str, body: Iterable[Block], *, danger: bool = False) -> None:
        """Show something that is too long for a passing notice."""
        from runbook_tui.tui.dialogs.message import MessageDialog

        self.app.push_screen(MessageDialog(Content(title), body, danger=danger))

    # -- what every screen can do

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
