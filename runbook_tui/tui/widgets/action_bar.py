"""The footer: what can be done now, the one key that matters first, and what cannot be done greyed out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget

from runbook_tui.tui.actions import Action
from runbook_tui.tui.content import DISABLED, lines

if TYPE_CHECKING:
    from textual import events

_GAP = "  "


class ActionBar(Widget):
    """One line of keys. A click on one does what the key does; the pointer over one tells more."""

    DEFAULT_CSS = """
    ActionBar {
        dock: bottom;
        height: 1;
        padding: 0 1;
        background: $panel;
        color: $text;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._actions: tuple[Action, ...] = ()
        self._refused: Mapping[str, str] = {}
        self._primary = ""
        self._places: list[tuple[int, int, Action]] = []

    def show(self, actions: Sequence[Action], refused: Mapping[str, str], primary: str = "") -> None:
        """Draw these actions.

        Args:
            actions: in the order of their importance; ``footer=False`` ones are left out.
            refused: why an action is not possible now, by its id.
            primary: id of the action that stands out.
        """
        state = (tuple(actions), dict(refused), primary)
        if state == (self._actions, self._refused, self._primary):
            return
        self._actions, self._refused, self._primary = state
        self.refresh()

    def render(self) -> Content:
        """The line, as much of it as fits; help is always at its right end."""
        width = self.content_size.width
        help_action = next((action for action in self._actions if action.id == "help"), None)
        reserved = self._drawn(help_action).cell_length if help_action else 0
        chosen = self._fitting(width - reserved - len(_GAP))
        self._places, parts, column = [], [], 0
        for action in chosen:
            drawn = self._drawn(action)
            self._places.append((column, column + drawn.cell_length, action))
            parts += [drawn, Content(_GAP)]
            column += drawn.cell_length + len(_GAP)
        if help_action:
            parts.append(Content(" " * (width - reserved - column)))
            self._places.append((width - reserved, width, help_action))
            parts.append(self._drawn(help_action))
        return Content("").join(parts)

    def _fitting(self, width: int) -> list[Action]:
        """The primary action first, then the possible ones, then refused ones while there is room; kept in order."""
        shown = [action for action in self._actions if action.footer and action.id != "help"]
        ranked = sorted(shown, key=lambda action: (action.id != self._primary, action.id in self._refused))
        kept: set[str] = set()
        for action in ranked:
            width -= self._drawn(action).cell_length + len(_GAP)
            if width < 0:
                break
            kept.add(action.id)
        return sorted((a for a in shown if a.id in kept), key=lambda action: action.id != self._primary)

    def _drawn(self, action: Action) -> Content:
        if action.id in self._refused:
            return Content.styled(f"{action.shown_key} {action.description}", DISABLED)
        if action.id == self._primary:
            return Content.styled(
                f" {action.shown_key} {action.description} ", "bold $background on $primary"
            )
        return Content.assemble((action.shown_key, "bold $primary"), (f" {action.description}", "$text"))

    def _at(self, column: int) -> Action | None:
        return next((action for start, end, action in self._places if start <= column < end), None)

    def on_click(self, event: events.Click) -> None:
        """Do what was clicked on."""
        offset = event.get_content_offset(self)
        action = self._at(offset.x) if offset else None
        if action:
            self.call_later(self.run_action, f"screen.perform('{action.id}')")

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Explain what is under the pointer, and why it is not possible."""
        offset = event.get_content_offset(self)
        action = self._at(offset.x) if offset else None
        if action is None:
            self.tooltip = None
            return
        reason = self._refused.get(action.id)
        self.tooltip = lines(f"{action.tooltip}\nNot now: {reason}" if reason else action.tooltip)
