"""Taking a secret out of an output file after the fact.

A record is a chain and cannot be scrubbed: the last lines of an output that it quotes stay as they are. The output file
is replaced, and a ``redacted`` checkpoint says what it is from then on.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from runbook_tui.execution.errors import NotAllowed
from runbook_tui.execution.folder import OUTPUT, sync_folder, write_all
from runbook_tui.text.masking import SHORTEST, Masker

_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Redacted:
    """What a ``redacted`` checkpoint says."""

    output: str
    """Path of the file, relative to the folder of the run."""
    size: int
    digest: str
    """SHA-256 of what it is now."""
    before: str
    """SHA-256 of what it was."""

    @property
    def changed(self) -> bool:
        """Whether there was anything to take out; the file was not touched when there was not."""
        return self.digest != self.before


def redact(folder: Path, output: str, values: Iterable[str]) -> Redacted:
    """Replace values in an output file with ``***``, in all forms that are masked while a command runs.

    The new file takes the place of the old one whole, or not at all. It is durable when this returns.

    Args:
        folder: of the run. Whoever calls this holds the run's lock, and nothing of the step runs.
        output: the file, as checkpoints name it: ``output/deploy-billing-1.log``.
        values: what is to be taken out.

    Raises:
        NotAllowed: there is no such file, or a value is too short to be looked for.
        OSError: it cannot be replaced; it is as it was.
    """
    wanted = tuple(values)
    if not wanted or any(len(value.encode("utf-8", "surrogateescape")) < SHORTEST for value in wanted):
        raise NotAllowed(f"what is to be taken out of an output has at least {SHORTEST} bytes")
    name = Path(output).name
    if output != f"{OUTPUT}/{name}":
        raise NotAllowed(f"{output} is no output file of a run; they are named like {OUTPUT}/deploy-1.log")
    place = folder / OUTPUT
    source = _open(place / name, output)
    part = place / f"{name}.redacted-{os.getpid()}"
    try:
        before, after, size = _copy(source, part, Masker(wanted))
        if before != after:
            part.replace(place / name)
            sync_folder(place)
    finally:
        os.close(source)
        part.unlink(missing_ok=True)
    return Redacted(output, size, after, before)


def _open(path: Path, output: str) -> int:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise NotAllowed(f"{output} cannot be read: {error.strerror or error}") from error
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise NotAllowed(f"{output} is no plain file")
    return fd


def _copy(source: int, part: Path, masker: Masker) -> tuple[str, str, int]:
    """Write the masked text to a new file, durably; both digests and the new size."""
    before, after = hashlib.sha256(), hashlib.sha256()
    size = 0
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    fd = os.open(part, flags, 0o600)
    try:
        while True:
            data = os.read(source, _CHUNK)
            before.update(data)
            clean = masker.feed(data) if data else masker.finish()
            after.update(clean)
            size += len(clean)
            write_all(fd, clean)
            if not data:
                break
        os.fsync(fd)
    finally:
        os.close(fd)
    return before.hexdigest(), after.hexdigest(), size
