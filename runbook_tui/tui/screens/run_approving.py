"""Verbs of who decides: approve with a name, a note or a signature, break the glass; and confirm with what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.content import Content

from runbook_tui.execution.model import Phase
from runbook_tui.tui.content import QUIET, joined, line, lines
from runbook_tui.tui.dialogs.answers import fits, required
from runbook_tui.tui.screens.run_leaving import LeavingActions
from runbook_tui.tui.widgets.sheet import Block, Field, Gap, Paragraph

if TYPE_CHECKING:
    from runbook_tui.runbook.model import Step
    from runbook_tui.tui.dialogs.write import Wrote

_DIGEST = 16
_MOST_TEXT = 20_000


class ApprovingActions(LeavingActions):
    """The verbs that let a run go on because a person said so."""

    # -- confirming

    @work(group="dialog")
    async def do_confirm(self) -> None:
        """What the step asks for is done; a verify of the step is tried in the background."""
        step = self.step_shown()
        if not await self.may_cross(step):
            return
        if not self.run_now.state.instructions:
            self.execute(step.id, self.run_now.confirm)
            return
        wrote = await self._paste(step)
        if wrote is not None and not self.view().why_not("confirm"):
            self.execute(step.id, self.run_now.confirm, note=wrote.about, result=wrote.text)

    async def _paste(self, step: Step) -> Wrote | None:
        """Take what was printed where the step was done by hand."""
        from runbook_tui.tui.dialogs.write import WriteDialog

        verifying = self.view().status.phase is Phase.VERIFY and step.verify is not None
        expect = step.verify.expect if verifying and step.verify is not None else step.expect

        def check(wrote: Wrote) -> str:
            if expect and expect not in wrote.text:
                return f"it has to contain {expect}"
            if len(wrote.text) > _MOST_TEXT:
                return "paste the part that shows how it ended"
            return fits(wrote.about)

        dialog = WriteDialog(
            Content("It is done"),
            [Paragraph(line(step.title, "bold")), Paragraph(lines(self._asked(step))), Gap()],
            text="",
            label="What was printed",
            about="Note",
            placeholder="anything to remember (may be left out)",
            verb="It is done",
            check=check,
        )
        return await self.app.push_screen_wait(dialog)

    def _asked(self, step: Step) -> str:
        if self.view().status.phase is Phase.VERIFY and step.verify is not None:
            return step.verify.confirm or ""
        return step.confirm or step.description or ""

    # -- approving

    @work(group="dialog")
    async def do_approve(self) -> None:
        """Decide yes, or take in who did."""
        step = self.step_shown()
        if self.run_now.state.rehearsal:
            note = await self.ask(
                "Approve", self.about(step), verb="Approve", check=fits, placeholder="anything to remember"
            )
            if note is not None:
                self.execute(step.id, self.run_now.approve, note=note)
            return
        from runbook_tui.tui.dialogs.fields import FieldsDialog

        dialog = FieldsDialog(
            Content("Approve"),
            self._approval_body(step),
            self._approval_entries(step),
            verb="Approve",
            check=partial(self._wrong_approval, step),
            otherwise="Break the glass …",
        )
        filled = await self.app.push_screen_wait(dialog)
        if filled is None:
            return
        given: dict[str, object] = {"by": filled.values["by"] or None, "note": filled.values["note"]}
        if path := filled.values.get("signature"):
            given["signature"] = Path(path).expanduser()
        if filled.otherwise:
            reason = await self._break_glass(step)
            if reason is None:
                return
            given["break_glass"] = reason
        if await self.may_cross(step) and not self.view().why_not("approve"):
            self.execute(step.id, self.run_now.approve, **given)

    def _approval_body(self, step: Step) -> list[Block]:
        runner = self.run_now
        body: list[Block] = [*self.about(step)[:-1]]
        given = self.view().status.approved_by
        if step.approvals > 1:
            so_far = f"{len(given)} of {step.approvals}" + (f": {', '.join(given)}" if given else "")
            body.append(Field("Approved", line(so_far)))
        if step.approvers:
            body.append(Field("Approvers", line(", ".join(step.approvers))))
        if runner.runbook.separate_approvers:
            body.append(
                Field("Not by", line(f"{runner.operator}, who executes: it takes somebody else", QUIET))
            )
        body.append(Field("Runbook", line(runner.state.digest[:_DIGEST], QUIET)))
        if self._signed:
            command = f"runbook approve {runner.folder} {step.id} --as NAME --key KEY"
            body += [
                Paragraph(Content("They sign it on their own login:")),
                Paragraph(line(command, QUIET), 2),
            ]
        return [*body, Gap()]

    @property
    def _signed(self) -> bool:
        policy = self.run_now.runbook.approval
        return policy is not None and policy.signers is not None

    def _approval_entries(self, step: Step) -> list[Entry]:
        from runbook_tui.tui.dialogs.fields import Entry

        separate = self.run_now.runbook.separate_approvers
        entries = [
            Entry("by", "Approver", "who approves", "" if separate else self.run_now.operator),
            Entry("note", "Where and how", "on the call, 10:42; or the link to what they wrote"),
        ]
        if self._signed:
            entries.append(Entry("signature", "Signature", "the file that they gave you"))
        return entries

    def _wrong_approval(self, step: Step, values: Mapping[str, str]) -> str:
        """What is missing; the runner has the last word."""
        name, note = values["by"], values["note"]
        if not name:
            return "who approves?"
        if name in self.view().status.approved_by:
            return f"{name} approved already; it takes somebody else"
        if name == self.run_now.operator and self.run_now.runbook.separate_approvers:
            return f"{name} executes the run: it takes somebody else"
        if self._signed:
            return "" if values.get("signature") else "the file with the signature is needed"
        if not note and name != self.run_now.operator:
            return f"say where and how {name} approved"
        if not note and step.approvers and name not in step.approvers:
            return f"say why {name}, who is none of the approvers"
        return fits(note)

    async def _break_glass(self, step: Step) -> str | None:
        body: list[Block] = [
            Paragraph(line(step.title, "bold")),
            Gap(),
            Paragraph(
                joined(
                    "The run goes on ",
                    Content.styled("without an approval that the rules accept", "$error"),
                    ". The record and its report show that in red, with your reason.",
                )
            ),
            Gap(),
        ]
        return await self.ask(
            "Break the glass",
            body,
            verb="Break the glass",
            check=required("a reason"),
            placeholder="production is down, and nobody who may approve can be reached",
            danger=True,
        )

    # -- what dialogs say about a step

    def step_shown(self) -> Step:
        """The step on the card; verbs are refused without one."""
        step = self.view().step
        assert step is not None
        return step

    def about(self, step: Step) -> list[Block]:
        """Title, and what is asked."""
        text = step.approve or step.confirm
        return [Paragraph(line(step.title, "bold")), *([Paragraph(lines(text))] if text else []), Gap()]


if TYPE_CHECKING:
    from runbook_tui.tui.dialogs.fields import Entry
