"""Verbs that change the course of a run: another command, going back, going on by itself, another operator."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from textual import work
from textual.app import SuspendNotSupported
from textual.content import Content

from runbook_tui.files.problems import RunbookError
from runbook_tui.text.terminal import plain
from runbook_tui.tui.content import QUIET, joined, line, lines
from runbook_tui.tui.dialogs.answers import fits, required
from runbook_tui.tui.screens.run_decisions import DecisionActions
from runbook_tui.tui.times import spent
from runbook_tui.tui.widgets.sheet import Block, Field, Gap, Heading, Paragraph

if TYPE_CHECKING:
    from runbook_tui.runbook.model import Step
    from runbook_tui.tui.dialogs.write import Wrote

_MOST = 12


class ChangeActions(DecisionActions):
    """The verbs after which the run goes on differently."""

    # -- another command

    @work(group="dialog")
    async def do_edit(self) -> None:
        """Put another command in the step's place, for this run only, and offer to run it."""
        from runbook_tui.tui.dialogs.write import WriteDialog

        step = self.step_shown()
        command = step.run or ""
        dialog = WriteDialog(
            Content("Edit the command"),
            self._edit_body(step),
            text=command,
            label="Command",
            about="Reason",
            placeholder="why the command of the runbook is not the right one",
            verb="Keep it for this run",
            check=partial(_wrong_command, command),
            danger=True,
        )
        wrote = await self.app.push_screen_wait(dialog)
        if wrote is None or self.view().why_not("edit"):
            return
        if self.try_now(lambda: self.run_now.edit(step.id, wrote.text, wrote.about)):
            self.say("Kept for this run. R or r runs it; approvals before it are asked for again.")

    def _edit_body(self, step: Step) -> list[Block]:
        view = self.view()
        void = view.approvals_before(step.id)
        body: list[Block] = [
            Paragraph(line(step.title, "bold")),
            Paragraph(Content.styled("The runbook stays as it is; the record has both commands.", QUIET)),
        ]
        if void:
            names = ", ".join(view.title(name) for name in void)
            body.append(
                Paragraph(
                    joined(Content.styled("Void, and asked for again: ", "$error"), line(names, "$error"))
                )
            )
        return [*body, Gap()]

    # -- going back

    @work(group="dialog")
    async def do_rewind(self) -> None:
        """Go back to the step on the card, after a look at what that resets."""
        step = self.step_shown()
        found = self.run_now.rewind_consequences(step.id)
        view = self.view()
        body: list[Block] = [
            Paragraph(Content("Nothing is undone: what was done stays done, and is to be done again.")),
            *_listed("To be done again", [view.title(name) for name in found.steps]),
        ]
        if found.unsafe:
            body += _listed("Not safe to repeat", [view.title(name) for name in found.unsafe], "$error")
        if found.voids:
            body += _listed("Approvals that are void", [view.title(name) for name in found.voids])
        reason = await self.ask(
            "Rewind",
            [*body, Gap()],
            verb="Go back",
            check=required("a reason"),
            placeholder="why it has to be done again",
            danger=bool(found.unsafe),
        )
        if reason:
            self.try_now(lambda: self.run_now.rewind(step.id, reason))
            self.show(select=step.id)

    # -- something moved

    @work(group="dialog", exclusive=True)
    async def do_drift(self) -> None:
        """Show what moved since the run began."""
        try:
            drifts = await asyncio.to_thread(self.run_now.drift)
        except RunbookError as error:
            self.say(str(error), "error")
            return
        if not drifts:
            self.say("Nothing moved since the run began that was not accepted.")
            return
        await self._accept(drifts)

    async def _accept(self, drifts: tuple[str, ...]) -> bool:
        """Show what moved, and take the reason to go on all the same; True when it was accepted."""
        body: list[Block] = [Paragraph(Content("Since the run began:"))]
        body += [Paragraph(joined("· ", lines(text, "$warning")), 2) for text in drifts[:_MOST]]
        if len(drifts) > _MOST:
            body.append(Paragraph(line(f"and {len(drifts) - _MOST} more", QUIET), 2))
        body += [
            Gap(),
            Paragraph(Content("Go on with a reason, or stop here and plan again.")),
            Gap(),
        ]
        reason = await self.ask(
            "Something moved",
            body,
            verb="Accept and go on",
            check=required("a reason"),
            placeholder="why that is all right",
            danger=True,
        )
        if not reason:
            return False
        try:
            await asyncio.to_thread(self.run_now.accept_drift, reason)
        except RunbookError as error:
            self.say(str(error), "warning")
            return False
        self.show()
        return True

    @work(group="dialog")
    async def drifted(self, drifts: tuple[str, ...], again: Callable[[], None]) -> None:
        """A verb was refused because something moved; it is used again once that was accepted."""
        if await self._accept(drifts):
            again()

    # -- other people, other programs

    @work(group="dialog")
    async def do_hand_over(self) -> None:
        """Name who goes on, and leave; what runs goes on."""
        from runbook_tui.execution.errors import RecordFailed
        from runbook_tui.tui.dialogs.fields import Entry, FieldsDialog

        running = [self.view().title(name) for name in self.view().running]
        body: list[Block] = [
            Paragraph(Content("You leave; the record says who goes on, and they open the run with it."))
        ]
        if running:
            body.append(Field("Goes on", line(", ".join(running))))
        dialog = FieldsDialog(
            Content("Hand over"),
            [*body, Gap()],
            [Entry("to", "To", "who goes on"), Entry("note", "Note", "what they have to know")],
            verb="Hand over and leave",
            check=_wrong_successor,
        )
        filled = await self.app.push_screen_wait(dialog)
        if filled is None:
            return
        try:
            self.run_now.hand_over(filled.values["to"], filled.values["note"])
        except RecordFailed as error:
            self.record_failed(error)
        except RunbookError as error:
            self.say(str(error), "error")
        else:
            self.leaving.set()
            self.leave()

    def do_shell(self) -> None:
        """Lend the terminal to a shell where the step runs; that it was open is noted."""
        step = self.step_shown()
        program = os.environ.get("SHELL") or "/bin/sh"
        directory = self.run_now.directory(step.id)
        if not directory.is_dir():
            directory = self.path.parent
        begun = time.monotonic()
        try:
            with self.app.suspend():
                where = f"{plain(program)} in {plain(str(directory))}"
                print(f"{where}; exit brings you back to the run", flush=True)  # noqa: T201
                ended = subprocess.run(
                    [program], cwd=directory, env=self.run_now.environment_of(step.id), check=False
                )
        except SuspendNotSupported:
            self.say("This terminal cannot be given away.", "warning")
            return
        except OSError as error:
            self.say(f"{program} cannot be started: {error.strerror}", "error")
            return
        took = spent(time.monotonic() - begun)
        words = (
            f"a shell ({program}) was open in {directory} for {took}; it ended with status {ended.returncode}"
        )
        self.try_now(partial(self.run_now.note, words, step.id))


def _listed(title: str, names: list[str], style: str = "") -> list[Block]:
    rows: list[Block] = [Heading(title, str(len(names)))]
    rows += [Paragraph(line(f"· {name}", style), 2) for name in names[:_MOST]]
    if len(names) > _MOST:
        rows.append(Paragraph(line(f"and {len(names) - _MOST} more", QUIET), 2))
    return rows


def _wrong_command(before: str, wrote: Wrote) -> str:
    if not wrote.text.strip():
        return "an empty command: skip the step to leave it out"
    if wrote.text.strip("\n") == before.strip("\n"):
        return "that is the command that it has"
    return fits(wrote.about) if wrote.about else "a reason is needed"


def _wrong_successor(values: Mapping[str, str]) -> str:
    return fits(values["note"]) if values["to"] else "a name is needed"
