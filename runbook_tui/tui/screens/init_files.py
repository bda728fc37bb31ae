"""What the proposal leaves behind: the manifest, the runbook that is planned from it, and the way out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.content import Content

from runbook_tui.files.problems import RunbookError
from runbook_tui.tui.content import count, line
from runbook_tui.tui.dialogs.answers import Choice, required
from runbook_tui.tui.messages import PlanFailed, Planned
from runbook_tui.tui.screens.base import ActionScreen
from runbook_tui.tui.screens.init_base import Inquiry
from runbook_tui.tui.screens.init_edits import InitEdits
from runbook_tui.tui.widgets.sheet import Paragraph

if TYPE_CHECKING:
    from runbook_tui.discovery.writing import Written


class InitFiles(InitEdits):
    """The verbs that write files, and leaving."""

    def __init__(self, inquiry: Inquiry) -> None:
        super().__init__(inquiry)
        self._ours = b""
        """What was written last."""

    # -- the manifest

    @work(group="dialog")
    async def do_write(self) -> None:
        """Write the manifest; another name is asked for where somebody else's is there already."""
        path = await self._free_path()
        if path is None:
            return
        from runbook_tui.discovery.writing import write_manifest

        try:
            written = write_manifest(self.now, self.inquiry.folder, path, force=True)
            self._ours = path.read_bytes()
        except (RunbookError, OSError) as error:
            self.say(str(error), "error")
            return
        self.written = True
        self.filtered()
        self._tell_written(written)

    def _tell_written(self, written: Written) -> None:
        if written.open:
            missing = count(len(written.open), "answer")
            self.say(f"Wrote {written.path}. {missing} missing; they stand in it as '#' lines.", "warning")
        else:
            self.say(f"Wrote {written.path}. Next: n plans the release, or runbook plan {written.path}")

    async def _free_path(self) -> Path | None:
        """Where to write: over a file of somebody else only when a person says so."""
        path = self.inquiry.output
        if self.inquiry.force or not path.exists() or self._is_ours(path):
            return path
        body = [Paragraph(line(f"{path} is there already.", "$warning"))]
        choices = [
            Choice("other", "Write beside it …", "under another name"),
            Choice("over", "Write over it", "what is there is lost", danger=True),
        ]
        chosen = await self.choose("There is a manifest already", body, choices, danger=True)
        if chosen != "other":
            return path if chosen == "over" else None
        value = str(path.with_name(f"{path.stem}.new{path.suffix}"))
        name = await self.ask("File name", [], verb="Write", check=_free_name, value=value)
        if not name:
            return None
        self.inquiry = Inquiry(self.inquiry.folder, Path(name), self.inquiry.answers)
        return self.inquiry.output

    def _is_ours(self, path: Path) -> bool:
        try:
            return bool(self._ours) and path.read_bytes() == self._ours
        except OSError:
            return False

    # -- the runbook

    def why_no_plan(self) -> str:
        """Why nothing can be planned yet."""
        from runbook_tui.discovery.questions import missing

        if missing(self.now):
            return "answers are missing"
        return "" if self.written else "the manifest is not written yet"

    @work(group="dialog")
    async def do_plan(self) -> None:
        """Plan the release of the manifest that was written, and open the runbook."""
        runbook = self.inquiry.output.with_name("release.yaml")
        if runbook.exists():
            name = await self.ask("Runbook file", [], verb="Plan", check=_free_name, value=str(runbook))
            if not name:
                return
            runbook = Path(name)
        self.say("Planning …")
        self._plan_in_background(runbook)

    @work(thread=True, exclusive=True, group="plan", description="plan the release")
    def _plan_in_background(self, runbook: Path) -> None:
        from runbook_tui.authoring.draft import Request, draft, write

        try:
            written = write(draft(Request(self.inquiry.output), runbook), runbook)
        except RunbookError as error:
            self.post_message(PlanFailed(error))
        else:
            self.runbook_app.runbook_path = runbook
            self.post_message(Planned(written))

    @on(Planned)
    def _planned(self) -> None:
        from runbook_tui.authoring.draft import replan
        from runbook_tui.tui.screens.author import AuthorScreen

        self.runbook_app.replan = replan
        self.app.push_screen(AuthorScreen(self.runbook_app.runbook_path))

    @on(PlanFailed)
    def _not_planned(self, event: PlanFailed) -> None:
        self.say(f"There is no plan. {event.error}", "error")

    # -- leaving

    def do_quit(self) -> None:
        """Leave the app; asks while what was said is not written."""
        self.leave(whole=True)

    @work(group="dialog")
    async def leave(self, *, whole: bool) -> None:
        """Leave the screen, or the whole app."""
        if self.can_undo and not self.written:
            body = [Paragraph(Content("What you said about the services is lost."))]
            if not await self.confirm("Leave without writing?", body, verb="Leave", safe="Stay"):
                return
        below = self.app.screen_stack[-2] if len(self.app.screen_stack) > 1 else None
        if below is None:
            self.app.exit()
            return
        self.dismiss()
        if whole and isinstance(below, ActionScreen):
            below.do_quit()


def _free_name(text: str) -> str:
    missing = required("a name")(text)
    return missing or ("that file is there already" if Path(text).exists() else "")
