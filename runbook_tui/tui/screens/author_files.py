"""What the author does with files: save, leave, run, export, own editor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.app import SuspendNotSupported
from textual.content import Content

from runbook_tui.files.problems import RunbookError
from runbook_tui.text.terminal import plain
from runbook_tui.tui.content import count, joined, line, lines
from runbook_tui.tui.dialogs.answers import Choice, required
from runbook_tui.tui.screens.author_base import AuthorBase
from runbook_tui.tui.widgets.sheet import Block, Field, Gap, Paragraph

if TYPE_CHECKING:
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
        if action_id == "run":
            return self._why_no_run()
        return ""

    def _why_no_run(self) -> str:
        blocking = sum(question.blocking for question in self.runbook.questions)
        if blocking:
            return f"{count(blocking, 'question')} must be answered first: press q"
        if not self.runbook.steps:
            return "there are no steps"
        return ""

    # -- saving and leaving

    @work(group="dialog")
    async def do_save(self) -> None:
        """Write the runbook file."""
        if await self.save():
            self.say(f"Saved {self.path}")

    async def save(self) -> bool:
        """Write the runbook file; False when it was not written."""
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
        choice = await self.choose(
            "Somebody else changed the file",
            [Paragraph(joined(line(self.path), " is not what was read.")), Gap()],
            [
                Choice("keep", "Leave both as they are", "nothing is written"),
                Choice("over", "Write over it", "the other change is lost", danger=True),
                Choice("theirs", "Read it again", "your unsaved edits are lost", danger=True),
            ],
            danger=True,
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
        choice = await self.choose(
            "There are unsaved edits",
            [Paragraph(line(self.path))],
            [
                Choice("save", f"Save and {verb}"),
                Choice("stay", "Go on editing"),
                Choice("drop", f"Throw the edits away and {verb}", danger=True),
            ],
        )
        return choice == "drop" or (choice == "save" and await self.save())

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
        sure = await self.confirm("Execute this runbook?", body, verb="Open the run")
        if sure:
            app.push_screen(app.run_screen())

    @work(group="dialog")
    async def do_export(self) -> None:
        """Write the Markdown document."""
        from runbook_tui.files.atomic import write_atomic
        from runbook_tui.rendering.render import render

        target = await self.ask(
            "Export Markdown",
            [],
            verb="Write",
            check=required("a path"),
            value=str(self.path.with_suffix(".md")),
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
        document = self.document
        assert document is not None
        before = document.text
        text = await self._edited_text(before)
        while text is not None and text != before:
            try:
                document.set_text(text)
            except RunbookError as error:
                if await self._throws_away(error):
                    return
                text = await self._edited_text(text)
            else:
                self.edited()
                self.say("Taken over from the editor; not saved yet.")
                return
        self.say("Nothing was changed.")

    async def _throws_away(self, error: RunbookError) -> bool:
        """Whether a text that is no runbook is given up; it can be edited again."""
        return await self.confirm(
            "The text is not a valid runbook",
            [Paragraph(lines(str(error)))],
            verb="Throw the text away",
            safe="Edit again",
            danger=True,
        )

    async def _edited_text(self, text: str) -> str | None:
        """What a person made of a text, in their own editor or, where that is not possible, in the app's."""
        from runbook_tui.tui.dialogs.edit_text import EditTextDialog
        from runbook_tui.tui.editor import NoEditor, edit_text

        try:
            return edit_text(self.app, text, self.path)
        except (NoEditor, SuspendNotSupported) as error:
            self.say(f"{error} Editing here instead.", "warning")
        return await self.app.push_screen_wait(EditTextDialog(line(self.path.name), text))

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
