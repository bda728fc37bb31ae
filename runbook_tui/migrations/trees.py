"""The files of a repository or folder, as they lie on the disk or as they are at a commit: one face for both.

Paths are relative to the root, with ``/``. Bytes of names that are not UTF-8 stand in them as ``\\xff``, as git's do in
:mod:`runbook_tui.repositories.model`, so that both kinds of tree agree and every path can be printed.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from runbook_tui.repositories.git import Repository

LONGEST = 8 * 1024 * 1024
"""Bytes that are read of a file. Every reader of migrations refuses a file long before it has as many."""

SKIPPED = frozenset(
    {
        *(".git", ".hg", ".svn", ".venv", "venv", ".tox", ".nox", "site-packages", "__pycache__"),
        *(
            "node_modules",
            "bower_components",
            "vendor",
            "target",
            "dist",
            "build",
            "_build",
            ".gradle",
            ".next",
        ),
        *(".mypy_cache", ".pytest_cache", ".ruff_cache", ".terraform", ".idea", ".cache"),
    }
)
"""Folders that hold other people's files, or copies that a build made. One that is named itself is looked into."""


class Tree(Protocol):
    """Files of one root."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Every file, sorted."""
        ...

    @property
    def unread(self) -> Mapping[str, str]:
        """Files, and folders, that could not be read so far, and why."""
        ...

    def read(self, paths: Iterable[str], most: int = LONGEST) -> dict[str, bytes]:
        """What files hold, at most ``most`` bytes of each; those that cannot be read are left out."""
        ...


class FolderTree:
    """The files below a folder, without :data:`SKIPPED` ones. Links are followed to files inside of it only."""

    def __init__(self, root: Path, also: Iterable[Path] = ()) -> None:
        """``also`` names folders inside of the root that are looked into though a name on their way is skipped."""
        self._root = root.resolve()
        self._unread: dict[str, str] = {}
        self._names: dict[str, bytes] = {}
        self._walk(os.fsencode(self._root))
        for folder in (path.resolve() for path in also):
            if folder.is_relative_to(self._root) and SKIPPED.intersection(
                folder.relative_to(self._root).parts
            ):
                self._walk(os.fsencode(folder))
        self._paths = tuple(sorted(self._names))

    @property
    def paths(self) -> tuple[str, ...]:
        """Every file, sorted."""
        return self._paths

    @property
    def unread(self) -> Mapping[str, str]:
        """Files that could not be read so far, and why."""
        return self._unread

    def read(self, paths: Iterable[str], most: int = LONGEST) -> dict[str, bytes]:
        """What files hold."""
        found: dict[str, bytes] = {}
        for path in paths:
            if path in self._names:
                try:
                    found[path] = self._content(self._names[path], most)
                except (OSError, RuntimeError) as error:  # RuntimeError: pathlib's word for a loop of links
                    self._unread[path] = (error.strerror if isinstance(error, OSError) else None) or str(
                        error
                    )
        return found

    def _walk(self, folder: bytes) -> None:
        root = os.fsencode(self._root)
        for place, folders, files in os.walk(folder, onerror=self._closed):
            folders[:] = sorted(name for name in folders if os.fsdecode(name) not in SKIPPED)
            for name in files:
                whole = os.path.join(place, name)  # noqa: PTH118 - Path takes no bytes
                self._names[shown_path(os.path.relpath(whole, root))] = whole

    def _closed(self, error: OSError) -> None:
        name = os.path.relpath(os.fsencode(error.filename), os.fsencode(self._root))
        self._unread[shown_path(name)] = error.strerror or str(error)

    def _content(self, name: bytes, most: int) -> bytes:
        path = Path(os.fsdecode(name))
        if path.is_symlink():
            path = path.resolve(strict=True)
            if not path.is_relative_to(self._root):
                raise OSError(0, "the link leads out of the folder")
        descriptor = os.open(
            path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
        )  # a pipe would wait for a writer
        with open(descriptor, "rb") as file:  # noqa: PTH123
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(0, "it is no regular file")
            return file.read(most)


class CommitTree:
    """The files at a commit."""

    def __init__(self, repository: Repository, ref: str) -> None:
        """Raises RepositoryError when the ref names no commit: two git processes."""
        self.commit = repository.resolve(ref)
        self._repository = repository
        self._blobs = repository.files(self.commit.sha)
        self._paths = tuple(sorted(p for p in self._blobs if SKIPPED.isdisjoint(p.split("/")[:-1])))

    @property
    def paths(self) -> tuple[str, ...]:
        """Every file outside of :data:`SKIPPED` folders, sorted."""
        return self._paths

    @property
    def unread(self) -> Mapping[str, str]:
        """Nothing: what git cannot read is an error of the whole repository."""
        return {}

    def read(self, paths: Iterable[str], most: int = LONGEST) -> dict[str, bytes]:
        """What files hold: one git process. Raises RepositoryError when objects are missing."""
        wanted = {path: self._blobs[path] for path in paths if path in self._blobs}
        contents = self._repository.read_blobs(wanted.values())
        return {path: contents[blob][:most] for path, blob in wanted.items()}

    def below(self, folder: str) -> tuple[str, ...]:
        """Every file below a folder, in skipped folders too."""
        return tuple(path for path in self._blobs if is_below(path, folder))


def is_below(path: str, folder: str) -> bool:
    """Whether a file lies in a folder or its folders; ``folder`` may be the path of one file."""
    return folder in (".", "") or path == folder or path.startswith(f"{folder}/")


def shown_path(name: bytes) -> str:
    """A path as every value of this program writes it."""
    return name.decode("utf-8", "backslashreplace")


def stored_path(path: str) -> bytes:
    """The bytes that :func:`shown_path` was given."""
    return re.sub(
        rb"\\x([89a-f][0-9a-f])", lambda match: bytes.fromhex(match[1].decode()), path.encode("utf-8")
    )
