"""The folder of one run: opened once, through no symbolic link, writable by nobody else."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from runbook_tui.execution.errors import RecordError

RECORD = "record.yaml"
RUNBOOK = "runbook.yaml"
OUTPUT = "output"
JOBS = "jobs"
LOCK = "record.lock"
_RECOVERED = "record.recovered-{}.yaml"
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def open_folder(path: Path) -> int:
    """A descriptor of the folder of a run, to write in it; everything inside is opened relative to it.

    Neither it nor the folder it is in (``checkout.runs``) may be a symbolic link, or one that others can write to,
    unless it is sticky and belongs to root or to us: who can write there could put another folder in its place.

    Raises:
        RecordError: it is missing, no folder, a symbolic link, or others may write to it.
    """
    return _walk(path, _require_ours)


def open_folder_to_read(path: Path) -> int:
    """A descriptor of the folder of a run for reading; a copy out of git is fine whoever may write to it.

    Raises:
        RecordError: it is missing, no folder, or behind a symbolic link.
    """
    return _walk(path, lambda fd, shown: None)


def require_parts(path: Path) -> frozenset[str]:
    """Let through a run's folder whose own folders for scripts and outputs are real ones; make those that are gone.

    Returns:
        The names of those that were gone, and all that was in them.

    Raises:
        RecordError: something else stands in the place of one, or it cannot be made.
    """
    gone = set()
    for name in (JOBS, OUTPUT):
        part = path / name
        try:
            real = stat.S_ISDIR(part.lstat().st_mode)
        except FileNotFoundError:
            gone.add(name)
            continue
        except OSError as error:
            raise RecordError(f"{part}: a folder is needed here: {error.strerror or error}") from error
        if not real:
            raise RecordError(f"{part}: a real folder is needed here, this is none; put back what was there")
    for name in gone:
        try:
            make_folder(path / name)
        except OSError as error:
            raise RecordError(f"{path / name}: cannot be made: {error.strerror or error}") from error
    return frozenset(gone)


def _walk(path: Path, check: Callable[[int, Path], None]) -> int:
    """Open the folder through no symbolic link in its last two components, each of which is checked."""
    whole = path.absolute()
    if ".." in whole.parts:
        whole = Path(os.path.realpath(whole))
    shown = whole.parent
    try:
        runs = os.open(shown, _FLAGS)
        try:
            check(runs, shown)
            shown = path
            fd = os.open(whole.name or "/", _FLAGS, dir_fd=runs)
        finally:
            os.close(runs)
        try:
            check(fd, shown)
        except BaseException:
            os.close(fd)
            raise
    except OSError as error:
        told = shown if shown.is_symlink() else path
        raise RecordError(f"{told}: {_no_folder(error, told)}") from error
    return fd


def _no_folder(error: OSError, path: Path) -> str:
    if error.errno in {errno.ELOOP, errno.ENOTDIR} and path.is_symlink():
        return "a symbolic link; name the folder itself"
    return f"the folder of a run is needed here: {error.strerror or error}"


def _require_ours(fd: int, shown: Path) -> None:
    seen = os.fstat(fd)
    if not seen.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return
    if seen.st_mode & stat.S_ISVTX and seen.st_uid in {0, os.getuid()}:
        return
    raise RecordError(f"{shown}: others may write to this folder; take that away: chmod go-w {shown}")


def make_folder(path: Path) -> None:
    """Make a folder that only its owner may enter, durably.

    Raises:
        FileExistsError: something is there.
        OSError: it cannot be made.
    """
    path.mkdir(mode=0o700)
    sync_folder(path.parent)


def make_folders(path: Path) -> None:
    """Make a folder and those that it is in, as far as they are missing, for their owner only and durably.

    Raises:
        OSError: one of them cannot be made.
    """
    missing = []
    while not path.is_dir():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        with suppress(
            FileExistsError
        ):  # somebody else made it just now; if it is no folder, the next one fails
            make_folder(folder)


def sync_folder(path: Path) -> None:
    """Make the entries of a folder durable."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def create_file(directory: int, name: str, data: bytes) -> None:
    """Write a new file of mode 0600 and make it and its name durable.

    Raises:
        FileExistsError: something is there.
        OSError: not all of it could be written.
    """
    fd = os.open(
        name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600, dir_fd=directory
    )
    try:
        write_all(fd, data)
        os.fsync(fd)
        if os.pread(fd, len(data) + 1, 0) != data:
            raise OSError(0, "what was written cannot be read back")
        os.fsync(directory)
    finally:
        os.close(fd)


def replace_file(directory: int, name: str, data: bytes) -> None:
    """Put a small file of mode 0600 in place of another one, or none; whoever reads sees the old or the new one.

    Raises:
        OSError: it cannot be written; the old one is still there.
    """
    part = f"{name}.part"
    with suppress(FileNotFoundError):
        os.unlink(part, dir_fd=directory)
    create_file(directory, part, data)
    os.rename(part, name, src_dir_fd=directory, dst_dir_fd=directory)
    os.fsync(directory)


def write_all(fd: int, data: bytes) -> None:
    """Write everything; a short write is continued."""
    view = memoryview(data)
    while view:
        written = os.write(fd, view)
        if written <= 0:
            raise OSError(0, "nothing could be written")
        view = view[written:]


def current_record(directory: int) -> str:
    """Name of the file with the run's record: the newest that it was rescued to, else ``record.yaml``."""
    number = 0
    while _exists(directory, recovered_name(number + 1)):
        number += 1
    return recovered_name(number) if number else RECORD


def recovered_name(number: int) -> str:
    """Name of the file that a record is rescued to when it cannot be written any more; counted from 1."""
    return _RECOVERED.format(number)


def _exists(directory: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True
