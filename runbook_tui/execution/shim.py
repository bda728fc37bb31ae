"""Runs one command of a step so that its outcome is known even when nobody watches.

Started as ``python -I -S shim.py JOB LOG DIRECTORY TIMEOUT_MS GRACE_MS`` in a session of its own. A lost terminal, a
dropped ssh or a killed app end neither this nor the command, and the time limit holds without the app.

    JOB.sh            the script, written by the app
    JOB/started       pid, start time, boot id; the folder appears together with it, or not at all
    JOB/control       a FIFO: any byte in it means "end the command"
    JOB/result        how it ended; appears whole, or not at all
    LOG               what the command printed, written by the command itself

Only what starts fast is imported: this is on the way of every step. Interrupt, hang-up and terminate signals are
blocked by whoever starts this, and stay so: only the FIFO ends the command.
"""
# Without pathlib and contextlib, which take longer to import than the rest of this takes to run.
# ruff: noqa: PTH102, PTH104, PTH120, PTH123, PTH208, SIM105

import ctypes
import os
import select
import sys
import time

_TERM, _KILL = 15, 9
_SET_CHILD_SUBREAPER = 36
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_LONGEST_POLL = 0.2  # seconds; time limits count suspended time, which poll(2) does not
_SHORT_POLL = 0.02
_GIVE_UP = 5.0  # seconds after KILL: what is still there cannot be killed
_RESULT_BYTES = 1024  # set aside at the start, so that a full disk cannot hide how the command ended


def main(job: str, log: str, directory: str, timeout_ms: int, grace_ms: int) -> None:
    """Run ``JOB.sh`` to its end and write down how it ended.

    Args:
        job: path of the job's folder, which does not exist yet.
        log: path of the output file, which does not exist yet.
        directory: where the command runs.
        timeout_ms: time limit; 0 for none.
        grace_ms: time between TERM and KILL.
    """
    control = _claim(job)
    if control is None:
        return
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # orphans of the command become ours
    result = _create(job, "result.part", "\n" * _RESULT_BYTES)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    started = _now()
    child = _start(job + ".sh", directory, output)
    ended, status = ("exit", 127) if child is None else _watch(child, control, timeout_ms, grace_ms)
    lines = {
        "ended": ended,
        "exit": status,
        "bytes": os.fstat(output).st_size,
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "boot": _boot_id(),
        "started_mono": started // 1000,
        "ended_mono": _now() // 1000,
        "left_running": int(_any_left()),
    }
    os.fsync(output)
    os.ftruncate(result, os.pwrite(result, _text(lines).encode(), 0))
    os.fsync(result)
    os.rename(job + "/result.part", job + "/result")
    _sync(job)


def _claim(job: str) -> int | None:
    """Make the job's folder, whole, with ``started`` in it. None when somebody else was first."""
    draft = f"{job}.{os.getpid()}"
    os.mkdir(draft, 0o700)
    os.mkfifo(draft + "/control", 0o600)
    control = os.open(draft + "/control", os.O_RDWR | os.O_NONBLOCK)
    identity = {"pid": os.getpid(), "start": _start_time(), "boot": _boot_id()}
    _create(draft, "started", _text(identity))
    _sync(draft)
    try:
        os.rename(draft, job)
    except OSError:
        return None
    _sync(os.path.dirname(job))
    return control


def _start(script: str, directory: str, output: int) -> int | None:
    """Start bash; None, with the reason in the output, when that is impossible."""
    try:
        os.chdir(directory)
        return os.posix_spawnp(
            "bash",
            ["bash", "-euo", "pipefail", script],
            os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, output, 1), (os.POSIX_SPAWN_DUP2, output, 2)],
            setpgroup=0,  # `kill 0` in a script ends the script, not the one who has to write down how it ended
            setsigmask=[],
            setsigdef=[number for number in range(1, 32) if number not in (_KILL, 19)],
        )
    except OSError as error:
        os.write(output, f"cannot be started: {error}\n".encode(errors="replace"))
        return None


def _watch(child: int, control: int, timeout_ms: int, grace_ms: int) -> tuple[str, int]:
    """Wait for the command; end it when its time is up or when that is asked for."""
    poller = select.poll()
    poller.register(control, select.POLLIN)
    longest = _LONGEST_POLL
    try:
        poller.register(os.pidfd_open(child), select.POLLIN)
    except OSError:  # an old kernel, or a container that forbids it
        longest = _SHORT_POLL
    limit = _now() + timeout_ms * 1_000_000 if timeout_ms else None
    while True:
        left = longest if limit is None else (limit - _now()) / 1e9
        ready = [fd for fd, _ in poller.poll(max(0.0, min(left, longest)) * 1000)]
        status = _reap(child)[0]
        if status is not None:
            return "exit", status
        if control in ready:
            return "stopped", _end(child, grace_ms)
        if limit is not None and _now() >= limit:
            return "timeout", _end(child, grace_ms)


def _end(child: int, grace_ms: int) -> int:
    """TERM the whole tree, KILL what is left after a while; the status of the command itself."""
    status: int | None = None
    kill_at = _now() + grace_ms * 1_000_000
    give_up = kill_at + int(_GIVE_UP * 1e9)
    for pid in _descendants():  # once: what a handler of TERM starts, in order to clean up, has its time
        _signal(pid, _TERM)
    while _now() < give_up:
        seen, left = _reap(child)
        status = seen if status is None else status
        if not left:
            break
        if _now() >= kill_at:
            for pid in _descendants():
                _signal(pid, _KILL)
        time.sleep(0.02)
    return -_KILL if status is None else status


def _reap(child: int) -> tuple[int | None, bool]:
    """Take note of what ended, orphans too: scripts wait for them to disappear.

    Returns:
        The exit status of ``child`` if it is among them, negative for a signal; whether anything still runs.
    """
    status = None
    try:
        while True:
            pid, raw = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return status, True
            if pid == child:
                status = os.waitstatus_to_exitcode(raw)
    except ChildProcessError:
        return status, False


def _descendants() -> list[int]:
    """All processes below this one, parents first."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    parent = int(file.read().rpartition(b")")[2].split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(name))
    found = [os.getpid()]
    for pid in found:
        found.extend(children.get(pid, ()))
    return found[1:]


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except OSError:
        pass  # it ended, or belongs to another user


def _any_left() -> bool:
    """Whether the command left processes behind that still run."""
    return _reap(0)[1]


def _now() -> int:
    return time.clock_gettime_ns(_CLOCK)


def _boot_id() -> str:
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return file.read().strip()


def _start_time() -> int:
    with open("/proc/self/stat", "rb") as file:
        return int(file.read().rpartition(b")")[2].split()[19])


def _text(lines: dict[str, object]) -> str:
    return "".join(f"{key}: {value}\n" for key, value in lines.items())


def _create(folder: str, name: str, text: str) -> int:
    """Write a new file, sync its bytes but not its name, and leave it open."""
    fd = os.open(f"{folder}/{name}", os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    os.write(fd, text.encode())
    os.fsync(fd)
    return fd


def _sync(folder: str) -> None:
    fd = os.open(folder, os.O_RDONLY)
    os.fsync(fd)
    os.close(fd)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
    os._exit(
        0
    )  # everything is on disk; taking the interpreter down in order would take as long as starting bash
