"""What is read from git, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from runbook_tui.files.problems import RunbookError


class RepositoryError(RunbookError):
    """A repository that cannot be read as asked: missing, empty, shallow, a ref that does not exist."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of a release range."""

    sha: str
    """Full object name, 40 hexadecimal digits (64 in SHA-256 repositories)."""
    author: str
    """Author name; control characters are still in it, see :mod:`runbook_tui.text`."""
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
    tag: str | None
    """The tag that names the commit, if one was asked for or a glob matched it."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a searched name stands at a commit."""

    path: str
    line: int
    text: str
