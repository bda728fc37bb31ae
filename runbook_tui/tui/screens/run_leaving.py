"""Verbs that stop a command, give up and leave; and what is left behind when a signal ends the app."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path

from textual import work
from textual.content import Content

from runbook_tui.tui.content import QUIET, line
from runbook_tui.tui.dialogs.answers import Choice, required
from runbook_tui.tui.screens.run_execution import ExecutionActions
from runbook_tui.tui.widgets.sheet import Block, Gap, Paragraph

_COMMAND = "command:"


class LeavingActions(ExecutionActions):
    """The verbs that end something, or only this sitting."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._ending = threading.Lock()
        self.ended_by = ""
        """The signal that ends the app."""

    # -- stopping

    @work(group="dialog", exclusive=True)
    async def do_stop(self) -> None:
        """The stop menu. Nothing is ended before something is chosen here."""
        if self.runner is None:
            await self._stop_looking()
            return
        view = self.view()
        finished = self.run_now.state.finished is not None
        choice = await self.choose(
            "Stop?",
            [],
            [
                Choice("on", "Go on", "nothing was stopped"),
                Choice("pause", "Leave", "a running command goes on; the run is taken up again later"),
                *self._no_further(),
                *self._commands(),
                Choice(
                    "rollback",
                    "Roll back …",
                    "shows first what would be undone",
                    danger=True,
                    refused=view.why_not("rollback"),
                ),
                Choice(
                    "abort",
                    "Abort the run …",
                    "closes the record; asks for a reason",
                    danger=True,
                    refused=view.why_not("abort"),
                ),
            ],
        )
        if choice == "pause":
            self.do_pause()
        elif choice == "halt":
            self.halt.set()
        elif choice is not None and choice.startswith(_COMMAND):
            step_id = choice.removeprefix(_COMMAND)
            if step_id in self.executing:  # it may have ended meanwhile
                self.try_now(partial(self.run_now.stop_command, step_id))
        elif choice == "rollback":
            self.do_rollback()
        elif choice == "abort" and not finished:
            self.do_abort()

    def _no_further(self) -> list[Choice]:
        """Where steps are begun by themselves: begin no more of them."""
        if not self.going_on:
            return []
        return [Choice("halt", "Begin no further step", "what runs goes on, and is watched")]

    def _commands(self) -> list[Choice]:
        """One choice for each command that runs."""
        view = self.view()
        if not view.running:
            return [Choice(_COMMAND, "Stop the command", danger=True, refused="no command is running")]
        words = "Stop the command" if len(view.running) == 1 else "Stop one command"
        return [
            Choice(
                f"{_COMMAND}{step_id}",
                words,
                f"{view.title(step_id)}: asked to end, killed after ten seconds",
                danger=True,
            )
            for step_id in view.running
        ]

    async def _stop_looking(self) -> None:
        """The stop menu of who executes nothing: the run is being opened, or somebody else's."""
        words = "You are watching." if self.watched is not None else "The run is being opened."
        choice = await self.choose(
            "Stop?",
            [Paragraph(Content(words)), Gap()],
            [Choice("on", "Go on", "nothing was stopped"), Choice("leave", "Leave", "nothing was executed")],
        )
        if choice == "leave":
            self.leave()

    @work(group="dialog")
    async def do_abort(self) -> None:
        """Give the run up; its record is closed."""
        reason = await self.ask(
            "Abort the run",
            [Paragraph(Content("The record is closed; the run cannot be continued.")), Gap()],
            verb="Abort the run",
            check=required("a reason"),
            placeholder="why the run is given up",
            danger=True,
        )
        if reason:
            self.try_now(partial(self.run_now.finish, "aborted", reason))

    def over_dialog(self, action_id: str) -> None:
        """The stop menu in place of another dialog, and giving the terminal away, work wherever the operator is."""
        from runbook_tui.tui.dialogs.problem import ProblemScreen

        above = self.app.screen_stack[self.app.screen_stack.index(self) + 1 :]
        if action_id == "stop":
            if any(isinstance(screen, ProblemScreen) for screen in above) or self._stop_menu_is_open():
                return
            for screen in reversed(above):
                screen.dismiss(None)
        self.action_perform(action_id)

    def _stop_menu_is_open(self) -> bool:
        return any(worker.name == "do_stop" and not worker.is_finished for worker in self.workers)

    # -- leaving

    @work(group="dialog")
    async def do_pause(self) -> None:
        """Leave; commands that run go on."""
        if self.executing:
            view = self.view()
            count = len(view.running)
            body: list[Block] = [Paragraph(line(f"· {view.title(name)}", "bold"), 2) for name in view.running]
            words = "It goes on without the app." if count == 1 else "They go on without the app."
            body += [
                Gap(),
                Paragraph(Content(words)),
                Paragraph(Content.styled("Open the run again to see how it ended.", QUIET)),
                Gap(),
            ]
            title = "Leave while a command runs?" if count == 1 else f"Leave while {count} commands run?"
            if not await self.confirm(title, body, verb="Leave", safe="Stay"):
                return
        self.leave()

    def do_quit(self) -> None:
        """The same as pausing: a run is never ended by leaving."""
        self.do_pause()

    def do_suspend(self) -> None:
        """Give the terminal to the shell; what runs goes on."""
        self.runbook_app.suspend_now()

    def leave(self) -> None:
        """End the app with the status that the run deserves."""
        words = self.farewell()
        if not words:
            self.app.exit(return_code=self.exit_status())
            return
        from rich.text import Text

        # No file could be written: the checkpoints are kept on the terminal, below what the app leaves.
        self.app.exit(return_code=self.exit_status(), message=Text(words))

    def exit_status(self) -> int:
        """0 when the run succeeded or is only paused, 1 when it did not succeed, 74 when the record failed."""
        if self.record_error is not None:
            return self.record_error.exit_status
        finished = self.runner.state.finished if self.runner else None
        return 0 if finished in {None, "succeeded"} else 1

    # -- ended from outside

    def interrupted(self, why: str) -> None:
        """Record which signal ends the sitting; from any thread, and only once."""
        with self._ending:
            if self.ended_by:
                return
            self.ended_by = why
            if self.runner is not None:
                self.runner.interrupted(why)
        self.leaving.set()
        self.halt.set()

    def farewell(self) -> str:
        """Who took the run over, and the checkpoints that no file could be written for."""
        from runbook_tui.text.terminal import block

        words = []
        if self.runner is not None and self.ended_by:
            from runbook_tui.execution.takeover import taken_over_by

            words.append(taken_over_by(self.runner.folder) or "")
        error = self.record_error
        if error is not None:
            words.append(str(error))
            if error.spilled is None:
                words.append(error.text)
        return block("\n".join(filter(None, words)))
