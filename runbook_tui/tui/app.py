"""The app: it wires screens, colours, signals and the guard of the terminal together, and holds no logic."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.filter import LineFilter

from runbook_tui.tui.guard import ControlGuard
from runbook_tui.tui.signals import off_signals, on_signals
from runbook_tui.tui.theme import DARK, THEMES

if TYPE_CHECKING:
    from textual.command import Provider
    from textual.screen import Screen

    from runbook_tui.authoring.draft import Written
    from runbook_tui.authoring.review import Review
    from runbook_tui.tui.screens.init_base import Inquiry

Replan = Callable[[Path], "Written"]
"""Plans again into the runbook file at this path: ``authoring.draft.write`` of a fresh draft."""


def _steps_provider() -> type[Provider]:
    from runbook_tui.tui.commands import StepsProvider

    return StepsProvider


class RunbookApp(App[None]):
    """Author a runbook, or execute it."""

    TITLE = "runbook"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = App.COMMANDS | {_steps_provider}
    BINDINGS: ClassVar[list[BindingType]] = []
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        runbook_path: Path,
        *,
        mode: Literal["author", "run", "migrations", "init"] = "author",
        rehearsal: bool = False,
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
        self.rehearsal = rehearsal
        self.manifest = manifest
        self.replan = replan
        self.review = review
        self.inquiry = inquiry
        self.operator = operator
        self.new_run = new
        self.now = now or (lambda: datetime.now(UTC))
        self._guard = ControlGuard()
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
            self.runbook_path, rehearsal=self.rehearsal, operator=self.operator, new=self.new_run
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

    def on_mount(self) -> None:
        """Take over the signals that would leave the terminal broken."""
        on_signals(self.end, self.interrupted)

    def on_unmount(self) -> None:
        """Give the signals back."""
        off_signals()

    def end(self, status: int) -> None:
        """Leave in good order because a signal asked for it."""
        self.exit(return_code=status)

    def interrupted(self) -> None:
        """SIGINT from outside does what ctrl+c does: it asks, and ends nothing by itself."""
        self.simulate_key("ctrl+c")

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
