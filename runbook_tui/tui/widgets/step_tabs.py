"""The right side of author mode: five views of the selected step, each drawn only while it is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import TabbedContent, TabPane

from runbook_tui.tui.messages import Rendered
from runbook_tui.tui.widgets.sheet import Sheet
from runbook_tui.tui.widgets.text_view import TextView

if TYPE_CHECKING:
    from runbook_tui.runbook.document import RunbookDocument
    from runbook_tui.runbook.model import Runbook, Step

TABS = ("details", "why", "preview", "document", "source")
_LABELS = ("Details", "Why here", "Preview", "Document", "Source")


class StepTabs(TabbedContent):
    """Details, why here, preview of the step, the whole document, the file."""

    DEFAULT_CSS = """
    StepTabs {
        height: 1fr;
        & ContentTabs {
            height: 2;
        }
        & TabPane {
            padding: 0 1;
        }
        & ContentSwitcher {
            height: 1fr;
        }
        & VerticalScroll {
            scrollbar-size-vertical: 1;
        }
        & #preview-body {
            background: $background;
        }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._document: RunbookDocument | None = None
        self._step_id: str | None = None
        self._rendered: tuple[Runbook | None, str] = (None, "")
        """The document rendered last, and what of."""

    def compose(self) -> ComposeResult:
        """The panes; the preview gets its widgets when it is opened first."""
        bodies = {
            "details": VerticalScroll(Sheet()),
            "why": VerticalScroll(Sheet()),
            "preview": VerticalScroll(id="preview-body"),
            "document": TextView("markdown"),
            "source": TextView("yaml"),
        }
        for tab, label in zip(TABS, _LABELS, strict=True):
            self.compose_add_child(TabPane(label, bodies[tab], id=tab))
        yield from super().compose()

    def show(self, document: RunbookDocument | None, step_id: str | None) -> None:
        """Look at another step, or at the same one after an edit."""
        self._document, self._step_id = document, step_id
        self._draw()

    def open(self, index: int) -> None:
        """Bring a tab to the front."""
        self.active = TABS[index]

    @on(TabbedContent.TabActivated)
    def _activated(self) -> None:
        self._draw()

    @property
    def _step(self) -> Step | None:
        if self._document is None:
            return None
        return next((step for step in self._document.runbook.steps if step.id == self._step_id), None)

    def _draw(self) -> None:
        step, document = self._step, self._document
        if document is None:
            return
        if step is None:
            self.query_one("#details Sheet", Sheet).show([])
            return
        if self.active == "details":
            from runbook_tui.tui.step_blocks import details

            self.query_one("#details Sheet", Sheet).show(details(document.runbook, step))
        elif self.active == "why":
            from runbook_tui.tui.why_blocks import why

            self.query_one("#why Sheet", Sheet).show(why(document.runbook, step.id))
        elif self.active == "source":
            self.query_one("#source TextView", TextView).show(
                document.text, marked=document.lines_of(step.id)
            )
        elif self.active == "document" and self._rendered[0] is document.runbook:
            self.post_message(Rendered(document.runbook, "document", step.id, self._rendered[1]))
        else:
            self._render_in_background(document.runbook, step.id, self.active)

    @work(thread=True, exclusive=True, group="render", description="render the document")
    def _render_in_background(self, runbook: Runbook, step_id: str, tab: str) -> None:
        from runbook_tui.files.problems import RunbookError
        from runbook_tui.rendering.render import render, render_step

        try:
            text = render_step(runbook, step_id) if tab == "preview" else render(runbook)
        except RunbookError as error:
            text = f"The document cannot be rendered.\n\n{error}"
        self.post_message(Rendered(runbook, tab, step_id, text))

    @on(Rendered)
    async def _show_text(self, event: Rendered) -> None:
        event.stop()
        if event.tab == "document":
            self._rendered = (event.runbook, event.text)
        if event.step_id != self._step_id or event.tab != self.active:
            return
        if event.tab == "preview":
            await self._show_preview(event.text)
        else:
            from runbook_tui.tui.step_lines import document_lines

            marked = document_lines(event.text, event.step_id)
            self.query_one("#document TextView", TextView).show(event.text, marked=marked)

    async def _show_preview(self, text: str) -> None:
        from runbook_tui.tui.widgets.preview import Preview

        found = self.query(Preview)
        if not found:
            preview = Preview()
            await self.query_one("#preview-body").mount(preview)
        else:
            preview = found.first()
        await preview.show(text)
