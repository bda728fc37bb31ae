"""Commands under their shim: start, watch, find again, end. See :mod:`runbook_tui.execution.shim`."""

from __future__ import annotations

import os
import select
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from runbook_tui.execution import clock, processes
from runbook_tui.execution.folder import JOBS, OUTPUT, sync_folder, write_all
from runbook_tui.execution.output import Tail
from runbook_tui.execution.processes import Process
from runbook_tui.execution.quiet import Silence

GRACE = 10.0
"""Seconds between TERM and KILL of a command that is to end."""

OUTPUT_CAP = 256 * 1024 * 1024
"""Bytes that are kept of what a command prints, half from the beginning; ``RUNBOOK_OUTPUT_CAP`` overrides it."""

SHIM = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import shim; del sys.path[0]; shim.run()"
"""What the interpreter of a shim is told. It imports it: a script would be compiled each time."""
_BLOCKED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_NEVER = "never-started"
_HIDDEN = "RUNBOOK_HIDDEN_"
"""What variables begin with that the shim takes out of the command's environment."""
_MARK = "RUNBOOK_JOB"
"""Variable by which what a command left behind is found when its shim is gone, even in a session of its own."""
_POLL = 0.05
_SHORT_POLL = 0.01
_CHUNKS, _LAST_CHUNKS = 4, 32
"""Pieces of 64 KiB that are handed on before somebody else has a turn, and when the command has ended."""
_silence = Silence()


@dataclass(frozen=True, slots=True)
class Job:
    """One execution of one script, by its files in the folder of the run."""

    run: Path
    """Folder of the run."""
    name: str
    """Unique in the run: ``deploy-billing-1``."""

    @property
    def place(self) -> Path:
        """The folder that the shim makes."""
        return self.run / JOBS / self.name

    @property
    def script(self) -> Path:
        """What bash runs."""
        return self.run / JOBS / f"{self.name}.sh"

    @property
    def output(self) -> str:
        """The output file, relative to the folder of the run."""
        return f"{OUTPUT}/{self.name}.log"

    @property
    def log(self) -> Path:
        """The output file."""
        return self.run / self.output


class Standing(StrEnum):
    """What the files of a job say about it."""

    NEVER = "never"
    """It was not started, and now never will be."""
    RUNNING = "running"
    ENDED = "ended"
    GONE = "gone"
    """It was started, no longer runs, and nobody wrote down how it ended."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a command ended, as its shim wrote it down."""

    how: str
    """``exit`` by itself, ``timeout`` or ``stopped``."""
    exit_code: int
    """Negative for a signal."""
    at: str
    milliseconds: int
    size: int
    """Bytes of the output file that are the command's."""
    left_running: bool
    """Whether it left processes behind, such as a service that it started."""
    dropped: int = 0
    """Bytes from the middle of what it printed that were not kept, because it was too much."""
    flooded: bool = False
    """Whether it printed more than is to be kept; all of it is there when ``dropped`` is 0."""
    saved: bool = True
    """Whether all of the output was written and made durable."""
    unended: tuple[int, ...] = ()
    """Processes that were to end with it and could not be made to, such as those of another user. While there are
    any, ``exit_code`` says nothing."""


@dataclass(frozen=True, slots=True)
class Found:
    """A job as it stands. ``ending`` is there when it ended, ``shim`` when it was started."""

    standing: Standing
    ending: Ending | None = None
    shim: Process | None = None


def start(
    job: Job,
    script: str,
    *,
    directory: Path,
    environment: Mapping[str, str],
    timeout: float | None,
    secrets: Mapping[str, str] = {},
    hidden: Mapping[str, str] = {},
) -> int:
    """Start a command in a session of its own, with its output in :attr:`Job.log`.

    Args:
        job: new.
        script: for ``bash -euo pipefail``; passed in a file, so that no other user sees it.
        directory: where it runs.
        environment: all of it but the secrets.
        timeout: seconds after which its shim ends it; None for never.
        secrets: more of the environment. The values are masked in the output, and are in no file of the job.
        hidden: further values that are masked; the command does not get them.

    Returns:
        The process id of the shim, a child of this process.

    Raises:
        OSError: its files cannot be written, or no process can be started. Nothing was started.
    """
    fd = os.open(job.script, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        write_all(fd, script.encode())
    finally:
        os.close(fd)
    limit = max(1, round(timeout * 1000)) if timeout is not None else 0
    figures = [str(limit), str(round(GRACE * 1000)), str(_output_cap())]
    unseen = {f"{_HIDDEN}{name}": value for name, value in hidden.items()}
    names = ",".join([*secrets, *(f"-{name}" for name in unseen)])
    nothing = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)]
    return os.posix_spawn(
        sys.executable,
        [
            *(sys.executable, "-I", "-S", "-c", SHIM),
            *(str(job.place), str(job.log), str(directory), *figures, names),
        ],
        {**environment, **secrets, **unseen, _MARK: str(job.place)},
        file_actions=nothing,
        setsid=True,
        setsigmask=_BLOCKED,
    )


def find(job: Job) -> Found:
    """See how a job stands. When its shim did not begin by now, this keeps it from ever doing so."""
    if not job.place.exists() and _prevent(job):
        return Found(Standing.NEVER)
    if (job.place / _NEVER).exists():
        return Found(Standing.NEVER)
    shim = _shim(job)
    running = shim is not None and processes.alive(shim)
    ending = read_ending(job)
    if ending is None and not running:
        ending = read_ending(job) or _read_ending(job.place / "result.part")
    if ending is not None:
        return Found(Standing.ENDED, ending, shim)
    return Found(Standing.RUNNING if running else Standing.GONE, None, shim)


def read_ending(job: Job) -> Ending | None:
    """How it ended; None while nobody wrote that down."""
    return _read_ending(job.place / "result")


def _read_ending(path: Path) -> Ending | None:
    lines = _read(path)
    if lines is None or "whole" not in lines:
        return None
    try:
        spent = int(lines["ended_mono"]) - int(lines["started_mono"])
        return Ending(
            how=lines["ended"],
            exit_code=int(lines["exit"]),
            at=lines["at"],
            milliseconds=max(0, spent // 1000),
            size=int(lines["bytes"]),
            left_running=lines["left_running"] == "1",
            dropped=int(lines["dropped"]),
            flooded=lines["flooded"] == "1",
            saved=lines["saved"] == "1",
            unended=tuple(int(pid) for pid in lines["unended"].split()),
        )
    except (KeyError, ValueError):
        return None


def follow(
    job: Job, on_output: Callable[[str], None], leave: Callable[[], bool], *, child: int | None = None
) -> Found:
    """Hand on what a command prints until it has ended, or until the caller wants to leave.

    Args:
        job: started.
        on_output: gets clean text.
        leave: asked at least every 50 ms; the command goes on when it says yes.
        child: the shim's process id when it is a child of this process.

    Returns:
        How the job stands; ``RUNNING`` when ``leave`` said yes.
    """
    tail = Tail(job.log)
    shim = _shim(job) if child is None else None
    handle = _handle(child if child is not None else shim.pid if shim is not None else None)
    try:
        while True:
            ended = not _wait(handle, child, shim)
            _hand_on(tail, on_output, _LAST_CHUNKS if ended else _CHUNKS)
            if ended:
                break
            if leave():
                return Found(Standing.RUNNING, None, shim)
    finally:
        if handle is not None:
            os.close(handle)
    if rest := tail.finish():
        on_output(rest)
    if child is not None:
        with suppress(ChildProcessError):
            os.waitpid(child, 0)
    return find(job)


def stop(job: Job) -> bool:
    """Ask the shim to end the command: TERM to the whole tree, KILL after :data:`GRACE`.

    Returns:
        Whether there is a shim that heard it.
    """
    try:
        fd = os.open(job.place / "control", os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:  # nobody has the other end open
        return False
    try:
        os.write(fd, b"x")
    except OSError:
        return False
    finally:
        os.close(fd)
    return True


def quiet_for(job: Job) -> float:
    """Seconds since a command that runs printed anything; since it began when it printed nothing."""
    lines = _read(job.place / "started") or {}
    began = lines.get("mono", "")
    return _silence.of(job.log, int(began) if began.isdigit() else clock.since_boot())


def survivors(job: Job) -> tuple[int, ...]:
    """Processes that a command whose shim is gone may have left running."""
    shim = _shim(job)
    if shim is None or shim.boot != processes.myself().boot:
        return ()
    return tuple(sorted({*processes.of_session(shim.pid), *processes.with_variable(_MARK, str(job.place))}))


def discard(job: Job) -> None:
    """Take the files of a job that ended away."""
    shutil.rmtree(job.place, ignore_errors=True)
    for path in (job.script, job.log):
        with suppress(OSError):
            path.unlink()


def _hand_on(tail: Tail, on_output: Callable[[str], None], most: int) -> None:
    """Hand on what was printed, and stop even if something prints for ever."""
    for _ in range(most):
        text = tail.read()
        if text is None:
            return
        if text:
            on_output(text)


def _handle(pid: int | None) -> int | None:
    """A descriptor that tells when a process ends; None when it did, or the kernel has no such thing."""
    if pid is None:
        return None
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None


def _wait(handle: int | None, child: int | None, shim: Process | None) -> bool:
    """Wait a moment, or until the shim ends; whether it still runs after that."""
    if not _runs(child, shim):
        return False
    if handle is None:
        time.sleep(_SHORT_POLL)
    else:
        poller = select.poll()
        poller.register(handle, select.POLLIN)
        poller.poll(_POLL * 1000)
    return _runs(child, shim)


def _runs(child: int | None, shim: Process | None) -> bool:
    if child is None:
        return shim is not None and processes.alive(shim)
    try:
        return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    except ChildProcessError:
        return False


def _prevent(job: Job) -> bool:
    """Take the place of a shim that has not begun; it will see that and end. Whether that worked."""
    draft = job.place.with_name(f"{job.name}.{os.getpid()}.{_NEVER}")
    try:
        draft.mkdir(mode=0o700, exist_ok=True)
        (draft / _NEVER).touch(mode=0o600)
        draft.rename(job.place)
        sync_folder(job.place.parent)
    except OSError:  # somebody was first, or the folder is gone, and with it all evidence
        shutil.rmtree(draft, ignore_errors=True)
        return False
    return True


def forget(job: Job) -> None:
    """Take the place of a shim of which the files are gone, so that nobody can know how its command ended.

    Raises:
        OSError: that is not possible.
    """
    job.place.mkdir(mode=0o700, exist_ok=True)
    sync_folder(job.place.parent)


def _output_cap() -> int:
    given = os.environ.get("RUNBOOK_OUTPUT_CAP", "")
    return int(given) if given.isdigit() else OUTPUT_CAP


def _shim(job: Job) -> Process | None:
    lines = _read(job.place / "started")
    try:
        return Process(int(lines["pid"]), int(lines["start"]), lines["boot"]) if lines else None
    except (KeyError, ValueError):
        return None


def _read(path: Path) -> dict[str, str] | None:
    try:
        text = path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    return dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
