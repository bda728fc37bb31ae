"""Contract files on disk, read with care: regular files only, bounded, and none that a link leads out of the folder."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from runbook_tui.contracts.files import MAX_BYTES

MOST_FILES = 20_000
"""Files of one folder that are looked at."""
_SKIPPED = frozenset({"node_modules", "__pycache__"})
_NOTHING = frozenset({errno.ENOENT, errno.ELOOP, errno.ENXIO, errno.ENOTDIR})
"""What a link that leads nowhere, and a socket, answer."""


class UnreadableFileError(Exception):
    """A file that cannot be read. Its text says why, in a few words."""


class NotAFileError(UnreadableFileError):
    """Something that is no file of the folder: a pipe, a link that leads out or nowhere."""


@dataclass(frozen=True)
class Folder:
    """The files below a folder, with paths as in :class:`runbook_tui.contracts.files.ContractFiles`.

    Hidden folders and installed packages are passed over.
    """

    root: Path

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Every file, sorted; one more than :data:`MOST_FILES` where there are too many."""
        return tuple(sorted(islice(self._walk(), MOST_FILES + 1)))

    @cached_property
    def names(self) -> frozenset[str]:
        """The same, to look one up."""
        return frozenset(self.paths)

    def read(self, path: str) -> bytes:
        """Content of a file, at most one byte more than a contract may have.

        Raises:
            UnreadableFileError: it cannot be read, is no regular file, or lies outside of the folder.
        """
        whole = self.root / path
        if not self._is_inside(whole):
            raise NotAFileError("the link leads out of the folder")
        return read_regular(whole)

    def load(self, path: str) -> bytes | None:
        """The same; None when there is nothing that can be read, or too much of it."""
        try:
            data = self.read(path)
        except UnreadableFileError:
            return None
        return data if len(data) <= MAX_BYTES else None

    def _is_inside(self, path: Path) -> bool:
        root, real = os.path.realpath(self.root), os.path.realpath(path)
        return real.startswith(root.rstrip(os.sep) + os.sep)

    def _walk(self) -> Iterator[str]:
        for place, folders, files in os.walk(self.root):
            folders[:] = sorted(name for name in folders if name not in _SKIPPED and not name.startswith("."))
            inside = os.path.relpath(place, self.root)
            yield from (name if inside == "." else f"{inside}/{name}" for name in files)


def read_regular(path: Path) -> bytes:
    """Content of a regular file, at most one byte more than a contract may have.

    Raises:
        UnreadableFileError: it cannot be read, or is no regular file.
    """
    try:
        # without O_NONBLOCK a pipe would wait for a writer
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:  # noqa: PTH123 - Path opens no descriptors
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise NotAFileError("it is no regular file")
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        told = (error.strerror or str(error)).lower()
        raise (NotAFileError if error.errno in _NOTHING else UnreadableFileError)(told) from error


def size_of(path: Path) -> int:
    """Bytes of a file; 0 when nobody can say."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
