"""The folder of one run: opened once, through no symbolic link, writable by nobody else."""

from __future__ import annotations

import os
import stat
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
    """A descriptor of the folder; everything inside is opened relative to it.

    Raises:
        RecordError: it is missing, no folder, a symbolic link, or others may write to it.
    """
    try:
        fd = os.open(path, _FLAGS)
        try:
            mode = os.fstat(fd).st_mode
        except OSError:
            os.close(fd)
            raise
    except OSError as error:
        raise RecordError(f"{path}: a folder is needed here: {error.strerror or error}") from error
    if mode & (stat.S_IWGRP | stat.S_IWOTH) and not mode & stat.S_ISVTX:
        os.close(fd)
        raise RecordError(f"{path}: others may write to this folder; take that away: chmod go-w {path}")
    return fd


def make_folder(path: Path) -> None:
    """Make a folder that only its owner may enter, durably.

    Raises:
        FileExistsError: something is there.
        OSError: it cannot be made.
    """
    path.mkdir(mode=0o700)
    sync_folder(path.parent)


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
