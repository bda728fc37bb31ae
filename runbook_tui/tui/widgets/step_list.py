"""The list of steps: phases as headers, what may be done in any order bracketed, the point of no return as a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.message import Message
from textual.visual import Visual
from textual.widgets import OptionList
from textual.widgets.option_list import Option


@dataclass(frozen=True, slots=True)
class Item:
    """A row of the list. ``step_id`` is None for rows that cannot be selected."""

    step_id: str | None
    row: Visual


class StepList(OptionList):
    """Selecting shows a step; nothing is ever executed by it."""

    HELP = "The steps of the runbook. Arrow keys or j and k move, enter shows the step. Nothing is executed from here."

    BINDINGS: ClassVar[list[BindingType]] = [
        ("j", "cursor_down", "Down"),
        ("k", "cursor_up", "Up"),
        ("g", "first", "First"),
        ("G", "last", "Last"),
    ]

    DEFAULT_CSS = """
    StepList {
        height: 1fr;
        max-height: 100%;
        border: round $border-blurred;
        border-title-color: $foreground-muted;
        border-subtitle-color: $foreground-muted;
        background: $background;
        padding: 0;
        scrollbar-size-vertical: 1;
        &:focus {
            border: round $border;
            border-title-color: $primary;
            background-tint: $foreground 0%;
        }
        & > .option-list--option { padding: 0 1; }
        & > .option-list--option-highlighted {
            color: $foreground;
            background: $primary 14%;
        }
        &:focus > .option-list--option-highlighted {
            color: $foreground;
            background: $primary 25%;
            text-style: bold;
        }
        & > .option-list--option-disabled { color: $text; background: $background; }
    }
    """

    class Selected(Message):
        """Another step is selected."""

        def __init__(self, step_id: str) -> None:
            super().__init__()
            self.step_id = step_id

    class Opened(Message):
        """Enter was pressed on a step, or it was clicked."""

        def __init__(self, step_id: str) -> None:
            super().__init__()
            self.step_id = step_id

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._items: tuple[Item, ...] = ()

    @property
    def selected(self) -> str | None:
        """Id of the selected step."""
        option = self.highlighted_option
        return option.id if option else None

    def show(self, items: Sequence[Item], selected: str | None = None) -> None:
        """Draw these rows, changing only those that differ where the list keeps its shape.

        Args:
            items: all rows, in order.
            selected: id of the step to select; the one selected before when None or not there.
        """
        there = selected is not None and any(item.step_id == selected for item in items)
        wanted = selected if there else self.selected
        if [item.step_id for item in items] == [item.step_id for item in self._items]:
            for index, (new, old) in enumerate(zip(items, self._items, strict=True)):
                if new != old:
                    self.replace_option_prompt_at_index(index, new.row)
        else:
            top = self.scroll_offset.y
            self.set_options(
                [Option(item.row, item.step_id, disabled=item.step_id is None) for item in items]
            )
            self.scroll_to(y=top, animate=False, immediate=True)
        self._items = tuple(items)
        self.select(wanted)

    def select(self, step_id: str | None) -> None:
        """Select a step; the first one when it is not in the list."""
        ids = [item.step_id for item in self._items]
        if step_id is not None and step_id in ids:
            self.highlighted = ids.index(step_id)
        elif self.highlighted is None:
            self.action_first()

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_id:
            self.post_message(self.Selected(event.option_id))

    @on(OptionList.OptionSelected)
    def _opened(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id:
            self.post_message(self.Opened(event.option_id))
