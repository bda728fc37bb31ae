"""Taking a run over: the process of who holds it is asked to leave, and told by whom and why."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from runbook_tui.execution import clock, holders, processes
from runbook_tui.execution.errors import HeldByAnother, RecordError
from runbook_tui.execution.folder import LOCK, open_folder, open_folder_to_read, replace_file
from runbook_tui.execution.lock import is_held, read_holder
from runbook_tui.execution.processes import Process

PATIENCE = 10.0
"""Seconds that a holder has to leave after they were asked."""
_WORD = "record.takeover"
_LONGEST = 64 * 1024


def ask_to_leave(folder: Path, reason: str, operator: str, *, patience: float = PATIENCE) -> None:
    """Have the process that holds a run leave it. What it runs goes on; its record says that it was interrupted.

    Args:
        folder: of the run.
        reason: why the run is taken over; the holder is told.
        operator: who takes it over.
        patience: seconds to wait for the holder.

    Raises:
        HeldByAnother: the holder is on another machine, is another user, or did not leave in time.
        RecordError: the folder or its lock cannot be used.
    """
    directory = open_folder(folder)
    try:
        if not is_held(directory, LOCK):
            return
        holder = read_holder(directory, LOCK)
        process = _reachable(folder, holder)
        word = {
            "by": operator,
            "reason": reason,
            "at": clock.now().at,
            "pid": process.pid,
            "start": process.start,
        }
        replace_file(directory, _WORD, json.dumps(word).encode() + b"\n")
        _end(folder, process, holder)
        if not _left(directory, patience):
            with suppress(OSError):  # who did not get it must not be named when it is left later
                os.unlink(_WORD, dir_fd=directory)
            raise HeldByAnother(
                f"{folder}: process {process.pid} was asked to leave and still holds the run after {patience:.0f} s; "
                f"end it with `kill -9 {process.pid}`, which loses nothing that is recorded, and resume again",
                holder,
            )
    except OSError as error:
        raise RecordError(f"{folder}: cannot be taken over: {error.strerror or error}") from error
    finally:
        os.close(directory)


def taken_over_by(folder: Path) -> str | None:
    """For a process that is asked to end: who takes its run over, and why; None when nobody does."""
    me = processes.myself()
    word = _read_word(folder)
    if (word.get("pid"), word.get("start")) != (me.pid, me.start):
        return None
    from runbook_tui.text.terminal import plain

    return f"{plain(str(word.get('by')))[:200]} took this run over: {plain(str(word.get('reason')))[:4000]}"


def _reachable(folder: Path, holder: Mapping[str, object]) -> Process:
    """The holder's process, when it is one of ours on this machine."""
    process = holders.process_of(holder)
    why = ""
    if process is None or holders.ended(holder):
        why = "the lock file does not say which process holds it; find it with `fuser record.lock` and end it"
    elif holder.get("host") not in {None, socket.gethostname()} or process.boot != clock.boot_id():
        why = "its holder is on another machine; ask them to leave it there"
    elif _owner(process.pid) != os.getuid():
        why = "its holder is another user of this machine; ask them to leave it"
    elif process.pid == os.getpid():
        why = "this very process holds it; leave it there first"
    if why or process is None:
        raise HeldByAnother(f"{folder}: it cannot be taken over from here: {why}", dict(holder))
    return process


def _owner(pid: int) -> int | None:
    try:
        return Path(f"/proc/{pid}").stat().st_uid
    except OSError:
        return None


def _end(folder: Path, process: Process, holder: Mapping[str, object]) -> None:
    """SIGTERM to exactly this process: its number cannot be given to another one while the descriptor is open."""
    with suppress(ProcessLookupError):
        fd = os.pidfd_open(process.pid)
        try:
            if processes.alive(process):
                signal.pidfd_send_signal(fd, signal.SIGTERM)
        except PermissionError as error:
            raise HeldByAnother(
                f"{folder}: process {process.pid} holds it and may not be ended from here; ask its operator to leave",
                dict(holder),
            ) from error
        finally:
            os.close(fd)


def _left(directory: int, patience: float) -> bool:
    ends = time.monotonic() + patience
    while is_held(directory, LOCK):
        if time.monotonic() > ends:
            return False
        time.sleep(0.05)
    return True


def _read_word(folder: Path) -> dict[str, object]:
    try:
        directory = open_folder_to_read(folder)
        try:
            fd = os.open(_WORD, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=directory)
            try:
                found = json.loads(os.pread(fd, _LONGEST, 0))
            finally:
                os.close(fd)
        finally:
            os.close(directory)
    except (OSError, ValueError, RecursionError, RecordError):
        return {}
    return found if isinstance(found, dict) else {}
