"""The record of a run: checkpoints that are durable before anybody is told about them.

A checkpoint is acknowledged after it was written, synced and read back. Whatever goes wrong on the way ends
the file: an error of ``fsync`` is never retried, because the kernel marks the pages clean and the second call
succeeds without them (PostgreSQL's fsync reports of 2018; Rebello et al., USENIX ATC 2020). The checkpoints
then go to a new file.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from runbook_tui.execution import clock, reserve
from runbook_tui.execution.admission import behind, missing, refuse_damage
from runbook_tui.execution.errors import RecordError, RecordFailed, RunClosed
from runbook_tui.execution.folder import (
    LOCK,
    RECORD,
    current_record,
    open_folder,
    open_folder_to_read,
    write_all,
)
from runbook_tui.execution.framing import FORMAT, NO_SUM, Checkpoint, Value, Whole, decode, encode, scan
from runbook_tui.execution.head import Head, write_head
from runbook_tui.execution.lock import Lock
from runbook_tui.execution.spill import spill

_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
_OLD = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
Holder = Mapping[str, str | int]
"""What another operator is told about who holds a record."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class _Identity:
    """What tells whether a file is still the one that was left behind."""

    device: int
    inode: int
    links: int
    size: int
    written: int
    changed: int


class RecordWriter:
    """An open record. One thread at a time: :class:`~runbook_tui.execution.session.Session` sees to it."""

    def __init__(self, folder: Path, directory: int, name: str, fd: int, lock: Lock) -> None:
        self.path = folder / name
        self._name = name
        self._directory = directory
        self._fd = fd
        self._lock = lock
        self._entries: list[tuple[Checkpoint, bytes]] = []
        self._left: _Identity | None = None
        self._reserved = 0
        self._dead: RecordFailed | None = None
        self._closed = False

    @classmethod
    def create(
        cls, folder: Path, values: Mapping[str, Value], holder: Mapping[str, str | int]
    ) -> RecordWriter:
        """Begin the record of a run with its first checkpoint, ``run-started``.

        Args:
            folder: exists and has no record.
            values: of the first checkpoint; ``run`` is the id of the run.
            holder: for the lock file.

        Raises:
            HeldByAnother: somebody writes it.
            RecordError: there is a record, or it cannot be made.
            RecordFailed: the first checkpoint could not be made durable.
        """
        directory = open_folder(folder)
        lock: Lock | None = None
        try:
            lock = Lock.take(directory, LOCK, folder / LOCK, holder)
            fd = _open(directory, RECORD, _NEW, folder)
        except BaseException:
            _let_go(directory, lock)
            raise
        writer = cls(folder, directory, RECORD, fd, lock)
        try:
            writer.append("run-started", {"format": FORMAT, **values})
        except BaseException:
            writer.close()
            raise
        return writer

    @classmethod
    def open(
        cls, folder: Path, holder: Holder, *, repair: bool = False, accept_shorter: str = ""
    ) -> RecordWriter:
        """Go on with a record. The end of a write that was cut off is set aside, and a checkpoint says so.

        Args:
            folder: of the run.
            holder: for the lock file.
            repair: set a damaged last checkpoint aside as well.
            accept_shorter: why it is right to go on though checkpoints are missing at the end.

        Raises:
            HeldByAnother: somebody writes it.
            CorruptRecord: it was changed, or checkpoints are missing.
            RecordError: it cannot be read, or a newer version wrote it.
        """
        directory = open_folder(folder)
        lock: Lock | None = None
        try:
            lock = Lock.take(directory, LOCK, folder / LOCK, holder)
            name = _current(directory, folder)
            fd = _open(directory, name, _OLD, folder)
        except BaseException:
            _let_go(directory, lock)
            raise
        writer = cls(folder, directory, name, fd, lock)
        try:
            writer._take_up(repair, accept_shorter)
        except BaseException:
            writer.close()
            raise
        return writer

    @property
    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """What was acknowledged, from the first on."""
        return tuple(checkpoint for checkpoint, _ in self._entries)

    @property
    def first(self) -> Checkpoint:
        """The checkpoint with which the run began."""
        return self._entries[0][0]

    @property
    def last(self) -> Checkpoint:
        """The newest checkpoint that was acknowledged."""
        return self._entries[-1][0]

    @property
    def run_id(self) -> str:
        """The id of the run, from the first checkpoint."""
        return str(self._entries[0][0].values.get("run", "")) if self._entries else ""

    def append(self, kind: str, values: Mapping[str, Value]) -> Checkpoint:
        """Make one fact durable. When this returns, it survives whatever happens to this process.

        Raises:
            FramingError: the values have no place in a record; nothing was written.
            RecordFailed: it could not be made durable, now or earlier. Nothing may be started any more.
            RunClosed: after :meth:`close`.
        """
        if self._dead is not None:
            raise self._dead
        if self._closed:
            raise RunClosed(f"{self.path}: the run was closed")
        checkpoint = self._next(kind, values)
        data = encode(checkpoint)
        entry = (decode(data), data)  # what a reader will see, or an error before anything is written
        try:
            self._write_durably(data)
            self._entries.append(entry)
        except OSError as error:
            raise self._die(error, data) from error
        except BaseException as error:  # nobody knows what reached the disk
            if self._entries[-1:] != [entry]:
                self._die(OSError(0, f"interrupted by {type(error).__name__}"), data)
            raise
        self._reserve()
        write_head(self.run_id, Head(entry[0].seq, entry[0].sum))
        return entry[0]

    def close(self) -> None:
        """Let another one write. May be called twice."""
        if self._closed:
            return
        self._closed = True
        with suppress(OSError):
            os.close(self._fd)
        with suppress(OSError):
            os.close(self._directory)
        self._lock.release()

    def _write_durably(self, data: bytes) -> None:
        end = self._left.size if self._left is not None else 0
        self._check_untouched()
        try:
            write_all(self._fd, data)
        except OSError as error:
            if error.errno in _FULL:
                with suppress(OSError):
                    os.ftruncate(self._fd, end)
            raise
        os.fsync(self._fd)
        seen = _identity(self._fd)
        if seen.size != end + len(data) or os.pread(self._fd, len(data), end) != data:
            raise OSError(0, f"{self._name} does not hold what was written to it")
        if not self._entries:
            os.fsync(self._directory)
        self._left = seen

    def _next(self, kind: str, values: Mapping[str, Value]) -> Checkpoint:
        instant = clock.now()
        if not self._entries:
            return _checkpoint(0, NO_SUM, instant, kind, values)
        last = self._entries[-1][0]
        jump = _jump(last, instant)
        if jump:
            values = {**values, "clock_jump_ms": jump}
        return _checkpoint(last.seq + 1, last.sum, instant, kind, values)

    def _reserve(self) -> None:
        end = self._left.size if self._left is not None else 0
        if self._reserved - end < reserve.SIZE // 2:
            reserve.reserve(self._fd, end)
            self._reserved = end + reserve.SIZE
            with suppress(OSError):  # it changed the time of the file; if not noted, the next append refuses
                self._left = _identity(self._fd)

    def _check_untouched(self) -> None:
        """An editor, another program or a moved file between two writes ends the record."""
        there = os.stat(self._name, dir_fd=self._directory, follow_symlinks=False)
        ours = _identity(self._fd)
        if (there.st_dev, there.st_ino) != (ours.device, ours.inode):
            raise OSError(0, f"{self._name} was replaced by another file")
        if self._left is not None and ours != self._left:
            raise OSError(0, f"{self._name} was changed by another program")
        if not self._lock.held():
            raise OSError(0, f"{LOCK} was removed or replaced")

    def _die(self, error: OSError, pending: bytes) -> RecordFailed:
        why = error.strerror or str(error)
        self._dead = RecordFailed(f"{self._name}: {why}", None, "")  # whatever happens below
        last = decode(pending)
        values = {"file": self._name, "because": why[:1000]}
        note = _checkpoint(last.seq + 1, last.sum, clock.now(), "continued-from", values)
        text = b"".join(data for _, data in self._entries) + pending + encode(note)
        where = spill(self.path.parent, self._directory, self.run_id or "run", text)
        self._dead = RecordFailed(f"{self._name}: {why}", where, text.decode())
        return self._dead

    def _take_up(self, repair: bool, accept_shorter: str) -> None:
        try:
            os.fsync(self._fd)  # what a killed process wrote may be in the page cache only
            data = _read_all(self._fd)
            self._left = _identity(self._fd)
        except OSError as error:
            raise RecordError(f"{self.path}: cannot be read: {error.strerror or error}") from error
        seen = scan(data)
        refuse_damage(self.path, seen, repair=repair)
        lost = missing(self.path, seen, repair=repair, accept_shorter=accept_shorter)
        start = 0
        for checkpoint in seen.checkpoints:
            end = start + checkpoint.size
            self._entries.append((checkpoint, data[start:end]))
            start = end
        rest = data[seen.end :]
        if rest:
            self._set_aside(rest, seen.end, seen.why)
        if lost:
            self.append("accepted-shorter", {"missing": lost, "reason": accept_shorter})

    def _set_aside(self, rest: bytes, end: int, why: str) -> None:
        """Keep the bytes of an unfinished write in a file of their own, cut them off, and say so."""
        name = f"record.torn-{end}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_TRUNC
        try:
            fd = os.open(name, flags, 0o600, dir_fd=self._directory)
            try:
                write_all(fd, rest)
                os.fsync(fd)
            finally:
                os.close(fd)
            os.fsync(self._directory)
            os.ftruncate(self._fd, end)
            os.fsync(self._fd)
            self._left = _identity(self._fd)
        except OSError as error:
            what = f"{self.path}: its torn end cannot be cut off: {error.strerror or error}"
            raise RecordError(what) from error
        digest = hashlib.sha256(rest).hexdigest()
        self.append("recovered", {"file": name, "bytes": len(rest), "digest": digest, "because": why[:1000]})


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record as it can be read now, by somebody who does not write it."""

    path: Path
    checkpoints: tuple[Checkpoint, ...]
    """Only those whose checksum and place in the chain are right."""
    whole: Whole
    why: str
    behind: int | None
    """How many checkpoints this machine wrote after these; None when it remembers nothing of the run."""


def read_record(folder: Path) -> RecordView:
    """Read a record without a lock, also while it is being written.

    Raises:
        RecordError: there is none, or it cannot be read.
    """
    directory = open_folder_to_read(folder)
    try:
        name = _current(directory, folder)
        fd = _open(directory, name, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, folder)
        try:
            data = _read_all(fd)
        except OSError as error:
            raise RecordError(f"{folder / name}: cannot be read: {error.strerror or error}") from error
        finally:
            os.close(fd)
    finally:
        os.close(directory)
    seen = scan(data)
    return RecordView(folder / name, seen.checkpoints, seen.whole, seen.why, behind(seen.checkpoints))


def _open(directory: int, name: str, flags: int, folder: Path) -> int:
    try:
        fd = os.open(name, flags, 0o600, dir_fd=directory)
        try:
            seen = os.fstat(fd)
        except OSError:
            os.close(fd)
            raise
    except OSError as error:
        raise RecordError(f"{folder / name}: {error.strerror or error}") from error
    writing = flags & os.O_ACCMODE != os.O_RDONLY
    if not stat.S_ISREG(seen.st_mode) or (writing and seen.st_nlink != 1):
        os.close(fd)
        raise RecordError(f"{folder / name}: a plain file with one name is needed here")
    return fd


def _current(directory: int, folder: Path) -> str:
    try:
        return current_record(directory)
    except OSError as error:
        raise RecordError(f"{folder}: cannot be read: {error.strerror or error}") from error


def _let_go(directory: int, lock: Lock | None) -> None:
    if lock is not None:
        lock.release()
    with suppress(OSError):
        os.close(directory)


def _read_all(fd: int) -> bytes:
    parts = []
    position = 0
    while part := os.pread(fd, 1 << 20, position):
        parts.append(part)
        position += len(part)
    return b"".join(parts)


def _identity(fd: int) -> _Identity:
    seen = os.fstat(fd)
    return _Identity(
        seen.st_dev, seen.st_ino, seen.st_nlink, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns
    )


def _checkpoint(
    seq: int, prev: str, instant: clock.Instant, kind: str, values: Mapping[str, Value]
) -> Checkpoint:
    return Checkpoint(seq, prev, instant.at, instant.boot, instant.mono, kind, values)


def _jump(last: Checkpoint, instant: clock.Instant) -> int:
    """Milliseconds by which the wall clock was set since the last checkpoint; 0 when nobody can know."""
    if last.boot != instant.boot:
        return 0
    wall = clock.wall_microseconds(instant.at) - clock.wall_microseconds(last.at)
    difference = (wall - (instant.mono - last.mono)) // 1000
    return difference if abs(difference) > 2000 else 0
