"""What is read from git, as values.

Texts are UTF-8; bytes that are not UTF-8 stand in them as visible escapes (``\\xff``), so that every value
can be printed and stored. Control characters are still in them: see :mod:`runbook_tui.text`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from runbook_tui.files.problems import RunbookError


class RepositoryError(RunbookError):
    """A repository that cannot be read as asked: missing, empty, shallow, a ref that does not exist.

    ``what``, ``expected`` and ``remedy`` are the parts of :class:`runbook_tui.files.problems.Problem`.
    """

    def __init__(self, what: str, expected: str = "", remedy: str = "") -> None:
        self.what = what
        self.expected = expected
        self.remedy = remedy
        parts = (what, f"expected {expected}" if expected else "", remedy)
        super().__init__("; ".join(part for part in parts if part))


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of a release range."""

    sha: str
    """Full object name, 40 hexadecimal digits (64 in SHA-256 repositories)."""
    author: str
    email: str
    at: datetime
    """Author date, with its UTC offset."""
    subject: str
    body: str
    files: tuple[str, ...]
    """Paths changed against the first parent, inside the asked path, sorted."""
    issues: tuple[str, ...]
    """Issue keys of subject and body (``SHOP-12``, ``#34``), in order of appearance."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A ref of the manifest pinned to a commit."""

    ref: str
    """As written in the manifest."""
    sha: str
    """Full object name of a commit that exists."""
    tag: str | None
    """The tag that names the commit, if one was asked for or a glob matched it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What moving from one commit to another brings, and what it takes away."""

    commits: tuple[Commit, ...]
    """In the target and not in the base, newest first."""
    lost: tuple[Commit, ...]
    """In the base, while the target has neither the commit nor its change (a cherry-pick), newest first."""
    diverged: bool
    """Whether the base is no ancestor of the target."""
    merges: bool = False
    """Whether a merge is among the commits."""


@dataclass(frozen=True, slots=True)
class Listing:
    """All files of one commit."""

    blobs: Mapping[str, str]
    """Path to blob."""
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a searched name stands at a commit."""

    path: str
    line: int
    text: str
