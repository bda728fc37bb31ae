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
        border: round $border-blurred;
        &:focus-within {
            border: round $border;
        }
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

    def open(self, tab: str) -> None:
        """Bring a tab to the front."""
        self.active = tab

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
                document.text, marked=self._source_lines(document)
            )
        else:
            self._render_document()

    def _source_lines(self, document: RunbookDocument) -> range:
        """Indexes of the lines of the step in the file."""
        steps = document.runbook.steps
        index = next(i for i, step in enumerate(steps) if step.id == self._step_id)
        first = document.place(("steps", index)).line - 1
        if index + 1 < len(steps):
            return range(first, document.place(("steps", index + 1)).line - 2)
        return range(first, document.text.count("\n"))

    def _render_document(self) -> None:
        """Render in the background; the result comes as a message."""
        document, step = self._document, self._step
        if document is None or step is None:
            return
        self._render_in_background(document.runbook, step, self.active)

    @work(thread=True, exclusive=True, exit_on_error=False, group="render", description="render the document")
    def _render_in_background(self, runbook: Runbook, step: Step, tab: str) -> None:
        from runbook_tui.files.problems import RunbookError
        from runbook_tui.tui.step_markdown import document_markdown, step_markdown

        try:
            text = step_markdown(runbook, step) if tab == "preview" else document_markdown(runbook)
        except RunbookError as error:
            text = f"The document cannot be rendered.\n\n{error}"
        self.post_message(Rendered(tab, step.id, text))

    @on(Rendered)
    async def _show_rendered(self, event: Rendered) -> None:
        event.stop()
        if event.tab == "document":
            self._show_document(event.text)
        elif event.step_id == self._step_id:
            await self._show_preview(event.text)

    def _show_document(self, text: str) -> None:
        step = self._step
        marked = range(0)
        if step is not None:
            from runbook_tui.tui.step_markdown import section_lines

            marked = section_lines(text, step)
        self.query_one("#document TextView", TextView).show(text, marked=marked)

    async def _show_preview(self, text: str) -> None:
        from runbook_tui.tui.widgets.preview import Preview

        found = self.query(Preview)
        if not found:
            preview = Preview()
            await self.query_one("#preview-body").mount(preview)
        else:
            preview = found.first()
        await preview.show(text)
