"""Author mode: the steps at the left; what the selected one is, why it is there and how it reads at the right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input

from runbook_tui.files.problems import RunbookError
from runbook_tui.tui.actions import AUTHOR, Action, bindings
from runbook_tui.tui.content import QUIET, count, line
from runbook_tui.tui.messages import DocumentRead, NotRead
from runbook_tui.tui.screens.author_edits import EditActions
from runbook_tui.tui.screens.author_planning import PlanningActions
from runbook_tui.tui.screens.filtering import Filtering
from runbook_tui.tui.times import planned
from runbook_tui.tui.widgets.action_bar import ActionBar
from runbook_tui.tui.widgets.step_list import StepList
from runbook_tui.tui.widgets.title_bar import TitleBar, badge

if TYPE_CHECKING:
    from runbook_tui.runbook.model import Runbook
    from runbook_tui.tui.widgets.step_tabs import StepTabs


class AuthorScreen(EditActions, PlanningActions, Filtering):
    """Edits one runbook file."""

    ACTIONS: ClassVar[tuple[Action, ...]] = AUTHOR
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(AUTHOR),
        ("escape", "clear_filter", "Clear the filter"),
    ]
    CSS_PATH = "author.tcss"

    def __init__(self, path: Path) -> None:
        super().__init__(path)

    def compose(self) -> ComposeResult:
        """The frame; it is filled when the file is read."""
        yield TitleBar()
        with Horizontal(id="panes"):
            with Vertical(id="left"):
                yield Input(placeholder="words that a step contains", id="filter", compact=True)
                yield StepList()
            yield Vertical(id="right")
        yield ActionBar()

    def on_mount(self) -> None:
        """Show that the file is being read, then read it once the frame is on screen."""
        self.query_one(StepList).border_title = "Steps"
        self.query_one("#filter", Input).display = False
        self.query_one(TitleBar).show(line(self.path.name), facts=[Content.styled("reading …", QUIET)])
        self.query_one(StepList).focus()
        self.call_after_refresh(self._fill)

    async def _fill(self) -> None:
        """Read the file, and meanwhile mount what the first frame did not need."""
        from runbook_tui.tui.widgets.step_tabs import StepTabs

        self.read()
        await self.query_one("#right").mount(StepTabs())

    # -- reading

    def read(self) -> None:
        """Read the file in the background: the first frame does not wait for the libraries that this needs."""
        self._read_in_background()

    @work(thread=True, exclusive=True, group="read", description="read the runbook file")
    def _read_in_background(self) -> None:
        from runbook_tui.runbook.document import RunbookDocument

        try:
            document = RunbookDocument.read(self.path)
        except RunbookError as error:
            self.post_message(NotRead(error))
        else:
            self.post_message(DocumentRead(document))

    @on(DocumentRead)
    def _read(self, event: DocumentRead) -> None:
        self.take(event.document)

    @on(NotRead)
    def _not_read(self, event: NotRead) -> None:
        from runbook_tui.tui.dialogs.problem import ProblemScreen

        self.app.push_screen(ProblemScreen(self.path, event.error), self._read_again)

    def _read_again(self, again: bool | None) -> None:
        if again:
            self.read()

    # -- showing

    @property
    def selected(self) -> str | None:
        """Id of the selected step."""
        return self.query_one(StepList).selected

    def edited(self, *, select: str | None = None) -> None:
        """Draw everything again."""
        from runbook_tui.tui.step_items import author_items, matches

        steps = self.runbook.steps
        if select is not None and not any(s.id == select and matches(s, self.words) for s in steps):
            self.words = ""
            self.query_one("#filter", Input).value = ""
        items = author_items(steps, self.words)
        step_list = self.query_one(StepList)
        step_list.show(items, select)
        shown = sum(item.step_id is not None for item in items)
        step_list.border_subtitle = f"{shown} of {len(steps)}" if self.words else "╭ ╰ in any order"
        self._show_title()
        self._show_step()

    def _show_title(self) -> None:
        runbook, document = self.runbook, self.document
        assert document is not None
        facts = [Content.styled(text, QUIET) for text in _size(runbook)]
        if errors := sum(remark.level == "error" for remark in runbook.remarks):
            facts.append(Content.styled(count(errors, "error"), "bold $error"))
        if runbook.downtime:
            facts.append(Content.styled("downtime", "$warning"))
        if runbook.questions:
            missing = f"{count(len(runbook.questions), 'answer')} missing"
            facts.append(Content.styled(missing, "bold $warning"))
        if document.dirty:
            facts.append(Content.styled("● not saved", "$primary"))
        self.query_one(TitleBar).show(
            line(runbook.title, "bold"), [badge(line(runbook.environment), "$primary")], facts
        )

    def _show_step(self) -> None:
        step = self.step
        self._tabs.show(self.document, step.id if step else None)
        self.refresh_actions()

    @on(StepList.Selected)
    def _selected(self) -> None:
        if self.document is not None:
            self._show_step()

    @on(StepList.Opened)
    def do_details(self) -> None:
        """Show all fields of the selected step."""
        self._open_tab(0)

    def go_to(self, step_id: str) -> None:
        """Select a step, whatever the filter says."""
        self.edited(select=step_id)

    def step_titles(self) -> Sequence[tuple[str, str]]:
        """Id and title of every step, for the palette."""
        return [(step.id, step.title) for step in self.runbook.steps] if self.document else []

    # -- actions

    def why_not(self, action_id: str) -> str:
        """Why an action is not possible now."""
        if action_id in {"help", "palette", "quit"}:
            return ""
        return self.why_no_edit(action_id) or self.why_no_file(action_id) or self.why_no_planning(action_id)

    def filtered(self) -> None:
        """Show the steps that contain the words."""
        if self.document is not None:
            self.edited()

    def action_clear_filter(self) -> None:
        """Show all steps again."""
        self.clear_filter()

    @property
    def _tabs(self) -> StepTabs:
        from runbook_tui.tui.widgets.step_tabs import StepTabs

        return self.query_one(StepTabs)

    def _open_tab(self, index: int) -> None:
        self._tabs.open(index)

    def do_tab_1(self) -> None:
        """Show all fields."""
        self._open_tab(0)

    def do_tab_2(self) -> None:
        """Show what orders the step."""
        self._open_tab(1)

    def do_tab_3(self) -> None:
        """Show the step as it reads."""
        self._open_tab(2)

    def do_tab_4(self) -> None:
        """Show the document."""
        self._open_tab(3)

    def do_tab_5(self) -> None:
        """Show the file."""
        self._open_tab(4)


def _size(runbook: Runbook) -> list[str]:
    words = [f"{len(runbook.steps)} steps"]
    if runbook.release:
        words.insert(0, f"{len(runbook.release)} services")
    total = sum(step.estimate or 0 for step in runbook.steps)
    return [*words, planned(total)] if total else words
