"""The file of a record: bytes are added at its end, and are durable and read back before anybody is told.

Whatever goes wrong on the way ends the file. An error of ``fsync`` is never retried, because the kernel marks the
pages clean and the second call succeeds without them (PostgreSQL's fsync reports of 2018; Rebello et al., USENIX
ATC 2020).
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from runbook_tui.execution import reserve
from runbook_tui.execution.errors import RecordError
from runbook_tui.execution.folder import write_all

NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
OLD = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class _Identity(NamedTuple):
    """What tells whether a file is still the one that was left behind."""

    device: int
    inode: int
    links: int
    size: int
    written: int
    changed: int


class Log:
    """An open file that grows. After an error of :meth:`append` it must not be used any more."""

    def __init__(self, directory: int, name: str, fd: int) -> None:
        self.name = name
        self._directory = directory
        self._fd = fd
        self._left = _identity(os.fstat(fd))
        self._reserved = 0
        self._new = self._left.size == 0

    @classmethod
    def open(cls, directory: int, name: str, flags: int, shown: Path) -> Log:
        """Open the file.

        Args:
            directory: descriptor of its folder.
            name: of the file.
            flags: :data:`NEW`, :data:`OLD` or :data:`READ`.
            shown: its path for messages.

        Raises:
            RecordError: it is not there, or already there, or no plain file with one name.
        """
        try:
            fd = os.open(name, flags, 0o600, dir_fd=directory)
            try:
                seen = os.fstat(fd)
                if not stat.S_ISREG(seen.st_mode) or (flags != READ and seen.st_nlink != 1):
                    raise RecordError(f"{shown}: a plain file with one name is needed here")
                return cls(directory, name, fd)
            except BaseException:
                os.close(fd)
                raise
        except OSError as error:
            raise RecordError(f"{shown}: {error.strerror or error}") from error

    def read(self, position: int = 0) -> bytes:
        """All of it, or what is after a position.

        Raises:
            OSError: it cannot be read.
        """
        parts = []
        while part := os.pread(self._fd, 1 << 20, position):
            parts.append(part)
            position += len(part)
        return b"".join(parts)

    def read_durably(self) -> bytes:
        """All of it, after it was made durable: what a killed process wrote may be in the page cache only.

        Raises:
            OSError: it cannot be read, or synced.
        """
        os.fsync(self._fd)
        data = self.read()
        self._left = _identity(os.fstat(self._fd))
        self._new = False
        return data

    def append(self, data: bytes) -> None:
        """Add bytes at the end, durably.

        Raises:
            OSError: nobody knows what is on the disk; the file must not be used any more.
        """
        end = self._left.size
        self._check_untouched()
        try:
            write_all(self._fd, data)
        except OSError as error:
            if error.errno in _FULL:
                with suppress(OSError):
                    os.ftruncate(self._fd, end)
            raise
        os.fsync(self._fd)
        seen = _identity(os.fstat(self._fd))
        if seen.size != end + len(data) or os.pread(self._fd, len(data), end) != data:
            raise OSError(0, f"{self.name} does not hold what was written to it")
        if self._new:
            os.fsync(self._directory)
            self._new = False
        self._left = seen

    def reserve(self) -> None:
        """Set space for the next bytes aside, when little of it is left."""
        end = self._left.size
        if self._reserved - end < reserve.SIZE // 2:
            reserve.reserve(self._fd, end)
            self._reserved = end + reserve.SIZE
            with suppress(OSError):  # it changed the time of the file; if not noted, the next append refuses
                self._left = _identity(os.fstat(self._fd))

    def cut(self, end: int) -> None:
        """Cut off everything from a place on, durably.

        Raises:
            OSError: it cannot be cut off.
        """
        os.ftruncate(self._fd, end)
        os.fsync(self._fd)
        self._left = _identity(os.fstat(self._fd))
        if self._left.size != end:
            raise OSError(0, f"{self.name} is as long as before")

    def close(self) -> None:
        """Give the descriptor back."""
        with suppress(OSError):
            os.close(self._fd)

    def _check_untouched(self) -> None:
        """An editor, another program or a moved file between two writes ends the record."""
        there = _identity(os.stat(self.name, dir_fd=self._directory, follow_symlinks=False))
        if (there.device, there.inode) != (self._left.device, self._left.inode):
            raise OSError(0, f"{self.name} was replaced by another file")
        if there != self._left:
            raise OSError(0, f"{self.name} was changed by another program")


def _identity(seen: os.stat_result) -> _Identity:
    return _Identity(
        seen.st_dev, seen.st_ino, seen.st_nlink, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns
    )
