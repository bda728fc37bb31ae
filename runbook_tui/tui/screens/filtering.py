"""Screens whose list can be narrowed to what contains some words."""

from __future__ import annotations

from abc import abstractmethod

from textual import on
from textual.widgets import Input

from runbook_tui.tui.screens.base import ActionScreen
from runbook_tui.tui.widgets.step_list import StepList


class Filtering(ActionScreen):
    """Has a field ``#filter`` above its list; it is only there while it is used."""

    words = ""
    """What is looked for."""

    @abstractmethod
    def filtered(self) -> None:
        """Draw the list again: the words have changed."""

    def do_filter(self) -> None:
        """Ask for words."""
        self._field.display = True
        self._field.focus()

    @on(Input.Changed, "#filter")
    def _words_changed(self, event: Input.Changed) -> None:
        self.words = event.value
        self.filtered()

    @on(Input.Submitted, "#filter")
    def _words_taken(self) -> None:
        if not self.words.strip():
            self.clear_filter()
        self.query_one(StepList).focus()

    def clear_filter(self) -> bool:
        """Show everything again; False when everything was shown."""
        if not self._field.display:
            return False
        self._field.value = ""
        self._field.display = False
        self.query_one(StepList).focus()
        return True

    @property
    def _field(self) -> Input:
        return self.query_one("#filter", Input)
