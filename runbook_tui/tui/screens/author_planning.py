"""What the author does with the planner: answer its questions, plan again, settle conflicts, look at findings."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work

from runbook_tui.files.problems import RunbookError
from runbook_tui.tui.content import QUIET, count, joined, line, lines
from runbook_tui.tui.dialogs.answers import Choice
from runbook_tui.tui.messages import PlanFailed, Planned
from runbook_tui.tui.screens.author_files import FileActions
from runbook_tui.tui.widgets.sheet import Block, Field, Gap, Paragraph

if TYPE_CHECKING:
    from runbook_tui.planning.regenerate import Conflict
    from runbook_tui.tui.dialogs.question import Given

_LEVELS = {"error": "bold $error", "warning": "$warning", "note": QUIET}


class PlanningActions(FileActions):
    """The verbs behind which the planner is."""

    def why_no_planning(self, action_id: str) -> str:
        """Why a verb of this part is not possible now; empty when it is, or when it is another part's."""
        if action_id == "questions" and not self.runbook.questions:
            return "there are no open questions"
        if action_id == "questions" and self.manifest is None:
            return "the runbook names no manifest to keep answers beside"
        if action_id == "replan" and (self.runbook_app.replan is None or self.runbook.manifest is None):
            return "the runbook names no manifest to plan from"
        if action_id == "migrations" and self.runbook.manifest is None:
            return "the runbook names no manifest to read migrations from"
        return ""

    @property
    def manifest(self) -> Path | None:
        """Where the manifest is: as the app was told, or as the runbook names it."""
        if self.runbook_app.manifest is not None:
            return self.runbook_app.manifest
        named = self.runbook.manifest if self.document else None
        return (self.path.parent / named) if named else None

    # -- questions

    @work(group="dialog")
    async def do_questions(self) -> None:
        """Go through the open questions one by one; each answer is kept at once."""
        from runbook_tui.tui.dialogs.question import QuestionDialog

        questions = self.runbook.questions
        answered = 0
        for number, question in enumerate(questions, 1):
            given = await self.app.push_screen_wait(QuestionDialog(question, number, len(questions)))
            if given is None or (not given.skipped and not self._keep_answer(question.id, given)):
                break
            answered += not given.skipped
        if answered and self.runbook_app.replan is not None:
            await self._replan()
        elif answered:
            self.say(f"{count(answered, 'answer')} kept. Plan again to use them.")

    def _keep_answer(self, question_id: str, given: Given) -> bool:
        from runbook_tui.authoring.questions import answer

        assert self.manifest is not None
        selection = self.runbook.selection
        try:
            answer(
                self.manifest,
                question_id,
                given.value,
                because=given.because,
                reversible=given.reversible,
                by=self.runbook_app.operator,
                targets=selection.targets if selection else None,
            )
        except (RunbookError, OSError) as error:
            self.say(str(error), "error")
            return False
        return True

    # -- planning again

    @work(group="dialog")
    async def do_replan(self) -> None:
        """Derive the runbook again; a person's edits are kept, conflicts are shown."""
        await self._replan()

    async def _replan(self) -> None:
        if self.document is not None and self.document.dirty and not await self.save():
            return
        self.say("Planning again …")
        self._plan_in_background()

    @work(thread=True, exclusive=True, group="replan", description="plan again")
    def _plan_in_background(self) -> None:
        replan = self.runbook_app.replan
        assert replan is not None
        try:
            written = replan(self.path)
        except RunbookError as error:
            self.post_message(PlanFailed(error))
        else:
            self.post_message(Planned(written))

    @on(Planned)
    def _planned(self, event: Planned) -> None:
        """Show the runbook that was planned, and what differs from before."""
        self.take(event.written.document)
        merge = event.written.merge
        if merge is None:
            self.say("Planned.")
            return
        counts = [("added", merge.added), ("removed", merge.removed), ("changed", merge.changed)]
        words = ", ".join(f"{len(found)} {word}" for word, found in counts if found) or "nothing differs"
        self.say(f"Planned again: {words}.")
        if merge.conflicts:
            self._settle(merge.conflicts)

    @work(group="dialog")
    async def _settle(self, conflicts: tuple[Conflict, ...]) -> None:
        """Go through what a person and the planner changed differently; the person's value stands at first."""
        for number, conflict in enumerate(conflicts, 1):
            choice = await self.choose(
                f"Conflict {number} of {len(conflicts)}",
                [
                    Paragraph(line(conflict.where, "bold")),
                    Gap(),
                    Field("Before", lines(_shown(conflict.was), QUIET)),
                    Field("Yours", lines(_shown(conflict.mine))),
                    Field("Planned", lines(_shown(conflict.now), "$primary")),
                ],
                [
                    Choice("mine", "Keep yours"),
                    Choice("now", "Take the planned one", refused=_why_not_taken(conflict)),
                    Choice(
                        "later",
                        "Leave the rest for later",
                        "yours stays; the file keeps the conflicts as remarks",
                    ),
                ],
            )
            if choice not in {"mine", "now"}:
                break
            self._settle_one(conflict, planned=choice == "now")

    def _settle_one(self, conflict: Conflict, *, planned: bool) -> None:
        from runbook_tui.planning.settle import settle

        assert self.document is not None
        try:
            settle(self.document, conflict, planned=planned)
        except RunbookError as error:
            self.say(str(error), "error")
        self.edited(select=conflict.step or None)

    @on(PlanFailed)
    def _plan_failed(self, event: PlanFailed) -> None:
        """Say why there is no new plan; the runbook is as it was."""
        from runbook_tui.authoring.draft import NoOrder

        body: list[Block] = [Paragraph(lines(str(event.error)))]
        if isinstance(event.error, NoOrder):
            from runbook_tui.tui.cycle_blocks import cycles

            body = cycles(event.error.plan)
        self.tell("There is no new plan", body, danger=True)

    # -- migrations

    def do_migrations(self) -> None:
        """Show the pending migrations, their hazards and their source."""
        from runbook_tui.authoring.review import review_runbook
        from runbook_tui.tui.screens.migrations import MigrationsScreen

        self.app.push_screen(MigrationsScreen(partial(review_runbook, self.path)))

    # -- findings

    def do_findings(self) -> None:
        """Show what is missing or odd in the runbook, worst first."""
        from runbook_tui.runbook.lint import lint

        assert self.document is not None
        found = sorted(lint(self.document), key=lambda finding: list(_LEVELS).index(finding.level))
        if not found:
            self.say("Nothing is missing.")
            return
        body: list[Block] = []
        for finding in found:
            words = joined(line(f"{finding.level}  ", _LEVELS[finding.level]), lines(finding.text))
            body += [Paragraph(words), Paragraph(line(f"{finding.place} · {finding.rule}", QUIET), 2)]
            body += [Paragraph(lines(finding.remedy, "$primary"), 2)] if finding.remedy else []
            body.append(Gap())
        self.tell(count(len(found), "finding"), body)


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "\n".join(f"{key}: {part}" for key, part in value.items())
    return str(value)


def _why_not_taken(conflict: Conflict) -> str:
    """Why the planned value cannot be put in by itself; empty when it can."""
    if not conflict.field or conflict.field == "order":
        return "it is about the step as a whole or its place; edit it by hand"
    return "it is a part of a field; edit the field by hand" if "." in conflict.field else ""
