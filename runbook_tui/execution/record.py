"""The record of a run: checkpoints that are durable before anybody is told about them.

A checkpoint is acknowledged after it was written, synced and read back. Whatever goes wrong on the way ends the
file (see :mod:`runbook_tui.execution.log`); the checkpoints then go to a new one.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from runbook_tui.execution import clock, log
from runbook_tui.execution.admission import behind, missing, refuse_damage
from runbook_tui.execution.errors import RecordError, RecordFailed, RunClosed
from runbook_tui.execution.folder import (
    LOCK,
    RECORD,
    create_file,
    current_record,
    open_folder,
    open_folder_to_read,
)
from runbook_tui.execution.framing import FORMAT, NO_SUM, Checkpoint, Scan, Value, Whole, encode, scan, seal
from runbook_tui.execution.head import Head, HeadFile
from runbook_tui.execution.lock import Lock
from runbook_tui.execution.log import Log
from runbook_tui.execution.spill import rescued, spill, take_in

Holder = Mapping[str, str | int]
"""What another operator is told about who holds a record."""


class RecordWriter:
    """An open record. One thread at a time: :class:`~runbook_tui.execution.session.Session` sees to it."""

    def __init__(self, folder: Path, directory: int, file: Log, lock: Lock) -> None:
        self.path = folder / file.name
        self._directory = directory
        self._log = file
        self._lock = lock
        self._checkpoints: list[Checkpoint] = []
        self._written: list[bytes] = []
        """What the file holds, in pieces, for the case that it has to be written anew."""
        self._head: HeadFile | None = None
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
            lock = Lock.take(directory, LOCK, folder / LOCK, {"run": str(values.get("run", "")), **holder})
            writer = cls(folder, directory, Log.open(directory, RECORD, log.NEW, folder / RECORD), lock)
        except BaseException:
            _let_go(directory, lock)
            raise
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
            writer = cls(folder, directory, Log.open(directory, name, log.OLD, folder / name), lock)
        except BaseException:
            _let_go(directory, lock)
            raise
        try:
            writer._take_up(repair, accept_shorter)
            lock.tell({"run": writer.run_id, **holder})
        except BaseException:
            writer.close()
            raise
        return writer

    @property
    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """What was acknowledged, from the first on."""
        return tuple(self._checkpoints)

    @property
    def first(self) -> Checkpoint:
        """The checkpoint with which the run began."""
        return self._checkpoints[0]

    @property
    def last(self) -> Checkpoint:
        """The newest checkpoint that was acknowledged."""
        return self._checkpoints[-1]

    @property
    def run_id(self) -> str:
        """The id of the run, from the first checkpoint; empty when there is none."""
        return _run_id(self._checkpoints[0]) if self._checkpoints else ""

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
        checkpoint, data = seal(self._next(kind, values))
        written = False
        try:
            if not self._lock.held():
                raise OSError(0, f"{LOCK} was removed or replaced")
            self._log.append(data)
            written = True
            self._checkpoints.append(checkpoint)
            self._written.append(data)
            self._log.reserve()
            self._remember(checkpoint)
        except OSError as error:
            raise self._die(error, checkpoint, data) from error
        except BaseException as error:
            if not written:  # nobody knows what reached the disk
                self._die(OSError(0, f"interrupted by {type(error).__name__}"), checkpoint, data)
            raise
        return checkpoint

    def close(self) -> None:
        """Let another one write. May be called twice."""
        if self._closed:
            return
        self._closed = True
        if self._head is not None:
            self._head.close()
        self._log.close()
        with suppress(OSError):
            os.close(self._directory)
        self._lock.release()

    def _remember(self, checkpoint: Checkpoint) -> None:
        if self._head is None:
            self._head = HeadFile(self.run_id)
        self._head.write(Head(checkpoint.seq, checkpoint.sum))

    def _next(self, kind: str, values: Mapping[str, Value]) -> Checkpoint:
        instant = clock.now()
        if not self._checkpoints:
            return _checkpoint(0, NO_SUM, instant, kind, values)
        last = self._checkpoints[-1]
        jump = _jump(last, instant)
        if jump:
            values = {**values, "clock_jump_ms": jump}
        return _checkpoint(last.seq + 1, last.sum, instant, kind, values)

    def _die(self, error: OSError, refused: Checkpoint, data: bytes) -> RecordFailed:
        """End the file, and write everything to another one, the refused checkpoint included."""
        why = error.strerror or str(error)
        self._dead = RecordFailed(f"{self.path}: {why}", None, "")  # whatever happens below
        values = {"file": self._log.name, "because": why[:1000]}
        note = _checkpoint(refused.seq + 1, refused.sum, clock.now(), "continued-from", values)
        text = b"".join([*self._written, data, encode(note)])
        first = self._checkpoints[0] if self._checkpoints else refused
        where = spill(self.path.parent, self._directory, _run_id(first) or "run", text)
        self._dead = RecordFailed(f"{self.path}: {why}", where, text.decode())
        return self._dead

    def _take_up(self, repair: bool, accept_shorter: str) -> None:
        data, seen = self._read()
        elsewhere = rescued(_run_id(seen.checkpoints[0]), seen.checkpoints) if seen.checkpoints else None
        if elsewhere is not None:
            try:
                self._go_on_in(take_in(self._directory, elsewhere.data))
            except OSError as error:
                raise RecordError(
                    f"{self.path}: the newest checkpoints of this run are in {elsewhere.path}, and cannot be copied "
                    f"into its folder: {error.strerror or error}; make that possible, then resume again"
                ) from error
            data, seen = self._read()
        refuse_damage(self.path, seen, repair=repair)
        lost = missing(self.path, seen, repair=repair, accept_shorter=accept_shorter)
        self._checkpoints += seen.checkpoints
        self._written.append(data[: seen.end])
        rest = data[seen.end :]
        if rest:
            self._set_aside(rest, seen.end, seen.why)
        if lost:
            self.append("accepted-shorter", {"missing": lost, "reason": accept_shorter})

    def _read(self) -> tuple[bytes, Scan]:
        try:
            data = self._log.read_durably()
        except OSError as error:
            raise RecordError(f"{self.path}: cannot be read: {error.strerror or error}") from error
        return data, scan(data)

    def _go_on_in(self, name: str) -> None:
        path = self.path.with_name(name)
        file = Log.open(self._directory, name, log.OLD, path)
        self._log.close()
        self._log, self.path = file, path

    def _set_aside(self, rest: bytes, end: int, why: str) -> None:
        """Keep the bytes of an unfinished write in a file of their own, cut them off, and say so."""
        try:
            name = self._keep(rest, f"record.torn-{end}")
            self._log.cut(end)
        except OSError as error:
            what = f"{self.path}: its torn end cannot be cut off: {error.strerror or error}"
            raise RecordError(what) from error
        digest = hashlib.sha256(rest).hexdigest()
        self.append("recovered", {"file": name, "bytes": len(rest), "digest": digest, "because": why[:1000]})

    def _keep(self, rest: bytes, name: str) -> str:
        """Write bytes to a file of this name, or one with a number behind it; nothing is overwritten."""
        numbered, number = name, 1
        while True:
            try:
                create_file(self._directory, numbered, rest)
                return numbered
            except FileExistsError:
                number += 1
                numbered = f"{name}-{number}"


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
        file = Log.open(directory, name, log.READ, folder / name)
        try:
            data = file.read()
        except OSError as error:
            raise RecordError(f"{folder / name}: cannot be read: {error.strerror or error}") from error
        finally:
            file.close()
    finally:
        os.close(directory)
    seen = scan(data)
    return RecordView(folder / name, seen.checkpoints, seen.whole, seen.why, behind(seen.checkpoints))


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


def _run_id(first: Checkpoint) -> str:
    return str(first.values.get("run", ""))


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
