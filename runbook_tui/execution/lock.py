"""One writer a record: flock on a file of its own.

Not fcntl locks: those are gone as soon as any descriptor of the file is closed. The lock file is never
deleted, because two writers could then hold two files of one name.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from runbook_tui.execution.errors import HeldByAnother, RecordError

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_TRIES = 20


class Lock:
    """A lock file that this process holds until :meth:`release`."""

    def __init__(self, directory: int, name: str, fd: int) -> None:
        self._directory = directory
        self._name = name
        self._fd = fd

    @classmethod
    def take(cls, directory: int, name: str, shown: Path, holder: Mapping[str, str | int]) -> Lock:
        """Lock, and write down who holds it.

        Args:
            directory: descriptor of the folder.
            name: of the lock file in it.
            shown: path for messages.
            holder: what another one is told.

        Raises:
            HeldByAnother: at once, with what the holder wrote.
            RecordError: there can be no lock file.
        """
        try:
            for _ in range(_TRIES):
                fd = os.open(name, _FLAGS, 0o600, dir_fd=directory)
                try:
                    taken = cls._lock(directory, name, fd, shown)
                except BaseException:
                    os.close(fd)
                    raise
                if taken:
                    with suppress(OSError):  # who holds it is for people; that it is held is what counts
                        os.ftruncate(fd, 0)
                        os.pwrite(fd, _lines(holder), 0)
                    return cls(directory, name, fd)
                os.close(fd)
        except OSError as error:
            raise RecordError(f"{shown}: cannot be locked: {error.strerror or error}") from error
        raise RecordError(f"{shown}: cannot be locked: somebody replaces the file again and again")

    @staticmethod
    def _lock(directory: int, name: str, fd: int, shown: Path) -> bool:
        """Whether the lock is ours and the path still leads to it."""
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise RecordError(f"{shown}: a plain file is needed for the lock, this is none")
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _parse(os.pread(fd, 4096, 0))
            raise HeldByAnother(f"{shown.parent}: {_sentence(holder)}", holder) from None
        return _same(directory, name, fd)

    def held(self) -> bool:
        """Whether the path still leads to the file that is locked."""
        return _same(self._directory, self._name, self._fd)

    def release(self) -> None:
        """Let another one write."""
        with suppress(OSError):
            os.close(self._fd)


def _same(directory: int, name: str, fd: int) -> bool:
    ours = os.fstat(fd)
    try:
        there = os.stat(name, dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return (ours.st_dev, ours.st_ino) == (there.st_dev, there.st_ino)


def _lines(holder: Mapping[str, str | int]) -> bytes:
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in holder.items()).encode()


def _parse(data: bytes) -> dict[str, object]:
    found: dict[str, object] = {}
    for line in data.decode(errors="replace").splitlines():
        key, colon, value = line.partition(": ")
        if colon:
            try:
                found[key] = json.loads(value)
            except ValueError:
                continue
    return found


def _sentence(holder: Mapping[str, object]) -> str:
    from runbook_tui.text.terminal import plain

    told = {key: plain(str(value))[:200] for key, value in holder.items() if value}
    operator = told.get("operator", "somebody")
    where = "".join(f" {word} {told[key]}" for key, word in (("host", "on"), ("tty", "at")) if key in told)
    since = f" since {told['since']}" if "since" in told else ""
    process = f" (process {told['pid']})" if "pid" in told else ""
    return (
        f"{operator} executes this run{where}{since}{process}; two operators cannot write one record, "
        "wait until they leave it, or ask them to"
    )
