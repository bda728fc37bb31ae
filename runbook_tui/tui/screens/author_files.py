"""What the author does with files: save, export, own editor, answers and planning again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.app import SuspendNotSupported
from textual.content import Content

from runbook_tui.files.problems import RunbookError
from runbook_tui.text.terminal import plain
from runbook_tui.tui.content import joined, line, lines
from runbook_tui.tui.dialogs.ask import AskDialog, required
from runbook_tui.tui.dialogs.choose import Choice, ChooseDialog
from runbook_tui.tui.dialogs.confirm import ConfirmDialog
from runbook_tui.tui.dialogs.message import MessageDialog
from runbook_tui.tui.screens.author_base import AuthorBase
from runbook_tui.tui.widgets.sheet import Block, Field, Gap, Heading, Paragraph

if TYPE_CHECKING:
    from runbook_tui.authoring.draft import Written
    from runbook_tui.runbook.document import RunbookDocument


class FileActions(AuthorBase):
    """The verbs that read or write files."""

    def why_no_file(self, action_id: str) -> str:
        """Why a verb of this part is not possible now; empty when it is, or when it is another part's."""
        document = self.document
        if document is None:
            return "the runbook is not read yet"
        if action_id == "save" and not document.dirty:
            return "everything is saved"
        if action_id == "questions" and not self.runbook.questions:
            return "there are no open questions"
        if action_id == "questions" and self.manifest is None:
            return "the runbook names no manifest to keep answers beside"
        if action_id == "replan" and self.runbook_app.replan is None:
            return "the runbook names no manifest to plan from"
        if action_id == "run":
            return self._why_no_run()
        return ""

    def _why_no_run(self) -> str:
        blocking = sum(question.blocking for question in self.runbook.questions)
        if blocking:
            return f"{_count(blocking, 'question')} must be answered first: press q"
        if not self.runbook.steps:
            return "there are no steps"
        return ""

    @property
    def manifest(self) -> Path | None:
        """Where the manifest is: as the app was told, or as the runbook names it."""
        if self.runbook_app.manifest is not None:
            return self.runbook_app.manifest
        named = self.runbook.manifest if self.document else None
        return (self.path.parent / named) if named else None

    # -- saving and leaving

    @work(group="dialog")
    async def do_save(self) -> None:
        """Write the runbook file."""
        if await self._save():
            self.say(f"Saved {self.path}")

    async def _save(self) -> bool:
        from runbook_tui.runbook.document import FileChanged

        assert self.document is not None
        try:
            self.document.save(self.path)
        except FileChanged:
            return await self._save_over()
        except (RunbookError, OSError) as error:
            self.say(str(error), "error")
            return False
        self.edited()
        return True

    async def _save_over(self) -> bool:
        """Ask what to do when somebody else wrote the file since it was read."""
        from runbook_tui.files.atomic import write_atomic
        from runbook_tui.runbook.document import RunbookDocument

        assert self.document is not None
        choice = await self.app.push_screen_wait(
            ChooseDialog(
                Content("Somebody else changed the file"),
                [Paragraph(joined(line(self.path), " is not what was read.")), Gap()],
                [
                    Choice("keep", "Leave both as they are", "nothing is written"),
                    Choice("over", "Write over it", "the other change is lost", danger=True),
                    Choice("theirs", "Read it again", "your unsaved edits are lost", danger=True),
                ],
                danger=True,
            )
        )
        if choice == "theirs":
            self.read()
        if choice != "over":
            return False
        write_atomic(self.path, self.document.text)
        self.take(RunbookDocument.read(self.path))
        return True

    def do_quit(self) -> None:
        """Leave; asks when there are unsaved edits."""
        self._quit()

    @work(group="dialog")
    async def _quit(self) -> None:
        if await self._may_leave("leave"):
            self.app.exit()

    async def _may_leave(self, verb: str) -> bool:
        if self.document is None or not self.document.dirty:
            return True
        choice = await self.app.push_screen_wait(
            ChooseDialog(
                Content("There are unsaved edits"),
                [Paragraph(line(self.path))],
                [
                    Choice("save", f"Save and {verb}"),
                    Choice("stay", "Go on editing"),
                    Choice("drop", f"Throw the edits away and {verb}", danger=True),
                ],
            )
        )
        return choice == "drop" or (choice == "save" and await self._save())

    @work(group="dialog")
    async def do_run(self) -> None:
        """Go on to executing, after a look at what that means."""
        if not await self._may_leave("run"):
            return
        runbook, app = self.runbook, self.runbook_app
        body: list[Block] = [
            Field("Runbook", line(runbook.title)),
            Field("Environment", line(runbook.environment, "bold")),
            Field("Steps", Content(str(len(runbook.steps)))),
            Gap(),
            Paragraph(
                Content("A rehearsal: nothing is executed and no network is reached.")
                if app.rehearsal
                else Content("Nothing starts by itself: each step is started with its own key.")
            ),
        ]
        sure = await app.push_screen_wait(
            ConfirmDialog(Content("Execute this runbook?"), body, verb="Open the run")
        )
        if sure:
            app.push_screen(app.run_screen())

    @work(group="dialog")
    async def do_export(self) -> None:
        """Write the Markdown document."""
        from runbook_tui.files.atomic import write_atomic
        from runbook_tui.rendering.render import render

        target = await self.app.push_screen_wait(
            AskDialog(
                Content("Export Markdown"),
                verb="Write",
                check=required("a path"),
                value=str(self.path.with_suffix(".md")),
            )
        )
        if target is None:
            return
        try:
            write_atomic(Path(target), render(self.runbook))
        except (RunbookError, OSError) as error:
            self.say(str(error), "error")
            return
        self.say(f"Written to {target}")

    # -- reading again

    @work(group="dialog")
    async def do_editor(self) -> None:
        """Edit the file in $EDITOR; what comes back is checked before it replaces anything."""
        from runbook_tui.tui.editor import NoEditor, edit_text

        document = self.document
        if document is None:
            return
        text = document.text
        while True:
            try:
                changed = edit_text(self.app, text, self.path)
            except (NoEditor, SuspendNotSupported) as error:
                changed = await self._edit_here(text, str(error))
            if changed is None or changed == document.text:
                self.say("Nothing was changed.")
                return
            try:
                self.replace(changed)
            except RunbookError as error:
                again = await self.app.push_screen_wait(
                    ConfirmDialog(
                        Content("The text is not a valid runbook"),
                        [Paragraph(lines(str(error))), Gap()],
                        verb="Throw the text away",
                        safe="Edit again",
                        danger=True,
                    )
                )
                if again:
                    return
                text = changed
                continue
            self.say("Taken over from the editor; not saved yet.")
            return

    async def _edit_here(self, text: str, reason: str) -> str | None:
        from runbook_tui.tui.dialogs.edit_text import EditTextDialog

        self.say(f"{reason}; editing here instead.", "warning")
        return await self.app.push_screen_wait(EditTextDialog(line(self.path.name), text))

    def replace(self, text: str) -> None:
        """Take over a text of the whole file.

        Raises:
            ProblemsError: it is not a valid runbook; nothing is changed.
        """
        from runbook_tui.runbook.document import RunbookDocument

        self.take(RunbookDocument.parse(text, self.path.name))

    # -- planning

    @work(group="dialog")
    async def do_questions(self) -> None:
        """Go through the open questions one by one; each answer is kept at once."""
        from runbook_tui.authoring.questions import answer
        from runbook_tui.tui.dialogs.question import QuestionDialog

        manifest = self.manifest
        assert manifest is not None
        questions = self.runbook.questions
        answered = 0
        for number, question in enumerate(questions, 1):
            given = await self.app.push_screen_wait(QuestionDialog(question, number, len(questions)))
            if given is None:
                break
            if given.skipped:
                continue
            try:
                answer(
                    manifest,
                    question.id,
                    given.value,
                    because=given.because,
                    reversible=given.reversible,
                    by=self.runbook_app.operator,
                )
            except (RunbookError, OSError) as error:
                self.say(str(error), "error")
                break
            answered += 1
        if not answered:
            return
        if self.runbook_app.replan is None:
            self.say(f"{_count(answered, 'answer')} kept. Plan again to use them.")
        else:
            await self._replan()

    @work(group="dialog")
    async def do_replan(self) -> None:
        """Derive the runbook again; a person's edits are kept, conflicts are shown."""
        await self._replan()

    async def _replan(self) -> None:
        if self.document is not None and self.document.dirty and not await self._save():
            return
        self.say("Planning again …")
        self._plan_in_background()

    @work(thread=True, exclusive=True, exit_on_error=False, group="replan")
    def _plan_in_background(self) -> None:
        from runbook_tui.tui.messages import PlanFailed, Planned

        replan = self.runbook_app.replan
        assert replan is not None
        try:
            written = replan(self.path)
        except RunbookError as error:
            self.post_message(PlanFailed(str(error)))
        else:
            self.post_message(Planned(written))

    def planned(self, written: Written) -> None:
        """Show the runbook that was planned, and what differs from before."""
        merge = written.merge
        self.take(written.document)
        if merge is None:
            self.say("Planned.")
            return
        counts = [("added", merge.added), ("removed", merge.removed), ("changed", merge.changed)]
        words = ", ".join(f"{len(found)} {word}" for word, found in counts if found) or "nothing differs"
        self.say(f"Planned again: {words}.")
        if merge.conflicts:
            body: list[Block] = [
                Paragraph(
                    Content("Your edit and the new plan disagree here. Your edit was kept; decide for each.")
                ),
                Heading("Conflicts"),
                *(Paragraph(lines(str(conflict)), 2) for conflict in merge.conflicts),
            ]
            self.app.push_screen(MessageDialog(Content("Planned again, with conflicts"), body))

    def plan_failed(self, text: str) -> None:
        """Say why there is no new plan; the runbook is as it was."""
        self.app.push_screen(
            MessageDialog(Content("There is no new plan"), [Paragraph(lines(text))], danger=True)
        )

    def take(self, document: RunbookDocument) -> None:
        """Show another document."""
        self.document = document
        self.edited()

    def do_copy(self) -> None:
        """Copy what the step executes."""
        step = self.step
        if step is None:
            return
        text = step.run or (step.http and step.http.url) or (step.sql and step.sql.query) or step.title
        self.app.copy_to_clipboard(text)
        self.say(f"Copied: {plain(text)[:60]}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
