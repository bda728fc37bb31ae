"""Verbs that execute and undo."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import work
from textual.content import Content

from runbook_tui.tui.content import QUIET, joined, line, lines
from runbook_tui.tui.dialogs.answers import fits, required
from runbook_tui.tui.screens.run_base import RunBase
from runbook_tui.tui.widgets.sheet import Block, Field, Gap, Heading, Paragraph

if TYPE_CHECKING:
    from runbook_tui.runbook.model import Step


_NO_ROLLBACK = "No rollback is written down for this step."


class ExecutionActions(RunBase):
    """The verbs behind which something happens in the world."""

    # -- executing

    @work(group="dialog")
    async def do_run(self) -> None:
        """Execute the step on the card; over the point of no return, or once more, only after a deliberate word."""
        step = self.view().step
        if step is None or (self.view().was_done_before and not await self._may_repeat(step)):
            return
        if await self.may_cross(step) and not self.view().why_not("run"):
            self.execute(step.id, self.run_now.run, past_no_return=True, repeat=True)

    @work(group="dialog")
    async def do_retry(self) -> None:
        """Execute a failed step again; warned when it is not safe to repeat."""
        step = self.view().step
        if step is None or not await self._may_repeat(step) or not await self.may_cross(step):
            return
        if not self.view().why_not("retry"):
            self.execute(step.id, self.run_now.run, past_no_return=True, repeat=True)

    async def may_cross(self, step: Step) -> bool:
        """Whether a step may be done behind which nothing can be taken back."""
        if not self.run_now.crosses(step.id):
            return True
        environment = self.run_now.state.environment
        because = step.irreversible_because or "nothing brings back the state before"
        body: list[Block] = [
            Paragraph(line(step.title, "bold")),
            Gap(),
            Field("Not undone", lines(because, "$error")),
            Field("Rollback", Content("of what was done before this step is not possible after it")),
            Gap(),
            Paragraph(joined("Type ", line(environment, "bold"), " to go on.")),
        ]
        typed = await self.ask(
            "The point of no return",
            body,
            verb="Execute it",
            check=lambda text: "" if text == environment else "the environment's name is needed",
            danger=True,
            safe_first=True,
        )
        return typed == environment

    async def _may_repeat(self, step: Step) -> bool:
        """Whether a step may be executed again that is not marked as safe to repeat."""
        if step.repeatable or self.run_now.state.rehearsal:
            return True
        body: list[Block] = [
            Paragraph(
                joined(line(step.title, "bold"), " is not marked as safe to run again after it ran half-way.")
            ),
            Gap(),
        ]
        return await self.confirm("Run it again?", body, verb="Run it again", danger=True)

    # -- rolling back

    @work(group="dialog")
    async def do_rollback(self) -> None:
        """Show what would be undone and begin; once begun, undo the next step."""
        if not self.rolling_back:
            sure = await self.confirm("Roll back?", self._plan(), verb="Begin to roll back", danger=True)
            self.rolling_back = sure
            self.show(select=self.view().here)
            return
        step_id = self.view().undoing
        if step_id is None:
            return
        if step_id not in self.view().plan.by_hand:
            self.execute(step_id, self.run_now.rollback)
            return
        step = self.run_now.runbook.step(step_id)
        written = step.rollback.confirm if step.rollback else None
        note = await self.ask(
            "Undone by hand",
            [Paragraph(line(step.title, "bold")), Paragraph(lines(written or _NO_ROLLBACK)), Gap()],
            verb="It is undone",
            check=fits if written else required("how it was undone"),
            placeholder="how it was undone, and how that was seen",
        )
        if note is not None:
            self.execute(step_id, self.run_now.rollback, confirmed=True, note=note)

    def _plan(self) -> list[Block]:
        view = self.view()
        plan = view.plan
        body: list[Block] = [Paragraph(Content("These are undone one by one, each with its own key:")), Gap()]
        for number, name in enumerate(plan.steps, 1):
            hand = Content.styled("  by hand", QUIET) if name in plan.by_hand else Content("")
            body.append(Field(f"{number}", joined(line(view.title(name)), hand), 4))
        if plan.stops_at:
            body += [
                Heading("It stops there"),
                Paragraph(
                    joined(line(view.title(plan.stops_at), "bold"), ": ", lines(plan.because, "$error"))
                ),
            ]
        if plan.nothing_to_undo:
            names = ", ".join(view.title(name) for name in plan.nothing_to_undo)
            body += [Heading("Nothing to undo"), Paragraph(line(names, QUIET))]
        return [*body, Gap()]

    def after_undoing(self, step_id: str) -> None:
        """Go on to the next step of a rollback after one ended."""
        from runbook_tui.execution.model import State

        view = self.view()
        state = view.state_of(step_id)
        if not view.plan.steps and state is State.ROLLED_BACK:
            self.rolling_back = False
            self._rolled_back()
        self.show(select=view.undoing if state is State.ROLLED_BACK else step_id)

    @work(group="dialog")
    async def _rolled_back(self) -> None:
        """Ask whether the run ends here."""
        stops = self.view().plan.stops_at
        words = "Everything that was done is undone" if stops is None else "What can be undone is undone"
        sure = await self.confirm(
            words,
            [Paragraph(Content("Close the record as rolled back? It cannot be continued then.")), Gap()],
            verb="Close the record",
            safe="Keep it open",
        )
        if sure:
            self.try_now(partial(self.run_now.finish, "rolled_back"))
