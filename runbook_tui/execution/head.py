"""The newest checkpoint of each run, remembered outside the run's folder.

A chain of checksums cannot tell that whole checkpoints at its end are missing; this file can, on the same
machine. Keyed by the run's id, so that a folder can be moved.

The file holds one line of fixed length, which is overwritten in place after each checkpoint and not synced: it
survives the death of the process, and after a power cut it may be older than the record, which raises no false
alarm. It is synced when it is made and when the record is closed. A line that was torn has a wrong check and
counts as none.
"""

from __future__ import annotations

import json
import os
import re
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from runbook_tui.execution.folder import make_folders, sync_folder

_RUN_ID = re.compile(r"[0-9a-z][0-9a-z-]{0,63}")
_LENGTH = 160
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


@dataclass(frozen=True, slots=True)
class Head:
    """Number and checksum of the last checkpoint that was acknowledged."""

    seq: int
    sum: str


def state_folder() -> Path:
    """Where this program keeps what belongs to this machine and user: ``$XDG_STATE_HOME/runbook-tui``.

    Raises:
        RuntimeError: this user has no home folder.
    """
    given = os.environ.get("XDG_STATE_HOME", "")
    base = Path(given) if given.startswith("/") else Path.home() / ".local" / "state"
    return base / "runbook-tui"


class HeadFile:
    """The head of one run, kept open. It is no part of the promise: failures are passed over."""

    def __init__(self, run_id: str) -> None:
        self._fd = _open(run_id)

    def write(self, head: Head) -> None:
        """Remember the newest checkpoint."""
        if self._fd is not None:
            with suppress(OSError):
                os.pwrite(self._fd, _line(head), 0)

    def close(self) -> None:
        """Make it durable. May be called twice."""
        if self._fd is not None:
            with suppress(OSError):
                os.fsync(self._fd)
            with suppress(OSError):
                os.close(self._fd)
        self._fd = None


def write_head(run_id: str, head: Head) -> None:
    """Remember the newest checkpoint of a run, durably."""
    file = HeadFile(run_id)
    file.write(head)
    file.close()


def read_head(run_id: str) -> Head | None:
    """What is remembered of a run; None when nothing is, or nothing that makes sense."""
    path = _path(run_id)
    if path is None:
        return None
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            line = os.pread(fd, _LENGTH + 1, 0)
        finally:
            os.close(fd)
        found = json.loads(line)
        head = Head(int(found["seq"]), str(found["sum"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return head if line == _line(head) else None


def _line(head: Head) -> bytes:
    told = f'{{"seq": {head.seq}, "sum": "{head.sum}", '
    check = crc32(told.encode())
    return f'{told}"check": {check}}}'.ljust(_LENGTH - 1).encode() + b"\n"


def _open(run_id: str) -> int | None:
    """A descriptor of a plain file of ours, its name durable; None where there can be none."""
    path = _path(run_id)
    if path is None:
        return None
    try:
        make_folders(path.parent)
        fd = os.open(path, _FLAGS, 0o600)
    except OSError:
        return None
    try:
        seen = os.fstat(fd)
        if stat.S_ISREG(seen.st_mode) and seen.st_nlink == 1:
            if seen.st_size == 0:
                sync_folder(path.parent)
            return fd
    except OSError:
        pass
    os.close(fd)
    return None


def _path(run_id: str) -> Path | None:
    if not _RUN_ID.fullmatch(run_id):
        return None  # the id comes from a file
    try:
        return state_folder() / "heads" / f"{run_id}.json"
    except RuntimeError:  # no home folder
        return None
