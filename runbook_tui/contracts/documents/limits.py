"""What a contract file may have at most, so that hostile ones cost little; and what a defect of one looks like."""

from __future__ import annotations

from dataclasses import dataclass

MAX_DEPTH = 200
"""Deepest nesting; the deepest of the large public descriptions has some 40 levels."""
MAX_VALUES = 1_500_000
"""Most values in one file; 8 MiB of a public description hold some 400,000."""
MAX_ALIASED = 100_000
"""Most values that YAML aliases may repeat: a few hundred bytes of aliases can stand for billions."""
MAX_DEFECTS = 20
"""Most defects of one file that are told."""


@dataclass(frozen=True, slots=True)
class Defect:
    """What is wrong with the text of a file. Line and column from 1, 0 where they are not known."""

    line: int
    column: int
    what: str
    expected: str = ""
    remedy: str = ""


class UnreadableError(Exception):
    """Reading on makes no sense; ``defect`` says why."""

    def __init__(self, defect: Defect) -> None:
        super().__init__(defect.what)
        self.defect = defect


TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels"
TOO_MANY = f"more than {MAX_VALUES:,} values"
WRONG_FILE = "check that this is the right file"
