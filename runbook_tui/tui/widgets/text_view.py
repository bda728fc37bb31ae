"""Long read-only text, of which only the lines on screen are ever drawn: documents and files of any length."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import ClassVar, Literal, cast

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.content import Content
from textual.css.styles import RulesMap
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions

from runbook_tui.text.terminal import plain
from runbook_tui.tui.content import QUIET

Language = Literal["markdown", "yaml", "text"]

_LONGEST = 4096
_YAML = re.compile(r"^(?P<lead>[\s-]*)(?P<key>[\w.\-/\"']+:)(?P<rest>(?:\s.*)?)$")
_HEADING = re.compile(r"^#{1,6} ")
_INLINE = re.compile(r"`[^`]+`|\*\*[^*]+\*\*")


def _markdown(text: str) -> Content:
    if _HEADING.match(text):
        return Content.styled(text, "bold $primary")
    if text.startswith(("```", "---", "|--", "| -", "<")):
        return Content.styled(text, QUIET)
    content = Content(text)
    for found in _INLINE.finditer(text):
        content = content.stylize("bold" if found[0].startswith("*") else "$success", *found.span())
    return content


def _yaml(text: str) -> Content:
    if text.lstrip().startswith("#"):
        return Content.styled(text, QUIET)
    found = _YAML.match(text)
    if not found:
        return Content(text)
    return Content.assemble((found["lead"], QUIET), (found["key"], "$primary"), found["rest"])


_COLOURS: dict[Language, Callable[[str], Content]] = {"markdown": _markdown, "yaml": _yaml, "text": Content}


class TextView(ScrollView, can_focus=True):
    """Scrolls through text with the usual keys; a range of lines can be marked."""

    HELP = "Read-only text. Arrow keys, page up and page down scroll; drag with the mouse to select and copy."
    ALLOW_SELECT = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "Down", show=False),
        Binding("k", "scroll_up", "Up", show=False),
        Binding("g", "scroll_home", "Top", show=False),
        Binding("G", "scroll_end", "Bottom", show=False),
    ]
    DEFAULT_CSS = """
    TextView {
        height: 1fr;
        background: $background;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
    }
    """

    def __init__(self, language: Language = "text") -> None:
        super().__init__()
        self._language: Language = language
        self._lines: list[str] = []
        self._coloured: tuple[Content, ...] = ()
        self.marked = range(0)
        """Indexes of the lines that stand out."""
        self._strips: LRUCache[tuple[int, bool], Strip] = LRUCache(2048)

    @property
    def text(self) -> str:
        """The text shown."""
        return "\n".join(self._lines)

    def show(
        self,
        text: str,
        *,
        marked: range = range(0),
        follow: bool = True,
        coloured: Sequence[Content] = (),
    ) -> None:
        """Show other text.

        Args:
            text: foreign text is fine.
            coloured: the same lines, safe to draw, in colours of their own.
            marked: indexes of lines to stand out.
            follow: scroll so that the marked lines can be seen.
        """
        lines = text.split("\n")
        self._coloured = tuple(coloured)
        if lines != self._lines:
            self._lines = lines
            width = max((cell_len(line.expandtabs(4)) for line in lines), default=0)
            self.virtual_size = Size(min(width, _LONGEST), len(lines))
        self.marked = marked
        self._strips.clear()
        self.refresh()
        if follow and marked:  # after the layout knows how long the text is
            self.call_after_refresh(self.scroll_to, y=max(marked.start - 2, 0), animate=False, force=True)

    def notify_style_update(self) -> None:
        """Forget what was drawn in other colours."""
        super().notify_style_update()
        self._strips.clear()

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        left, top = self.scroll_offset
        width = self.size.width
        index = top + y
        if index >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        strip = self._strip(index)
        background = self._ground(index).rich_style
        return strip.crop_extend(left, left + width, background).apply_offsets(left, index)

    def _ground(self, index: int) -> Style:
        ground = self.visual_style
        return ground + self._get_style("on $panel") if index in self.marked else ground

    def _strip(self, index: int) -> Strip:
        selection = self.text_selection
        key = (index, index in self.marked)
        if selection is None and (known := self._strips.get(key)) is not None:
            return known
        content = self._content(index)
        if selection is not None and (span := selection.get_span(index)) is not None:
            start, end = span
            content = content.stylize("on $primary 30%", start, len(content) if end == -1 else end)
        options = RenderOptions(self._get_style, cast(RulesMap, self.styles))
        drawn = content.render_strips(_LONGEST * 2, 1, self._ground(index), options)
        strip = drawn[0] if drawn else Strip.blank(0)
        if selection is None:
            self._strips[key] = strip
        return strip

    def _content(self, index: int) -> Content:
        if index < len(self._coloured):
            return self._coloured[index]
        source = self._lines[index][:_LONGEST].expandtabs(4)
        return _COLOURS[self._language](plain(source) if source else "")

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, for the clipboard."""
        return selection.extract(self.text), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw the selection."""
        self._strips.clear()
        self.refresh()
