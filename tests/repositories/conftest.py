"""Git repositories with fixed authors and dates, made by the git program itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

_FIRST = 1_767_225_600  # 2026-01-01T00:00:00Z; every commit is one minute later than the one before


class Source:
    """A repository under construction."""

    def __init__(self, path: Path, *init: str) -> None:
        self.path = path
        self._minutes = 0
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main", *init)

    def git(self, *arguments: str | bytes, stdin: bytes = b"", **variables: str) -> str:
        """What ``git -C path`` prints, without the last line feed."""
        done = subprocess.run(
            ["git", "-C", self.path, *arguments],
            input=stdin,
            stdout=subprocess.PIPE,
            check=True,
            env={**os.environ, **self._identity(), **variables},
        )
        return done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")

    def commit(self, message: str, files: Mapping[str, str | bytes | None] | None = None) -> str:
        """Write (None: remove) files, commit everything on the current branch; the new SHA."""
        for name, content in (files or {}).items():
            target = self.path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                target.unlink()
            else:
                target.write_bytes(content if isinstance(content, bytes) else content.encode())
        self._minutes += 1
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--allow-empty-message", "-m", message)
        return self.head

    def merge(self, branch: str, message: str = "Merge") -> str:
        """Merge ``branch`` with a merge commit; the new SHA."""
        self._minutes += 1
        self.git("merge", "--quiet", "--no-ff", "-m", message, branch)
        return self.head

    def tree(self) -> str:
        """SHA of the tree that a commit of the files in the folder would have."""
        self.git("add", "--all")
        return self.git("write-tree")

    @property
    def head(self) -> str:
        """SHA of the current commit."""
        return self.git("rev-parse", "HEAD")

    def _identity(self) -> dict[str, str]:
        date = f"{_FIRST + 60 * self._minutes} +0100"
        return {
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ann",
            "GIT_AUTHOR_EMAIL": "ann@example.test",
            "GIT_COMMITTER_NAME": "Ann",
            "GIT_COMMITTER_EMAIL": "ann@example.test",
            "GIT_AUTHOR_DATE": date,
            "GIT_COMMITTER_DATE": date,
        }


MakeSource = Callable[..., Source]


@pytest.fixture
def make_source(tmp_path: Path) -> MakeSource:
    """An empty repository by the name of its folder, with further options of ``git init``."""

    def make(name: str = "shop", *init: str) -> Source:
        return Source(tmp_path / name, *init)

    return make


@pytest.fixture
def source(make_source: MakeSource) -> Source:
    """An empty repository."""
    return make_source()
