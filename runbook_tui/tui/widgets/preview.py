"""One step of the document as it reads when it is rendered. Links are shown and never followed."""

from __future__ import annotations

from textual.widgets import Markdown

from runbook_tui.text.terminal import block

_LONGEST = 64 * 1024


class Preview(Markdown):
    """Markdown of one step; a whole document would be thousands of widgets."""

    DEFAULT_CSS = """
    Preview {
        padding: 0;
        background: $background;
        & MarkdownH1, & MarkdownH2, & MarkdownH3 {
            color: $primary;
            background: $background;
            content-align: left middle;
            text-style: bold;
            margin: 0 0 1 0;
            padding: 0;
            border: none;
        }
        & MarkdownFence {
            background: $panel;
            margin: 0 0 1 0;
            max-height: 100;
        }
    }
    """

    def __init__(self) -> None:
        super().__init__(open_links=False)

    async def show(self, text: str) -> None:
        """Draw another text."""
        await self.update(block(text[:_LONGEST]))
