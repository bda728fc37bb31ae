"""A sheet of labelled text: headings, fields, paragraphs and commands, laid out to the width that there is.

One widget whatever its length, so that moving through a list of steps stays fast.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from textual.content import Content
from textual.geometry import Size
from textual.selection import Selection
from textual.widget import Widget

from runbook_tui.tui.content import QUIET

LABEL_WIDTH = 12


class Block(Protocol):
    """A part of a sheet."""

    def lines(self, width: int) -> list[Content]:
        """The block's lines, none wider than ``width`` cells."""
        ...


@dataclass(frozen=True, slots=True)
class Gap:
    """An empty line."""

    def lines(self, width: int) -> list[Content]:
        """One empty line."""
        return [Content("")]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text that wraps."""

    text: Content
    indent: int = 0

    def lines(self, width: int) -> list[Content]:
        """The text, wrapped and indented."""
        return [line.pad_left(self.indent) for line in self.text.wrap(max(width - self.indent, 2))]


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of what follows, with a line above it left free."""

    text: str
    note: str = ""

    def lines(self, width: int) -> list[Content]:
        """A free line and the heading."""
        heading = Content.assemble(
            (self.text, "bold $primary"), (f"  {self.note}" if self.note else "", QUIET)
        )
        return [Content(""), heading.truncate(width, ellipsis=True)]


@dataclass(frozen=True, slots=True)
class Field:
    """A label and its value; the value wraps under itself."""

    label: str
    value: Content
    width: int = LABEL_WIDTH

    def lines(self, width: int) -> list[Content]:
        """The value beside the label, or under it where there is no room."""
        label = Content.styled(self.label, QUIET)
        if width < self.width + 16 or label.cell_length >= self.width:
            values = self.value.wrap(max(width - 2, 2))
            return [label.truncate(width, ellipsis=True), *(line.pad_left(2) for line in values)]
        first, *rest = self.value.wrap(width - self.width) or [Content("")]
        gap = " " * (self.width - label.cell_length)
        return [Content("").join([label, gap, first]), *(line.pad_left(self.width) for line in rest)]


@dataclass(frozen=True, slots=True)
class Command:
    """What is executed, exactly as it is, on a ground of its own."""

    text: Content
    prompt: str = "$ "
    label: str = ""
    indent: int = LABEL_WIDTH

    def lines(self, width: int) -> list[Content]:
        """The text behind a prompt; long lines go on under it without the prompt."""
        indent = self.indent if width >= self.indent + 24 else 0
        inner = max(width - indent - len(self.prompt) - 2, 4)
        drawn: list[tuple[str, Content]] = []
        for source in self.text.split(allow_blank=True):
            for part in source.wrap(inner) or [Content("")]:
                prompt = " " * len(self.prompt) if drawn else self.prompt
                drawn.append((prompt, part.pad_right(max(inner - part.cell_length, 0))))
        label = Content.styled(self.label, QUIET)
        result = [label] if self.label and not indent else []
        for number, (prompt, part) in enumerate(drawn):
            margin = Content(" " * indent)
            if not number and indent and self.label:
                margin = label.pad_right(max(indent - label.cell_length, 1))
            body = Content("").join([Content(" "), Content.styled(prompt, QUIET), part, Content(" ")])
            result.append(margin + body.stylize("on $panel"))
        return result


class Sheet(Widget):
    """Shows blocks one under the other. Put it into a scrolling container."""

    DEFAULT_CSS = """
    Sheet {
        width: 1fr;
        height: auto;
    }
    """
    ALLOW_SELECT = True

    def __init__(self, blocks: Iterable[Block] = ()) -> None:
        super().__init__()
        self._blocks: tuple[Block, ...] = tuple(blocks)
        self._laid_out: tuple[int, Content] | None = None

    def show(self, blocks: Sequence[Block]) -> None:
        """Draw other blocks."""
        self._blocks = tuple(blocks)
        self._laid_out = None
        self.refresh(layout=True)

    @property
    def text(self) -> str:
        """What is drawn, without colours, at the present width."""
        return self._content(self.content_size.width or 80).plain

    def _content(self, width: int) -> Content:
        if self._laid_out is None or self._laid_out[0] != width:
            lines = [line for block in self._blocks for line in block.lines(max(width, 4))]
            while lines and not lines[0].plain:
                del lines[0]
            while lines and not lines[-1].plain:
                del lines[-1]
            self._laid_out = (width, Content("\n").join(lines))
        return self._laid_out[1]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the blocks need at this width."""
        return self._content(width).plain.count("\n") + 1

    def render(self) -> Content:
        """All blocks."""
        return self._content(self.content_size.width)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, for the clipboard."""
        return selection.extract(self.text), "\n"
