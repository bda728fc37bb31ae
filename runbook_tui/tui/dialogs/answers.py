"""What a dialog offers and takes, as values: screens use these without loading a dialog."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual.content import Content

from runbook_tui.tui.content import DISABLED, QUIET, line

LONGEST = 2000
"""Characters of a reason or note that the record takes."""

Check = Callable[[str], str]
"""Says what is wrong with an answer; empty when nothing is."""


def fits(text: str) -> str:
    """A check that an answer fits the record; it may be empty."""
    return f"at most {LONGEST} characters fit" if len(text) > LONGEST else ""


def required(what: str) -> Check:
    """A check that something was written, and that it fits the record."""

    def check(text: str) -> str:
        return fits(text) if text.strip() else f"{what} is needed"

    return check


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several ways on."""

    id: str
    label: str
    help: str = ""
    danger: bool = False
    refused: str = ""
    """Why it is not possible now; it is shown but cannot be chosen."""

    def drawn(self) -> Content:
        """The label, and what it means under it."""
        style = DISABLED if self.refused else "bold $error" if self.danger else "bold"
        second = f"not now: {self.refused}" if self.refused else self.help
        if not second:
            return line(self.label, style)
        return Content("\n").join([line(self.label, style), line(second, QUIET).pad_left(2)])
