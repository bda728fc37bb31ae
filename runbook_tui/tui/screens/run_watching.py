"""Two operators at one run: the second one is told, and may look on or take over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.content import Content

from runbook_tui.files.problems import RunbookError
from runbook_tui.tui.content import line, lines
from runbook_tui.tui.dialogs.answers import Choice, required
from runbook_tui.tui.messages import Held, NotRead, OutputWaiting, RunOpened, Watched
from runbook_tui.tui.screens.run_until import RunUntil
from runbook_tui.tui.widgets.sheet import Block, Gap, Paragraph

if TYPE_CHECKING:
    from runbook_tui.execution.runner import Runner
    from runbook_tui.tui.watched_run import WatchedRun


class WatchingActions(RunUntil):
    """What a second operator can do."""

    def __init__(self, path: Path, *, operator: str | None) -> None:
        super().__init__(path)
        self._operator = operator
        self._output_of: str | None = None
        """Id of the step of which the output is followed while watching."""

    @on(Held)
    @work(group="dialog", exclusive=True)
    async def _held(self, event: Held) -> None:
        """Somebody executes the run: leave it, look on, or take it over."""
        body: list[Block] = [Paragraph(lines(str(event.error))), Gap()]
        choice = await self.choose(
            "Somebody executes this run",
            body,
            [
                Choice("watch", "Watch it live", "nothing can be changed from here"),
                Choice("leave", "Leave", "nothing happens"),
                Choice(
                    "take",
                    "Take it over …",
                    "their app ends, and is told why; what runs goes on",
                    danger=True,
                ),
            ],
        )
        if choice == "watch":
            self._watch(event.folder)
        elif choice == "take":
            await self._take_over(event.folder)
            if self.runner is None and not self._taking:
                self.post_message(event)
        else:
            self.app.exit(return_code=event.error.exit_status)

    # -- looking on

    def _watch(self, folder: Path) -> None:
        from runbook_tui.tui.watched_run import WatchedRun

        try:
            self.watched = WatchedRun(folder)
        except RunbookError as error:
            self.post_message(NotRead(error))
            return
        self.show(select=self.watched.current())
        self.show_watching(self.watched)
        self._follow(self.watched)

    @work(thread=True, group="watch", exclusive=True, description="follow a record")
    def _follow(self, watched: WatchedRun) -> None:
        from runbook_tui.execution.follow import INTERVAL

        while not self.leaving.wait(INTERVAL) and self.watched is watched:
            try:
                changed = watched.poll()
                step_id = self._output_of
                text = watched.printed(step_id)
            except RunbookError as error:
                self.post_message(Watched(str(error)))
                continue
            if text and step_id is not None and self.output.add(step_id, text):
                self.post_message(OutputWaiting())
            if changed:
                self.post_message(Watched(""))

    @on(Watched)
    def _moved(self, event: Watched) -> None:
        watched = self.watched
        if watched is None:
            return
        if event.problem:
            self.say(event.problem, "warning")
            return
        current = watched.current()
        follows = self.shown is None or self.view().shown == self._followed
        self._followed = current
        self.show(select=current if follows else None)
        self.show_watching(watched)

    _followed: str | None = None
    """Where whoever executes the run was when it was last looked at."""

    def show_watching(self, watched: WatchedRun) -> None:
        """Say who executes the run."""
        self.banner(f"T takes it over · {watched.holder}", "$warning")

    # -- taking over

    _taking = False

    @work(group="dialog", exclusive=True)
    async def do_take_over(self) -> None:
        """Ask the app that executes the run to leave, and go on with it here."""
        if self.watched is not None:
            await self._take_over(self.watched.folder)

    async def _take_over(self, folder: Path) -> None:
        reason = await self.ask(
            "Take the run over",
            [
                Paragraph(line(folder.name, "bold")),
                Paragraph(
                    Content("Whoever executes it is told your name and the reason, and their app ends.")
                ),
                Paragraph(Content("What runs goes on, and is watched from here.")),
                Gap(),
            ],
            verb="Take it over",
            check=required("a reason"),
            placeholder="maria's connection is gone, and the window closes at noon",
            danger=True,
        )
        if reason:
            self._taking = True
            self.banner("taking over: waiting for the other app to leave …", "$warning")
            self._take_over_in_background(folder, reason)

    @work(thread=True, exclusive=True, group="open", description="take a run over")
    def _take_over_in_background(self, folder: Path, reason: str) -> None:
        from runbook_tui.execution.errors import HeldByAnother
        from runbook_tui.execution.runner import Runner

        try:
            runner = Runner.resume(folder, operator=self._operator, take_over=reason)
        except HeldByAnother as error:
            self._taking = False
            self.post_message(Held(folder, error))
        except RunbookError as error:
            self._taking = False
            self.post_message(NotRead(error))
        else:
            self._taking = False
            self.take_runner(runner, resumed=True)

    def take_runner(self, runner: Runner, *, resumed: bool) -> None:
        """Execute this run from now on; from the thread that opened it. Left again when a signal came meanwhile."""
        with self._ending:
            if not self.ended_by:
                self.watched = None
                self.runner = runner
                self.post_message(RunOpened(resumed))
                return
        runner.interrupted(self.ended_by)
        runner.close()
