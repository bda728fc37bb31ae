"""One writer a record: flock on a file of its own.

Not fcntl locks: those are gone as soon as any descriptor of the file is closed. The lock file is never
deleted, because two writers could then hold two files of one name. The kernel lets go of the lock when the
process of the holder ends, however it ends; what the file says about the holder stays, and is shown as old.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from runbook_tui.execution import holders
from runbook_tui.execution.errors import HeldByAnother, RecordError
from runbook_tui.execution.folder import LOCK, open_folder_to_read

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_LONGEST = 4096
_TRIES = 20


class Lock:
    """A lock file that this process holds until :meth:`release`."""

    def __init__(self, directory: int, name: str, fd: int, identity: tuple[int, int]) -> None:
        self._directory = directory
        self._name = name
        self._fd = fd
        self._identity = identity

    @classmethod
    def take(cls, directory: int, name: str, shown: Path, holder: Mapping[str, str | int]) -> Lock:
        """Lock, and write down who holds it.

        Args:
            directory: descriptor of the folder.
            name: of the lock file in it.
            shown: path for messages.
            holder: what another one is told; what identifies this process is added.

        Raises:
            HeldByAnother: at once, with what the holder wrote.
            RecordError: there can be no lock file.
        """
        try:
            for _ in range(_TRIES):
                fd = os.open(name, _FLAGS, 0o600, dir_fd=directory)
                try:
                    identity = cls._lock(fd, shown)
                    if _there(directory, name) == identity:
                        lock = cls(directory, name, fd, identity)
                        lock.tell(holder)
                        return lock
                except BaseException:
                    os.close(fd)
                    raise
                os.close(fd)
        except OSError as error:
            raise RecordError(f"{shown}: cannot be locked: {error.strerror or error}") from error
        raise RecordError(f"{shown}: cannot be locked: somebody replaces the file again and again")

    @staticmethod
    def _lock(fd: int, shown: Path) -> tuple[int, int]:
        """Lock an open file, and say which one it is."""
        seen = os.fstat(fd)
        if not stat.S_ISREG(seen.st_mode):
            raise RecordError(f"{shown}: a plain file is needed for the lock, this is none")
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = parse(os.pread(fd, _LONGEST, 0))
            raise HeldByAnother(f"{shown.parent}: {holders.executing(holder)}", holder) from None
        return _identity(seen)

    def tell(self, holder: Mapping[str, str | int]) -> None:
        """Write down who holds it. It is for people; that it is held is what counts, so a failure is passed over."""
        with suppress(OSError):
            os.ftruncate(self._fd, 0)
            os.pwrite(self._fd, _lines({**holder, **holders.this_process()}), 0)

    def held(self) -> bool:
        """Whether the path still leads to the file that is locked."""
        return _there(self._directory, self._name) == self._identity

    def release(self) -> None:
        """Let another one write."""
        with suppress(OSError):
            os.close(self._fd)


def read_holder(directory: int, name: str) -> dict[str, object]:
    """What the last holder wrote about themselves, whether they still hold the lock or not; empty when nothing.

    Raises:
        OSError: it cannot be read.
    """
    try:
        fd = os.open(name, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=directory)
    except FileNotFoundError:
        return {}
    try:
        return parse(os.pread(fd, _LONGEST, 0))
    finally:
        os.close(fd)


def holder_told(folder: Path) -> str:
    """Who executes a run, or did, in one sentence for who only looks; empty when nobody can tell. Takes no lock."""
    with suppress(OSError, RecordError):
        directory = open_folder_to_read(folder)
        try:
            return holders.last(read_holder(directory, LOCK))
        finally:
            os.close(directory)
    return ""


def require_free(folder: Path) -> None:
    """Let through when nobody executes the run in this folder; what cannot be looked into does not stop anybody.

    Raises:
        HeldByAnother: somebody does.
    """
    with suppress(OSError, RecordError):
        directory = open_folder_to_read(folder)
        try:
            if is_held(directory, LOCK):
                holder = read_holder(directory, LOCK)
                raise HeldByAnother(f"{folder}: {holders.executing(holder)}", holder)
        finally:
            os.close(directory)


def is_held(directory: int, name: str) -> bool:
    """Whether somebody holds the lock just now. It is taken for a moment to find out: only for who wants it next.

    Raises:
        OSError: the lock file cannot be opened.
    """
    try:
        fd = os.open(name, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=directory)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def parse(data: bytes) -> dict[str, object]:
    """What a lock file says; lines that make no sense are passed over."""
    found: dict[str, object] = {}
    for line in data.decode(errors="replace").splitlines():
        key, colon, value = line.partition(": ")
        if colon:
            with suppress(ValueError, RecursionError):
                found[key] = json.loads(value)
    return found


def _identity(seen: os.stat_result) -> tuple[int, int]:
    return seen.st_dev, seen.st_ino


def _there(directory: int, name: str) -> tuple[int, int] | None:
    try:
        return _identity(os.stat(name, dir_fd=directory, follow_symlinks=False))
    except FileNotFoundError:
        return None


def _lines(holder: Mapping[str, str | int]) -> bytes:
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in holder.items()).encode()
