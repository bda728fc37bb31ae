"""Opening a run: a new one, or one that goes on; what runs is watched again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from textual import on, work

from runbook_tui.execution.model import DONE
from runbook_tui.files.problems import RunbookError
from runbook_tui.tui.messages import NotRead, RunOpened
from runbook_tui.tui.screens.run_until import RunUntil

_THREADS = 64
"""Steps that can be watched at the same time, each from a thread."""


class OpeningRun(RunUntil):
    """The way from a file to a run."""

    def __init__(self, path: Path, *, rehearsal: bool, operator: str | None, new: bool) -> None:
        super().__init__(path)
        self._rehearsal, self._operator, self._new = rehearsal, operator, new

    def on_mount(self) -> None:
        """Make room for as many watching threads as there may be steps at a time."""
        import asyncio

        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS, "step"))

    @work(thread=True, exclusive=True, group="open", description="open the run")
    def open_run(self) -> None:
        """Start a run or take one up, in the background."""
        from runbook_tui.execution.runner import Runner

        try:
            unfinished = [] if self._new else Runner.unfinished(self.path, rehearsal=self._rehearsal)
            if unfinished:
                runner = Runner.resume(unfinished[0], operator=self._operator)
            else:
                runner = Runner.start(self.path, rehearsal=self._rehearsal, operator=self._operator)
        except RunbookError as error:
            self.post_message(NotRead(error))
            return
        with self._ending:
            if not self.ended_by:
                self.runner = runner
                self.post_message(RunOpened(bool(unfinished)))
                return
        runner.interrupted(self.ended_by)
        runner.close()

    @on(NotRead)
    def _not_opened(self, event: NotRead) -> None:
        from runbook_tui.tui.dialogs.problem import ProblemScreen

        self.app.push_screen(ProblemScreen(self.path, event.error), self._open_again)

    def _open_again(self, again: bool | None) -> None:
        if again:
            self.open_run()

    def resumed_words(self) -> str:
        """Where a run that was taken up goes on."""
        runner = self.run_now
        done = runner.state.count(*DONE)
        current = runner.current()
        ids = [step.id for step in runner.runbook.steps]
        where = f"step {ids.index(current) + 1} of {len(ids)}, " if current in ids else ""
        return f"resumed: {where}{done} done · record {runner.folder}"
