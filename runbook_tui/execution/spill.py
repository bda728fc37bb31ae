"""The way out when a record cannot be written: all of it goes to a new file, from memory; and the way back."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from runbook_tui.execution.folder import create_file, make_folders, recovered_name
from runbook_tui.execution.framing import Checkpoint, Scan, Whole, scan
from runbook_tui.execution.head import state_folder

_PREFIX = "runbook-tui-"
_LARGEST = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Rescued:
    """A record that was written elsewhere, because its folder took nothing any more."""

    path: Path
    data: bytes


def spill(folder: Path, directory: int, run_id: str, text: bytes) -> Path | None:
    """Write a whole record to the first place that takes it.

    Args:
        folder: of the run; the first place.
        directory: its descriptor.
        run_id: names the file elsewhere.
        text: the record.

    Returns:
        Where it is, durably; None when no place took it.
    """
    with suppress(OSError):
        return folder / take_in(directory, text)
    with suppress(OSError, RuntimeError):
        return _elsewhere(_kept(), run_id, text)
    with suppress(OSError):
        return _in_new_folder(run_id, text)
    return None


def take_in(directory: int, text: bytes) -> str:
    """Write a whole record into the folder of its run, as its newest one.

    Returns:
        The name of the file, which is durable.

    Raises:
        OSError: it cannot be written; nothing of it is there.
    """
    return _numbered(directory, recovered_name, text)


def rescued(run_id: str, seen: Sequence[Checkpoint]) -> Rescued | None:
    """The longest record elsewhere that continues these checkpoints; None when there is none.

    Args:
        run_id: of the run.
        seen: the whole checkpoints of the record in the folder of the run, from the first on.
    """
    best, longest = None, len(seen)
    for path in _places(run_id):
        data = _read(path)
        found = scan(data)
        points = found.checkpoints
        same = not seen or (len(points) >= len(seen) and points[len(seen) - 1].sum == seen[-1].sum)
        if found.whole is Whole.CLEAN and same and len(points) > longest:
            best, longest = Rescued(path, data), len(points)
    return best


def all_rescued() -> Iterator[tuple[Path, Scan]]:
    """Every record of ours that was rescued to the state folder, with what is in it."""
    with suppress(OSError, RuntimeError):
        for path in sorted(_kept().glob("*.recovered-*.yaml")):
            found = scan(_read(path))
            if found.whole is Whole.CLEAN:
                yield path, found


def _places(run_id: str) -> Iterator[Path]:
    """Files that :func:`spill` may have written outside the folder of a run."""
    pattern = f"{run_id}.recovered-*.yaml"
    with suppress(OSError, RuntimeError):
        yield from sorted(_kept().glob(pattern))
    with suppress(OSError):
        for folder in sorted(Path(tempfile.gettempdir()).glob(f"{_PREFIX}*")):
            if _ours(folder.lstat(), stat.S_IFDIR):
                yield from sorted(folder.glob(pattern))


def _read(path: Path) -> bytes:
    """A file of ours; nothing when it is anything else."""
    with suppress(OSError):
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(fd, "rb") as file:
            if _ours(os.fstat(fd), stat.S_IFREG):
                return file.read(_LARGEST)
    return b""


def _ours(seen: os.stat_result, kind: int) -> bool:
    return stat.S_IFMT(seen.st_mode) == kind and seen.st_uid == os.getuid()


def _kept() -> Path:
    return state_folder() / "recovered"


def _in_new_folder(run_id: str, text: bytes) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        return _elsewhere(folder, run_id, text)
    except OSError:
        folder.rmdir()
        raise


def _elsewhere(folder: Path, run_id: str, text: bytes) -> Path:
    make_folders(folder)
    directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        return folder / _numbered(directory, lambda number: f"{run_id}.recovered-{number}.yaml", text)
    finally:
        os.close(directory)


def _numbered(directory: int, name_of: Callable[[int], str], text: bytes) -> str:
    """Write under the first number that is free. The name appears when the file is whole, or never."""
    taken = set(os.listdir(directory))
    name = next(name for number in count(1) if (name := name_of(number)) not in taken)
    part = f"{name}.part"
    with suppress(FileNotFoundError):
        os.unlink(part, dir_fd=directory)
    try:
        create_file(directory, part, text)
        os.rename(part, name, src_dir_fd=directory, dst_dir_fd=directory)
        os.fsync(directory)
    except OSError:
        for left in (part, name):
            with suppress(OSError):
                os.unlink(left, dir_fd=directory)
        raise
    return name
