"""What is wrong with a file that a person wrote, and where.

Every reader of people's files collects :class:`Problem` values and raises all of them at once:

    RunbookError                 base of every error that is the user's to mend
    ├── ProblemsError            one or more problems in files; exit status 2
    └── (RepositoryError, ...)   named subclasses live beside what raises them
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MOST_SHOWN = 100
"""Problems that an error's text lists: nobody reads more, and a file that is no manifest at all can have 100,000."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file. Line and column count from 1; 0 means the file as a whole."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One defect: where, what is wrong, what was expected, what to do about it."""

    place: Place
    what: str
    expected: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        text = f"{self.place}: {self.what}"
        if self.expected:
            text += f"; expected {self.expected}"
        if self.remedy:
            text += f"; {self.remedy}"
        return text


class RunbookError(Exception):
    """Something that the user can mend. Its text is shown as it is, without a traceback.

    ``exit_status`` is what a command returns for it.
    """

    exit_status = 2


class ProblemsError(RunbookError):
    """All problems of one or more files, in order of their places."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        lines = [str(problem) for problem in self.problems[:MOST_SHOWN]]
        left = len(self.problems) - len(lines)
        if left:
            lines.append(f"and {left:,} more problem{'s' if left > 1 else ''}; mend these first")
        super().__init__("\n".join(lines))
