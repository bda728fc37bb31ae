"""The app: it wires screens, colours, signals and the guard of the terminal together, and holds no logic."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import LineFilter

from runbook_tui.text.terminal import plain
from runbook_tui.tui.guard import ControlGuard
from runbook_tui.tui.signals import Signals, in_foreground, terminal_gone
from runbook_tui.tui.theme import DARK, THEMES

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.command import Provider
    from textual.screen import Screen

    from runbook_tui.authoring.draft import Written
    from runbook_tui.authoring.review import Review
    from runbook_tui.tui.screens.base import OverDialogs
    from runbook_tui.tui.screens.init_base import Inquiry
    from runbook_tui.tui.terminal_marks import Mark

_SWITCH = 0.001
"""Seconds that a thread may keep the others waiting: a fifth of the default, for keys while output floods."""

Replan = Callable[[Path], "Written"]
"""Plans again into the runbook file at this path: ``authoring.draft.write`` of a fresh draft."""


def _steps_provider() -> type[Provider]:
    from runbook_tui.tui.commands import StepsProvider

    return StepsProvider


class RunbookApp(App[None]):
    """Author a runbook, or execute it."""

    TITLE = "runbook"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = App.COMMANDS | {_steps_provider}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "over_dialog('stop')", show=False, priority=True),
        Binding("ctrl+z", "over_dialog('suspend')", show=False, priority=True),
    ]
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        runbook_path: Path,
        *,
        mode: Literal["author", "run", "migrations", "init"] = "author",
        rehearsal: bool = False,
        instructions: bool = False,
        manifest: Path | None = None,
        replan: Replan | None = None,
        review: Callable[[], Review] | None = None,
        inquiry: Inquiry | None = None,
        operator: str | None = None,
        new: bool = False,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        """
        Args:
            runbook_path: the runbook file.
            mode: what to open with.
            rehearsal: whether a run executes nothing.
            instructions: whether people do every step of a new run, and paste what they saw.
            manifest: where answers are kept; by default the one that the runbook names.
            replan: how to derive the runbook again; re-planning is refused without it.
            review: reads the migrations that the mode ``migrations`` shows.
            inquiry: the folder that the mode ``init`` looks through.
            operator: who executes; the login name when None.
            new: start a new run though one is unfinished.
            now: the wall clock.
        """
        # The first screen is not pushed, so Textual does not load its style sheet by itself.
        super().__init__(css_path=["app.tcss", f"screens/{mode}.tcss"])
        self.runbook_path = runbook_path
        self.start_mode = mode
        self.rehearsal, self.instructions = rehearsal, instructions
        self.manifest = manifest
        self.replan = replan
        self.review = review
        self.inquiry = inquiry
        self.operator = operator
        self.new_run = new
        self.now = now or (lambda: datetime.now(UTC))
        self._guard = ControlGuard()
        self._signals = Signals(end=self.end, last_words=self.last_words)
        self._stopped_itself = False
        self._left: list[tuple[str, bool]] = []
        """Terminals that an app which was killed could not put back, and whether each is this one."""
        for theme in THEMES:
            self.register_theme(theme)
        if not os.environ.get("TEXTUAL_THEME"):
            self.theme = DARK.name

    def get_default_screen(self) -> Screen[None]:
        """The screen of the mode: the first frame already shows it."""
        if self.start_mode == "run":
            return self.run_screen()
        if self.start_mode == "migrations":
            from runbook_tui.tui.screens.migrations import MigrationsScreen

            assert self.review is not None
            return MigrationsScreen(self.review)
        if self.start_mode == "init":
            from runbook_tui.tui.screens.init import InitScreen

            assert self.inquiry is not None
            return InitScreen(self.inquiry)
        from runbook_tui.tui.screens.author import AuthorScreen

        return AuthorScreen(self.runbook_path)

    def run_screen(self) -> Screen[None]:
        """A new screen that executes the runbook."""
        from runbook_tui.tui.screens.run import RunScreen

        return RunScreen(
            self.runbook_path,
            rehearsal=self.rehearsal,
            instructions=self.instructions,
            operator=self.operator,
            new=self.new_run,
        )

    def find_services(self) -> None:
        """Look through the folder of the runbook, over the screen that is there."""
        from runbook_tui.tui.screens.init import InitScreen
        from runbook_tui.tui.screens.init_base import Inquiry

        folder = self.runbook_path.parent
        self.push_screen(InitScreen(Inquiry(folder, folder / "services.yaml")))

    def get_line_filters(self) -> Sequence[LineFilter]:
        """The guard sees every line last, whatever the other filters made of it."""
        return [*super().get_line_filters(), self._guard]

    async def run_async(self, **options: Any) -> None:  # noqa: ANN401 (as Textual has them)
        """Run the app with the signals that would leave the terminal broken taken over."""
        if options.get("headless"):
            return await super().run_async(**options)
        from runbook_tui.tui.terminal_marks import mark_terminal, marks_left

        self._left = [(mark.terminal, self._is_here(mark)) for mark in marks_left()]
        mark = mark_terminal()
        sys.setswitchinterval(_SWITCH)
        self._signals.take()
        try:
            return await super().run_async(**options)
        finally:
            self._signals.give_back()
            if mark is not None:
                mark.remove()

    @staticmethod
    def _is_here(mark: Mark) -> bool:
        """Whether an app was killed at this very terminal; what can be put back of it then is put back."""
        try:
            here = os.ttyname(0) == mark.terminal
        except OSError:
            return False
        if here:
            mark.put_back()
        return here

    def on_mount(self) -> None:
        """Take over what Textual's driver does between two instructions of anything: it could wait for itself."""
        self._signals.on(signal.SIGINT, self.interrupted)
        self._signals.on(signal.SIGTSTP, self.suspend_now)
        self._signals.on(signal.SIGCONT, self.continued)
        for terminal, here in self._left:
            self.notify(_killed_at(terminal, here), severity="warning", markup=False, timeout=20)

    def end(self, status: int) -> None:
        """Leave in good order because a signal asked for it, or because the terminal is gone."""
        self.last_words(self._signals.came or "SIGHUP")
        from runbook_tui.tui.screens.base import ActionScreen

        words = [s.farewell() for s in self.screen_stack if isinstance(s, ActionScreen)]
        self.exit(return_code=status, message="\n".join(filter(None, words)) or None)

    def last_words(self, why: str) -> None:
        """Let the screens record that a signal ended this sitting; from any thread."""
        from runbook_tui.tui.screens.base import ActionScreen

        for screen in self.screen_stack:
            if isinstance(screen, ActionScreen):
                screen.interrupted(why)

    def panic(self, *renderables: RenderableType) -> None:
        """Show a defect and end; a terminal that was closed is none."""
        if not self.is_headless and terminal_gone():
            self.end(128 + signal.SIGHUP)
        else:
            super().panic(*renderables)

    def interrupted(self) -> None:
        """SIGINT from outside does what ctrl+c does: it asks, and ends nothing by itself."""
        self.simulate_key("ctrl+c")

    def suspend_now(self) -> None:
        """Give the terminal to the shell until it says ``fg``. What runs goes on."""
        driver = self._driver
        if driver is None or not driver.can_suspend:
            self.notify("This terminal cannot be given away.", severity="warning", markup=False)
            return
        driver.suspend_application_mode()
        self._stopped_itself = True
        while True:
            os.kill(os.getpid(), signal.SIGSTOP)
            if in_foreground():
                break
        driver.resume_application_mode()
        self.refresh(layout=True)

    def continued(self) -> None:
        """Somebody else stopped the process, and the shell changed the terminal meanwhile: set it up anew."""
        if self._stopped_itself:
            self._stopped_itself = False
            return
        driver = self._driver
        if driver is not None and driver.can_suspend:
            driver.suspend_application_mode()
            while not in_foreground():
                self._stopped_itself = True
                os.kill(os.getpid(), signal.SIGSTOP)
            driver.resume_application_mode()
            self.refresh(layout=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys of run mode reach through its dialogs; elsewhere they do what the dialog says."""
        if action == "over_dialog":
            return self._run_below() is not None
        return super().check_action(action, parameters)

    def action_over_dialog(self, action_id: str) -> None:
        """Do an action of run mode over a dialog."""
        screen = self._run_below()
        if screen is not None:
            screen.over_dialog(action_id)

    def _run_below(self) -> OverDialogs | None:
        """The screen in run mode under a dialog; None where no dialog is, or text in it can be copied."""
        from runbook_tui.tui.screens.base import OverDialogs

        focused = self.focused
        selected = getattr(focused, "selected_text", "")
        stack: list[object] = list(self.screen_stack)
        below = next((s for s in reversed(stack) if isinstance(s, OverDialogs)), None)
        return None if below is None or below is stack[-1] or selected else below

    async def action_quit(self) -> None:
        """Leave; the screen may ask first."""
        from runbook_tui.tui.screens.base import ActionScreen

        for screen in reversed(self.screen_stack):
            if isinstance(screen, ActionScreen):
                screen.do_quit()
                return
        self.exit()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The actions of the screen, then what any Textual app offers of use here."""
        from runbook_tui.tui.screens.base import ActionScreen

        if isinstance(screen, ActionScreen):
            for action in screen.ACTIONS:
                if action.id != "palette":
                    title = f"{action.description.rstrip(' …')} ({action.shown_key})"
                    yield SystemCommand(title, action.tooltip, partial(screen.action_perform, action.id))
        if self.start_mode == "author":
            help_text = "Look for services beside this runbook and propose a manifest"
            yield SystemCommand("Find services", help_text, self.find_services)
        if not self.ansi_color:
            yield SystemCommand("Theme", "Choose other colours", self.action_change_theme)


def _killed_at(terminal: str, here: bool) -> str:
    """What to do with a terminal that was not put back."""
    if here:
        return "The app was killed at this terminal. If it looks odd after you leave, type: reset"
    return f"The app was killed at {plain(terminal)} and could not put it back. If it looks odd there, type: reset"
