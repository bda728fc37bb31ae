"""The way out when a record cannot be written: all of it goes to a new file, from memory."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path

from runbook_tui.execution.folder import create_file, recovered_name
from runbook_tui.execution.head import state_folder


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
        return folder / _numbered(directory, recovered_name, text)
    with suppress(OSError, RuntimeError):
        return _elsewhere(state_folder() / "recovered", run_id, text)
    with suppress(OSError):
        return _in_new_folder(run_id, text)
    return None


def _in_new_folder(run_id: str, text: bytes) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="runbook-tui-"))
    try:
        return _elsewhere(folder, run_id, text)
    except OSError:
        folder.rmdir()
        raise


def _elsewhere(folder: Path, run_id: str, text: bytes) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
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
