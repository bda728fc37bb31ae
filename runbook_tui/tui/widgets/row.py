"""Rows of the step list, each laid out to the width that the list happens to have."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual

from runbook_tui.tui.content import DISABLED, QUIET

_NARROWEST_TITLE = 22


@dataclass(frozen=True, slots=True)
class Cell:
    """A column to the right of the title; dropped where the title would get too little room."""

    text: Content
    width: int
    right: bool = False

    def drawn(self) -> Content:
        """The text cut or padded to the column's width, with a gap before it."""
        text = self.text.truncate(self.width, ellipsis=True)
        room = self.width - text.cell_length
        return (text.pad_left(room) if self.right else text.pad_right(room)).pad_left(2)


class LineVisual(Visual):
    """A visual of one line."""

    def line(self, width: int) -> Content:
        """The line, ``width`` cells at most."""
        raise NotImplementedError

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        """The one line, as Textual asks for it."""
        return self.line(width).render_strips(width, 1, style, options)

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """All the width there is."""
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:
        """Always one line."""
        return 1


@dataclass(frozen=True, slots=True)
class StepRow(LineVisual):
    """One step: what stands before the title, the title, and columns."""

    lead: Content
    title: Content
    cells: tuple[Cell, ...] = ()
    """Leftmost first; the leftmost are dropped first where there is no room."""
    short: Content | None = None
    """What stands before the title where ``lead`` would leave it too little room."""

    def line(self, width: int) -> Content:
        """The row."""
        lead = self.lead
        if self.short is not None and width - lead.cell_length < _NARROWEST_TITLE:
            lead = self.short
        room = width - lead.cell_length
        cells = list(self.cells)
        while cells and room - sum(cell.width + 2 for cell in cells) < _NARROWEST_TITLE:
            del cells[0]
        room = max(room - sum(cell.width + 2 for cell in cells), 1)
        title = self.title.truncate(room, ellipsis=True)
        title = title.pad_right(room - title.cell_length)
        return Content("").join([lead, title, *(cell.drawn() for cell in cells)])


@dataclass(frozen=True, slots=True)
class PhaseRow(LineVisual):
    """The name of a phase above its steps."""

    name: str
    note: str
    capitals: bool = True

    def line(self, width: int) -> Content:
        """The name at the left, how much it is at the right."""
        name = Content.styled(self.name.upper() if self.capitals else self.name, "bold $foreground-muted")
        note = Content.styled(self.note, DISABLED)
        rule = width - name.cell_length - note.cell_length - 2
        if rule < 2:
            return name.truncate(width, ellipsis=True)
        return Content("").join([name, " ", Content.styled("─" * rule, "$border-blurred"), " ", note])


@dataclass(frozen=True, slots=True)
class LineOfNoReturn(LineVisual):
    """The line behind which effects cannot be rolled back."""

    def line(self, width: int) -> Content:
        """Words in the middle of a heavy line."""
        words = " point of no return " if width >= 26 else " no return "
        left = max((width - len(words)) // 2, 1)
        right = max(width - len(words) - left, 0)
        line = Content("").join(["━" * left, words, "━" * right])
        return line.stylize("$error").truncate(width)


@dataclass(frozen=True, slots=True)
class QuietRow(LineVisual):
    """A remark in the list, such as that a filter matches nothing."""

    text: Content

    def line(self, width: int) -> Content:
        """The remark, cut to the width."""
        return self.text.stylize_before(QUIET).truncate(width, ellipsis=True)
