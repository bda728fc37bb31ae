"""What the refs of a repository name at this moment, without reading its history."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from runbook_tui.repositories.command import GitCommand
from runbook_tui.repositories.history import shown
from runbook_tui.repositories.location import locate
from runbook_tui.repositories.model import RepositoryError

_FULL = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_BRANCHES_AND_TAGS = ("refs/heads/", "refs/tags/", "refs/remotes/")


@dataclass(frozen=True, slots=True)
class Names:
    """The commits that HEAD, branches and tags name."""

    head: str
    """Full name of the commit that is checked out; empty when there is none."""
    commits: dict[str, str]
    """Short name of a branch or tag to the commit."""

    def of(self, commit: str) -> tuple[str, ...]:
        """The names of a commit, in order."""
        return tuple(sorted(name for name, named in self.commits.items() if named == commit))


def read_names(path: Path) -> Names:
    """Read them: one git process.

    Args:
        path: of the work tree's root, or of a bare repository.

    Raises:
        RepositoryError: there is no repository, or git cannot read it.
    """
    location = locate(path)
    # Status 1 without a complaint: there are no refs.
    data = GitCommand(location.git_dir, location.shown).read("show-ref", "--head", "--dereference", also={1})
    head, commits = "", {}
    for line in data.split(b"\n")[:-1]:
        commit, _, ref = line.partition(b" ")
        name = shown(ref)
        if name == "HEAD":
            head = commit.decode()
        for prefix in _BRANCHES_AND_TAGS:
            if name.startswith(prefix):
                commits[name.removeprefix(prefix).removesuffix("^{}")] = commit.decode()
    return Names(head, commits)


def added_files(path: Path, before: str, after: str, folders: tuple[str, ...]) -> tuple[str, ...]:
    """Files in these folders that the one commit does not have and the other has: one git process.

    Args:
        path: of the repository.
        before: full name of a commit.
        after: full name of another.
        folders: relative to the root of the repository.

    Returns:
        Their paths; empty as well when git cannot tell.
    """
    if not folders or not (_FULL.fullmatch(before) and _FULL.fullmatch(after)):
        return ()
    location = locate(path)
    arguments = (
        "diff-tree",
        "-r",
        "-z",
        "--no-renames",
        "--name-only",
        "--diff-filter=A",
        before,
        after,
        "--",
    )
    try:
        data = GitCommand(location.git_dir, location.shown).read(*arguments, *folders)
    except RepositoryError:
        return ()
    return tuple(shown(name) for name in data.split(b"\0")[:-1])
