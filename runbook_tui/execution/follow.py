"""Following a record that somebody else writes: no lock, only what is whole, only what is new is read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from runbook_tui.execution.admission import behind
from runbook_tui.execution.errors import RecordError
from runbook_tui.execution.folder import current_record, open_folder_to_read
from runbook_tui.execution.framing import Whole, scan
from runbook_tui.execution.log import READ, Log
from runbook_tui.execution.record import RecordView, read_record

INTERVAL = 0.5
"""Seconds between two looks that are soon enough for people."""


class _Seen(NamedTuple):
    name: str
    device: int
    inode: int
    size: int
    written: int


class Follower:
    """Looks at a record again and again. A record that goes on in another file, or is replaced, is read anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: _Seen | None = None
        self._view: RecordView | None = None
        self._end = 0
        """Where the whole checkpoints that were read end."""

    def poll(self) -> RecordView | None:
        """The record as it is now; None when it is as it was at the last look.

        Raises:
            RecordError: there is none, or it cannot be read.
        """
        directory = open_folder_to_read(self._folder)
        try:
            seen = _look(directory)
            if seen == self._seen:
                return None
            self._view = self._grown(directory, seen) or self._anew()
            self._seen = seen
        except OSError as error:
            raise RecordError(f"{self._folder}: cannot be read: {error.strerror or error}") from error
        finally:
            os.close(directory)
        return self._view

    def _grown(self, directory: int, seen: _Seen) -> RecordView | None:
        """The record with what was added to it; None when that is not all that happened."""
        old, before = self._view, self._seen
        if old is None or before is None or not old.checkpoints:
            return None
        if seen[:3] != before[:3] or seen.size < before.size:
            return None
        last = old.checkpoints[-1]
        file = Log.open(directory, seen.name, READ, self._folder / seen.name)
        try:
            added = scan(file.read(self._end), last.seq + 1, last.sum)
        finally:
            file.close()
        if added.whole not in {Whole.CLEAN, Whole.EMPTY}:
            return None
        self._end += added.end
        points = old.checkpoints + added.checkpoints
        return RecordView(self._folder / seen.name, points, Whole.CLEAN, "", behind(points))

    def _anew(self) -> RecordView:
        view = read_record(self._folder)
        self._end = sum(point.size for point in view.checkpoints)
        return view


def _look(directory: int) -> _Seen:
    name = current_record(directory)
    seen = os.stat(name, dir_fd=directory, follow_symlinks=False)
    return _Seen(name, seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns)
