"""Verbs of people: decline, skip, failed, mark as done, note, and what to make of an unknown outcome."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from textual import work
from textual.content import Content

from runbook_tui.execution.model import ROLLING_BACK, State
from runbook_tui.files.problems import RunbookError
from runbook_tui.text.terminal import plain
from runbook_tui.tui.content import QUIET, joined, line, lines
from runbook_tui.tui.dialogs.answers import Choice, fits, required
from runbook_tui.tui.messages import Evidence
from runbook_tui.tui.screens.run_approving import ApprovingActions
from runbook_tui.tui.widgets.sheet import Block, Command, Field, Gap, Heading, Paragraph

if TYPE_CHECKING:
    from runbook_tui.runbook.model import Step


_MOST = 12
"""Steps that are listed; of more of them only the number is said."""

_VERDICTS: dict[str, Literal["worked", "again", "failed"]] = {
    "worked": "worked",
    "again": "again",
    "failed": "failed",
}


class DecisionActions(ApprovingActions):
    """The verbs that write down what a person did or decided."""

    @work(group="dialog")
    async def do_decline(self) -> None:
        """Decide no."""
        step = self.step_shown()
        reason = await self._ask("Decline", self.about(step), "Decline", "why not")
        if reason:
            self.try_now(partial(self.run_now.decline, step.id, reason))

    @work(group="dialog")
    async def do_skip(self) -> None:
        """Leave the step out, after a look at what depends on it."""
        step = self.step_shown()
        waiting = self.run_now.skip_consequences(step.id)
        body = self.about(step)
        if waiting:
            body.append(Heading("These steps rely on it, directly or not"))
            view = self.view()
            body += [Paragraph(line(f"· {view.title(name)}"), 2) for name in waiting[:_MOST]]
            if len(waiting) > _MOST:
                body.append(Paragraph(line(f"and {len(waiting) - _MOST} more", QUIET), 2))
        else:
            body.append(Paragraph(Content("No other step relies on it.")))
        body.append(Gap())
        reason = await self._ask("Skip", body, "Skip the step", "why it is left out")
        if reason:
            self.try_now(partial(self.run_now.skip, step.id, reason))

    @work(group="dialog")
    async def do_fail(self) -> None:
        """Mark the step as failed."""
        step = self.step_shown()
        reason = await self._ask("Mark as failed", self.about(step), "Mark as failed", "what went wrong")
        if reason:
            self.try_now(partial(self.run_now.fail, step.id, reason))

    @work(group="dialog")
    async def do_mark_done(self) -> None:
        """It was done by other means; the evidence goes into the record."""
        step = self.step_shown()
        body = self.about(step)
        body.insert(
            -1, Paragraph(Content("Nothing is executed. Write down how it was done and how that was seen."))
        )
        reason = await self._ask(
            "Mark as done", body, "Mark as done", "ran it by hand; alembic current shows 0042"
        )
        if reason and await self.may_cross(step):
            self.try_now(partial(self.run_now.mark_done, step.id, reason))

    @work(group="dialog")
    async def do_note(self) -> None:
        """Write something into the record."""
        step = self.view().step
        body: list[Block] = [Paragraph(joined("About ", line(step.title, "bold"))), Gap()] if step else []
        text = await self._ask("Note", body, "Keep", "what should be remembered")
        if text and self.try_now(partial(self.run_now.note, text, step.id if step else None)):
            self.say("Noted.")

    def watch_again(self) -> None:
        """Follow every command that went on without the app; ask about a step of which nobody knows."""
        for step_id, status in self.run_now.state.statuses.items():
            if status.state is State.RUNNING:
                undoing = status.phase in ROLLING_BACK
                self.rolling_back = self.rolling_back or undoing
                self.execute(step_id, self.run_now.rollback if undoing else self.run_now.run)
        if self.view().status.state is State.UNKNOWN:
            self.do_resolve()

    def do_resolve(self) -> None:
        """Say what happened to a step of which nobody can know. Its verify is tried first, as evidence."""
        step = self.step_shown()
        if step.verify is None or step.verify.action == "confirm" or self.run_now.state.rehearsal:
            self.ask_what_happened("")
        else:
            self.executing.add(step.id)
            self.show()
            self._check_in_background(step.id)

    @work(thread=True, group="step", description="try a verify")
    def _check_in_background(self, step_id: str) -> None:
        try:
            checked = self.run_now.check(step_id, stop=self.leaving)
        except RunbookError as error:
            self.post_message(Evidence(step_id, str(error)))
        else:
            words = "the verify holds" if checked.holds else f"the verify does not hold: {checked.message}"
            self.post_message(Evidence(step_id, words))

    @work(group="dialog", exclusive=True)
    async def ask_what_happened(self, evidence: str) -> None:
        """Offer the three verdicts; nothing is assumed."""
        step = self.step_shown()
        if self.run_now.state.statuses[step.id].state is not State.UNKNOWN:
            return
        choice = await self.choose(
            "What happened?",
            self._known(step, evidence),
            [
                Choice("later", "Look first", "leave it open and find out"),
                Choice("worked", "It worked", "the step counts as done"),
                Choice("again", "Run it again", _again(step), danger=not step.repeatable),
                Choice("failed", "It failed", "then retry, skip or roll back"),
            ],
        )
        verdict = _VERDICTS.get(choice or "")
        if verdict is None:
            return
        reason = await self._ask("How do you know?", [], "Keep", "what you looked at", value=evidence)
        if reason and self.try_now(partial(self.run_now.resolve_unknown, step.id, verdict, reason)):
            self.say(f"{plain(step.title)}: kept with your reason.")

    def _known(self, step: Step, evidence: str) -> list[Block]:
        """What there is to judge by."""
        status = self.run_now.state.statuses[step.id]
        blocks: list[Block] = [
            Paragraph(line(step.title, "bold")),
            Paragraph(lines(status.message or "It was started, and nobody can know how it ended.", QUIET)),
            Gap(),
        ]
        if evidence and evidence != status.message:
            blocks.append(Field("Just now", lines(evidence, "$warning")))
        if status.tail:
            blocks += [
                Heading("Last output"),
                Command(lines("\n".join(status.tail[-8:])), prompt="", indent=0),
            ]
        return [*blocks, Gap()]

    async def _ask(
        self,
        title: str,
        body: list[Block],
        verb: str,
        placeholder: str,
        *,
        must: bool = True,
        value: str = "",
    ) -> str | None:
        check = required("a reason") if must else fits
        return await self.ask(title, body, verb=verb, check=check, placeholder=placeholder, value=value)


def _again(step: Step) -> str:
    return "it is marked as safe to repeat" if step.repeatable else "it is not marked as safe to repeat"
