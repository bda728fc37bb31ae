"""Make a repository out of values: one ``git fast-import`` stream, the same SHAs every time.

Nothing of the machine goes into the commits: names, dates and offsets are the caller's, the user's git
configuration is not read, no hook runs and nothing is signed.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from runbook_tui.repositories.environment import inherited
from runbook_tui.repositories.model import RepositoryError

BRANCH = "main"

_ENVIRONMENT = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_ATTR_NOSYSTEM": "1"}
"""The user's and the machine's settings stay out: they could change names, line ends or signatures."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote a commit or tag. Neither part may contain ``<``, ``>`` or a line feed."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class NewCommit:
    """One commit to be made; author and committer are the same."""

    author: Person
    at: datetime
    """With its UTC offset."""
    message: str
    parents: tuple[int, ...]
    """Positions in the sequence of commits; the first one is the line of descent, the others were merged."""
    files: Mapping[str, bytes | None]
    """What differs from the first parent: path to content, None where the file was deleted."""


@dataclass(frozen=True, slots=True)
class NewTag:
    """An annotated tag to be made."""

    name: str
    commit: int
    """Position in the sequence of commits."""
    author: Person
    at: datetime
    message: str


def create_repository(folder: Path, commits: Sequence[NewCommit], tags: Sequence[NewTag] = ()) -> None:
    """Make a repository whose only branch, ``main``, ends with the last commit, and check it out.

    Args:
        folder: does not exist yet, or is empty.
        commits: in an order in which parents come before their children.
        tags: of these commits.

    Raises:
        RepositoryError: git is missing or refuses.
    """
    _git(folder.parent, "init", "--quiet", "--template=", f"--initial-branch={BRANCH}", str(folder))
    with tempfile.TemporaryFile() as stream:
        stream.writelines(_stream(commits, tags))
        stream.seek(0)
        _git(folder, "fast-import", "--quiet", stdin=stream.fileno())
    _git(folder, "read-tree", "--reset", "-u", "HEAD")


def _stream(commits: Sequence[NewCommit], tags: Sequence[NewTag]) -> Iterator[bytes]:
    """The stream that git-fast-import(1) describes. Marks count from 1."""
    for position, commit in enumerate(commits):
        who = _who(commit.author, commit.at)
        yield f"commit refs/heads/{BRANCH}\nmark :{position + 1}\n".encode()
        yield b"author %s\ncommitter %s\n%s" % (who, who, _data(commit.message.encode()))
        for word, parent in zip(("from", *["merge"] * len(commit.parents)), commit.parents, strict=False):
            yield f"{word} :{parent + 1}\n".encode()
        for path, content in sorted(commit.files.items()):
            name = _quoted(path)
            yield (
                f"D {name}\n".encode()
                if content is None
                else f"M 100644 inline {name}\n".encode() + _data(content)
            )
        yield b"\n"
    for tag in tags:
        yield f"tag {tag.name}\nfrom :{tag.commit + 1}\n".encode()
        yield b"tagger %s\n%s" % (_who(tag.author, tag.at), _data(tag.message.encode()))


def _who(person: Person, at: datetime) -> bytes:
    return f"{person.name} <{person.email}> {int(at.timestamp())} {at:%z}".encode()


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _git(folder: Path, *arguments: str, stdin: int | None = None) -> None:
    try:
        from git.cmd import Git
        from git.exc import GitCommandNotFound

        # Inside a git hook, GIT_DIR and its like mean another repository.
        foreign = [f"--unset={name}" for name in inherited(os.environ, _ENVIRONMENT)]
        status, _, complaint = Git(folder).execute(
            ["env", *foreign, "git", *arguments],
            istream=stdin,
            env=_ENVIRONMENT,
            with_extended_output=True,
            with_exceptions=False,
        )
    except (ImportError, GitCommandNotFound) as error:  # the first is how GitPython says that it found no git
        raise RepositoryError("git cannot be started", "the program git on PATH", "install git") from error
    if status:
        raise RepositoryError(f"git {arguments[0]} failed in {folder}: {complaint.strip()}")
