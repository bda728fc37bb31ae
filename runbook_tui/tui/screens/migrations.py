"""The pending migrations: a table of phase, hazard and undo; the source and what is said about it below."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input

from runbook_tui.files.problems import RunbookError
from runbook_tui.tui.actions import MIGRATIONS, Action, bindings
from runbook_tui.tui.code import coloured
from runbook_tui.tui.content import QUIET, count, line, lines
from runbook_tui.tui.messages import Reviewed as ReviewedMessage
from runbook_tui.tui.messages import ReviewFailed
from runbook_tui.tui.migration_blocks import HERE, migration_sheet
from runbook_tui.tui.migration_items import by_weight, migration_items
from runbook_tui.tui.screens.base import ActionScreen
from runbook_tui.tui.screens.filtering import Filtering
from runbook_tui.tui.widgets.action_bar import ActionBar
from runbook_tui.tui.widgets.sheet import Paragraph, Sheet
from runbook_tui.tui.widgets.step_list import StepList
from runbook_tui.tui.widgets.text_view import TextView
from runbook_tui.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from collections.abc import Callable

    from runbook_tui.authoring.review import Review, Reviewed


class MigrationList(StepList):
    """The table; a row is a migration."""

    HELP = "Migrations. Arrow keys or j and k move; n and N go through what is said about one."


class MigrationsScreen(Filtering):
    """Shows a review; changes nothing."""

    ACTIONS: ClassVar[tuple[Action, ...]] = MIGRATIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(MIGRATIONS)]
    CSS_PATH = "migrations.tcss"

    def __init__(self, read: Callable[[], Review]) -> None:
        """
        Args:
            read: reads the migrations; called in the background. It may raise RunbookError.
        """
        super().__init__()
        self._read = read
        self.review: Review | None = None
        self._finding: int | None = None

    def compose(self) -> ComposeResult:
        """The frame; it is filled when everything is read."""
        yield TitleBar()
        with Vertical(id="panes"):
            yield Input(placeholder="words that a migration contains", id="filter", compact=True)
            yield MigrationList()
            with Horizontal(id="below"):
                yield TextView()
                with VerticalScroll(id="said"):
                    yield Sheet()
        yield ActionBar()

    def on_mount(self) -> None:
        """Show that it is being read, and read."""
        self.query_one("#filter", Input).display = False
        self.query_one(MigrationList).border_title = "Migrations"
        self.query_one(MigrationList).border_subtitle = "worst hazard · can it be undone"
        self.query_one(TextView).border_title = "Source"
        self.query_one("#said").border_title = "Why"
        self.query_one(TitleBar).show(Content("Migrations"), facts=[Content.styled("reading …", QUIET)])
        self.query_one(MigrationList).focus()
        self._read_in_background()

    @work(thread=True, exclusive=True, group="read", description="read the migrations")
    def _read_in_background(self) -> None:
        try:
            review = self._read()
        except RunbookError as error:
            self.post_message(ReviewFailed(error))
        else:
            self.post_message(ReviewedMessage(review))

    @on(ReviewedMessage)
    def _reviewed(self, event: ReviewedMessage) -> None:
        self.review = event.review
        self.show()

    @on(ReviewFailed)
    def _failed(self, event: ReviewFailed) -> None:
        self.query_one(TitleBar).show(
            Content("Migrations"), facts=[Content.styled("cannot be read", "$error")]
        )
        self.query_one("#said").border_title = "Why not"
        self.query_one(Sheet).show([Paragraph(lines(str(event.error), "$error"))])
        self.refresh_actions()

    # -- showing

    def show(self) -> None:
        """Draw the table, and the selected migration."""
        assert self.review is not None
        found = self.review.migrations
        self.query_one(MigrationList).show(migration_items(found, self.words))
        levels = [finding.level.value for one in found for finding in one.findings]
        levels += [finding.level.value for finding in self.review.findings]
        facts = [Content.styled(count(len(found), "migration"), QUIET)]
        asked = sum(one.migration.phase.value == "ask" for one in found)
        if asked:
            facts.append(Content.styled(f"{asked} to be answered", "$warning"))
        if warnings := levels.count("warning"):
            facts.append(Content.styled(count(warnings, "warning"), "$warning"))
        if errors := levels.count("error"):
            facts.append(Content.styled(count(errors, "error"), "bold $error"))
        self.query_one(TitleBar).show(Content("Migrations"), facts=facts)
        self._show_selected()

    @property
    def selected(self) -> Reviewed | None:
        """The migration that the cursor is on."""
        row = self.query_one(MigrationList).selected
        return self.review.migrations[int(row)] if self.review and row is not None else None

    @on(StepList.Selected)
    def _show_selected(self) -> None:
        one = self.selected
        self._finding = None
        if one is not None and one.findings:
            self._finding = one.findings.index(by_weight(one.findings)[0])
        self._draw(one)

    def _draw(self, one: Reviewed | None) -> None:
        sheet, source = self.query_one(Sheet), self.query_one(TextView)
        if one is None:
            sheet.show([])
            source.show("")
        else:
            sheet.show(migration_sheet(one, self._finding))
            source.border_title = line(one.migration.path).plain
            source.show(
                one.source, marked=self._marked(one), coloured=coloured(one.migration.path, one.source)
            )
            self.call_after_refresh(self._scroll_to_finding)
        self.refresh_actions()

    def _scroll_to_finding(self) -> None:
        said = self.query_one("#said", VerticalScroll)
        drawn = self.query_one(Sheet).text.split("\n")
        at = next((index for index, text in enumerate(drawn) if text.startswith(HERE)), 0)
        seen = range(int(said.scroll_y), int(said.scroll_y) + said.size.height - 2)
        if at not in seen or at < said.size.height - 2:
            said.scroll_to(y=0 if at < said.size.height - 2 else at - 1, animate=False, force=True)

    def _marked(self, one: Reviewed) -> range:
        """The line that the current finding is about; else that of the first operation."""
        numbers = [one.findings[self._finding].line] if self._finding is not None else []
        numbers += [operation.line for operation in one.migration.operations]
        first = next((number for number in numbers if number), 0)
        return range(max(first - 1, 0), first)

    # -- actions

    def why_not(self, action_id: str) -> str:
        """Why an action is not possible now."""
        if action_id in {"help", "palette", "quit", "back"}:
            return ""
        if self.review is None:
            return "the migrations are not read yet"
        if action_id in {"next", "previous"} and (self.selected is None or not self.selected.findings):
            return "nothing is said about this migration"
        if action_id == "source" and not self.has_class("-narrow"):
            return "both are shown"
        if action_id == "folders" and not self.review.findings:
            return "there is nothing to say about the folders"
        return ""

    def do_next(self) -> None:
        """Go to the next finding."""
        self._step(1)

    def do_previous(self) -> None:
        """Go to the finding before."""
        self._step(-1)

    def _step(self, by: int) -> None:
        one = self.selected
        assert one is not None
        self._finding = ((self._finding or 0) + by) % len(one.findings)
        self._draw(one)

    def do_folders(self) -> None:
        """Show what is said about the folders as a whole."""
        from runbook_tui.tui.migration_blocks import folder_findings

        assert self.review is not None
        self.tell("About the folders", folder_findings(self.review.findings))

    def do_source(self) -> None:
        """Where there is no room for both: show the source, or what is said about it."""
        self.toggle_class("-source")

    def filtered(self) -> None:
        """Show the migrations that contain the words."""
        if self.review is not None:
            self.show()

    def do_back(self) -> None:
        """Take the filter away, then leave."""
        if self.clear_filter():
            return
        if len(self.app.screen_stack) > 1:
            self.dismiss()
        else:
            self.app.exit()

    def do_quit(self) -> None:
        """Leave the app; the runbook below may have to be saved first."""
        if len(self.app.screen_stack) > 1:
            self.dismiss()
            below = self.app.screen_stack[-2]
            if isinstance(below, ActionScreen):
                below.do_quit()
                return
        self.app.exit()
