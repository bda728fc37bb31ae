"""The output file of a command, read while it grows and after it ended."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runbook_tui.text.terminal import StreamCleaner

_CHUNK = 64 * 1024
_BLOCK = 1024 * 1024
_LONGEST_HOLE = 64 * 1024 * 1024
"""Bytes of NULs that are read like other bytes: fewer cost little, and some file systems make holes of their own."""
_MOST_BEHIND = 1024 * 1024
_SHOWN_AFTER_SKIP = 256 * 1024
_TAIL_BYTES = 64 * 1024
_TAIL_LINES = 40
_TAIL_LINE = 400
_TAIL_TEXT = 6000
"""Characters of a tail. The worst of them take six bytes each in a record, whose checkpoints hold 64 KiB."""


class Tail:
    """Reads what was added to a file since the last time, as text that is safe for a terminal."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._position = 0
        self._cleaner: StreamCleaner | None = None

    def read(self) -> str | None:
        """What was added, at most 64 KiB of it; None when nothing was.

        A command that prints faster than a terminal can show is not shown completely: the text says how much was
        left out. The file has all of it.
        """
        from runbook_tui.text.terminal import StreamCleaner

        if self._cleaner is None:
            self._cleaner = StreamCleaner()
        try:
            with self._path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                self._position = min(self._position, size)  # its middle was left out when it was too long
                behind = size - self._position
                skipped = behind - _SHOWN_AFTER_SKIP if behind > _MOST_BEHIND else 0
                file.seek(self._position + skipped)
                data = file.read(_CHUNK)
        except OSError:
            return None
        if not data:
            return None
        self._position += skipped + len(data)
        if not skipped:
            return self._cleaner.feed(data)
        before = self._cleaner.finish()
        self._cleaner = StreamCleaner()
        notice = f"\n[{skipped} bytes are not shown here; the file is {self._path.name}]\n"
        return before + notice + self._cleaner.feed(data)

    def finish(self) -> str:
        """What the cleaner still held back."""
        return self._cleaner.finish() if self._cleaner is not None else ""


@dataclass(frozen=True, slots=True)
class Printed:
    """What is recorded of an output."""

    digest: str
    """SHA-256 of the file, without a hole of more than 64 MiB."""
    size: int
    tail: tuple[str, ...]
    """The last lines, at most 40, cut where they are long."""
    found: bool
    """Whether the text that was looked for is in it."""


def examine(path: Path, limit: int, expect: str | None = None) -> Printed:
    """Read an output file once. A hole of more than 64 MiB, where too much was printed, is passed over.

    Args:
        path: of the file; one that is missing is an empty one.
        limit: how many bytes belong to the command; a service that it left running may print more.
        expect: text to look for, in what was printed or in what a terminal would have shown of the end of it.
    """
    seen = hashlib.sha256()
    size = 0
    wanted = (expect or "").encode()
    found = not wanted
    kept = b""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            while size < limit:
                size += _hole(fd, size, limit)
                chunk = os.pread(fd, min(_BLOCK, limit - size), size)
                if not chunk:
                    break
                seen.update(chunk)
                size += len(chunk)
                kept = kept[-max(_TAIL_BYTES, len(wanted)) :] + chunk
                found = found or wanted in kept
        finally:
            os.close(fd)
    except OSError:
        pass
    text = _clean(kept)
    return Printed(seen.hexdigest(), size, tail(text[-_TAIL_BYTES:]), found or (expect or "") in text)


def _hole(fd: int, place: int, limit: int) -> int:
    """Bytes of a hole that this place is in, when enough of it comes to be passed over."""
    try:
        ends = min(os.lseek(fd, place, os.SEEK_DATA), limit)
    except OSError:  # nothing but a hole is left, or the file system cannot tell
        return 0
    return ends - place if ends - place >= _LONGEST_HOLE else 0


def tail(text: str) -> tuple[str, ...]:
    """The last lines of a clean text, few and short enough for a checkpoint."""
    kept: list[str] = []
    room = _TAIL_TEXT
    for line in reversed(text.splitlines()[-_TAIL_LINES:]):
        cut = line if len(line) <= _TAIL_LINE else line[: _TAIL_LINE - 1] + "…"
        room -= len(cut)
        if room < 0:
            break
        kept.append(cut)
    return tuple(reversed(kept))


def _clean(data: bytes) -> str:
    from runbook_tui.text.terminal import StreamCleaner

    cleaner = StreamCleaner()
    return cleaner.feed(data) + cleaner.finish()
