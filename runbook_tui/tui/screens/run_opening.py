"""Opening a run: a new one, or one that goes on; what runs is watched again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from textual import on, work

from runbook_tui.execution.model import DONE
from runbook_tui.files.problems import RunbookError
from runbook_tui.tui.messages import Held, NotRead
from runbook_tui.tui.screens.run_watching import WatchingActions

_THREADS = 64
"""Steps that can be watched at the same time, each from a thread."""


class OpeningRun(WatchingActions):
    """The way from a file to a run."""

    def __init__(
        self, path: Path, *, rehearsal: bool, instructions: bool, operator: str | None, new: bool
    ) -> None:
        super().__init__(path, operator=operator)
        self._rehearsal, self._instructions, self._new = rehearsal, instructions, new

    def on_mount(self) -> None:
        """Make room for as many watching threads as there may be steps at a time."""
        import asyncio

        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS, "step"))

    @work(thread=True, exclusive=True, group="open", description="open the run")
    def open_run(self) -> None:
        """Start a run or take one up, in the background."""
        from runbook_tui.execution.errors import HeldByAnother
        from runbook_tui.execution.runner import Runner

        unfinished: list[Path] = []
        try:
            unfinished = [] if self._new else Runner.unfinished(self.path, rehearsal=self._rehearsal)
            if unfinished:
                runner = Runner.resume(unfinished[0], operator=self._operator)
            else:
                runner = Runner.start(
                    self.path,
                    rehearsal=self._rehearsal,
                    instructions=self._instructions,
                    operator=self._operator,
                )
        except HeldByAnother as error:
            self.post_message(Held(unfinished[0], error))
            return
        except RunbookError as error:
            self.post_message(NotRead(error))
            return
        self.take_runner(runner, resumed=bool(unfinished))

    @on(NotRead)
    def _not_opened(self, event: NotRead) -> None:
        from runbook_tui.tui.dialogs.problem import ProblemScreen

        self.app.push_screen(ProblemScreen(self.path, event.error), self._open_again)

    def _open_again(self, again: bool | None) -> None:
        if again:
            self.open_run()

    def warn_beforehand(self) -> None:
        """Say what an operator has to know before anything is done: the place of the record, and what moved."""
        from runbook_tui.execution.mounts import network_file_system

        kind = network_file_system(self.run_now.folder)
        if kind is not None:
            self.banner(
                f"the record is on a network file system ({kind}): see that nobody executes it on another machine",
                "$warning",
            )
        self._look_for_drift()

    @work(thread=True, exclusive=True, group="drift", description="see what moved")
    def _look_for_drift(self) -> None:
        try:
            drifts = self.run_now.drift()
        except RunbookError as error:
            drifts = (str(error),)
        for drift in drifts:
            self.app.call_from_thread(self.say, f"{drift} · D accepts it", "warning")

    def resumed_words(self) -> str:
        """Where a run that was taken up goes on."""
        runner = self.run_now
        done = runner.state.count(*DONE)
        current = runner.current()
        ids = [step.id for step in runner.runbook.steps]
        where = f"step {ids.index(current) + 1} of {len(ids)}, " if current in ids else ""
        return f"resumed: {where}{done} done · record {runner.folder}"
