"""Verbs of people: done, approve, decline, skip, failed, mark as done, note, and what to make of an unknown outcome."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from textual import work
from textual.content import Content

from runbook_tui.execution.model import State
from runbook_tui.files.problems import RunbookError
from runbook_tui.text.terminal import plain
from runbook_tui.tui.content import QUIET, joined, line, lines
from runbook_tui.tui.dialogs.answers import Choice, fits, required
from runbook_tui.tui.messages import Evidence
from runbook_tui.tui.screens.run_leaving import LeavingActions
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


class DecisionActions(LeavingActions):
    """The verbs that write down what a person did or decided."""

    @work(group="dialog")
    async def do_confirm(self) -> None:
        """What the step asks for is done; a verify of the step is tried in the background."""
        step = self._step()
        if await self.may_cross(step):
            self.execute(step.id, self.run_now.confirm)

    @work(group="dialog")
    async def do_approve(self) -> None:
        """Decide yes. Who is none of the approvers has to say who approved."""
        step = self._step()
        body = self._about(step)
        stranger = bool(step.approvers) and self.run_now.operator not in step.approvers
        if stranger:
            names = ", ".join(step.approvers)
            body.insert(-1, Paragraph(line(f"Approved by {names}; you are {self.run_now.operator}.", QUIET)))
        hint = "who approved it, and where" if stranger else "anything to remember (may be left out)"
        note = await self._ask(
            "Approve", body, "Approve", hint, must=stranger and not self.run_now.state.rehearsal
        )
        if note is not None and await self.may_cross(step):
            self.execute(step.id, self.run_now.approve, note=note)

    @work(group="dialog")
    async def do_decline(self) -> None:
        """Decide no."""
        step = self._step()
        reason = await self._ask("Decline", self._about(step), "Decline", "why not")
        if reason:
            self.try_now(partial(self.run_now.decline, step.id, reason))

    @work(group="dialog")
    async def do_skip(self) -> None:
        """Leave the step out, after a look at what depends on it."""
        step = self._step()
        waiting = self.run_now.skip_consequences(step.id)
        body = self._about(step)
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
        step = self._step()
        reason = await self._ask("Mark as failed", self._about(step), "Mark as failed", "what went wrong")
        if reason:
            self.try_now(partial(self.run_now.fail, step.id, reason))

    @work(group="dialog")
    async def do_mark_done(self) -> None:
        """It was done by other means; the evidence goes into the record."""
        step = self._step()
        body = self._about(step)
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

    def do_resolve(self) -> None:
        """Say what happened to a step of which nobody can know. Its verify is tried first, as evidence."""
        step = self._step()
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
        step = self._step()
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

    def _step(self) -> Step:
        step = self.view().step
        assert step is not None
        return step

    def _about(self, step: Step) -> list[Block]:
        text = step.approve or step.confirm
        return [
            Paragraph(line(step.title, "bold")),
            *([Paragraph(lines(text))] if text else []),
            Gap(),
        ]

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
