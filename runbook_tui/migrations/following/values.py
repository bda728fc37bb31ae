"""Values that every language has when a file is read but never run: what is not known, and text with its line."""

from __future__ import annotations


class Unknown:
    """A value that only running the file would tell."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


UNKNOWN = Unknown("UNKNOWN")


class Text(str):
    """A string of several lines, with the line on which it starts."""

    __slots__ = ("line",)
    line: int

    @classmethod
    def at(cls, text: str, line: int) -> Text:
        """The text, starting on ``line``."""
        found = cls(text)
        found.line = line
        return found
