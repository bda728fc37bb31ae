"""How far a file is followed, and whether what is followed surely runs.

A file is somebody else's: it may be made to grow without end. Every follower counts its steps, how deep functions call
each other, how often a loop is unrolled, and how long what it puts together becomes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from runbook_tui.migrations.following.values import UNKNOWN

MOST_ROUNDS = 200
"""Rounds of a loop that is unrolled."""
LONGEST = 100_000
"""Characters of a string, or items of a list, that is put together."""


class TooMuchError(Exception):
    """The file is too large or too tangled to be followed."""


class Follower:
    """Keeps the budget of one file and the doubts about what is followed now."""

    most_steps: ClassVar[int] = 20_000
    """Statements and expressions that are followed in one file."""
    deepest: ClassVar[int] = 8
    """Functions that call each other."""

    def __init__(self) -> None:
        self.doubts: list[object] = []
        """What has to be so for what is followed now to run; None for what is not known."""
        self.depth = 0
        """Functions that are being followed."""
        self._steps = 0

    @property
    def conditional(self) -> bool:
        """Whether what is followed now may or may not run."""
        return bool(self.doubts)

    @contextmanager
    def maybe(self, guard: object = None) -> Iterator[None]:
        """What is followed inside may or may not run; with a guard, when that holds."""
        self.doubts.append(guard)
        try:
            yield
        finally:
            self.doubts.pop()

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Inside one more function.

        Raises:
            TooMuchError: when too many of them call each other.
        """
        if self.depth >= self.deepest:
            raise TooMuchError
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1

    def step(self, cost: int = 1) -> None:
        """Count one more step.

        Raises:
            TooMuchError: when the file asks for too many of them.
        """
        self._steps += cost
        if self._steps > self.most_steps:
            raise TooMuchError


def limited(text: str) -> object:
    """The text, unless it has grown beyond what anybody writes."""
    return text if len(text) <= LONGEST else UNKNOWN
