"""Runs one command of a step so that its outcome is known even when nobody watches.

Started by :mod:`runbook_tui.execution.commands` as a process of a session of its own, with the arguments of
:func:`main`. A lost terminal, a dropped ssh or a killed app end neither this nor the command, and the time limit holds
without the app.

    JOB.sh            the script, written by the app
    JOB/started       pid, start time, boot id; the folder appears together with it, or not at all
    JOB/control       a FIFO: any byte in it means "end the command"
    JOB/result.part   space for the result, so that a full disk cannot hide how the command ended
    JOB/result        how it ended; appears whole, or not at all
    LOG               what the command printed

The command writes into LOG itself. One that gets secrets writes into a pipe, and this masks what it reads there.

Only what starts fast is imported: this is on the way of every step. Interrupt, hang-up and terminate signals are
blocked by whoever starts this, and stay so: only the FIFO ends the command.
"""
# Without pathlib, contextlib and ctypes, which take longer to import than the rest of this takes to run.
# ruff: noqa: PTH102, PTH104, PTH108, PTH120, PTH123

import os
import select
import sys
import time

TYPE_CHECKING = False  # as in typing, which takes long to import
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from runbook_tui.execution.shim_gap import Gap
    from runbook_tui.execution.shim_pipe import Pipe

_TERM, _KILL = 15, 9
_SET_CHILD_SUBREAPER = 36
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_BOOT_ID = "/proc/sys/kernel/random/boot_id"
_LONGEST_POLL = 0.2  # seconds; time limits count suspended time, which poll(2) does not
_SHORT_POLL = 0.02
_GIVE_UP = 5.0  # seconds after KILL: what is still there cannot be killed
_RESERVED = 4096  # bytes
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def main(
    job: str, log: str, directory: str, timeout_ms: int, grace_ms: int, *, cap: int = 0, secrets: str = ""
) -> None:
    """Run ``JOB.sh`` to its end and write down how it ended.

    Args:
        job: path of the job's folder, which does not exist yet.
        log: path of the output file, which does not exist yet.
        directory: where the command runs.
        timeout_ms: time limit; 0 for none.
        grace_ms: time between TERM and KILL.
        cap: bytes of the output that are kept at most, its beginning and its end; 0 for all.
        secrets: names of environment variables, with commas between them, of which the values are masked. Behind a
            dash stands one that the command does not get.
    """
    claimed = _claim(job, log)
    if claimed is None:
        return
    control, log_fd, result, boot = claimed
    _adopt_orphans()
    started = _now()
    child = None
    masks = [
        os.environ.pop(name[1:]) if name[0] == "-" else os.environ[name]
        for name in secrets.split(",")
        if name
    ]
    try:
        output = Output(log_fd, cap, masks)
    except OSError as error:  # there is no pipe to be had
        output = Output(log_fd, cap, [])
        output.write(_cannot_be_started(error))
    else:
        child = _start(job, directory, output)
        for name in ("shim_tree", "shim_gap"):  # while bash starts; later, the program may have been replaced
            _load(name)
    ended, status, unended = "exit", 127, list[int]()
    if child is not None:
        limit = started + timeout_ms * 1_000_000 if timeout_ms else None
        ended, status, unended = _watch(child, control, output, limit, grace_ms)
    left = _any_left()
    lines: dict[str, object] = {
        "ended": ended,
        "exit": status,
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "boot": boot,
        "started_mono": started // 1000,
        "ended_mono": _now() // 1000,
        "left_running": int(left),
        "unended": " ".join(map(str, unended)),
        **output.finish(os.path.dirname(log), alone=not left),
        "whole": 1,
    }
    _conclude(job, result, _text(lines).encode())
    os.close(control)
    output.go_on()


class Output:
    """The file for what the command prints, and the pipe in front of it when something has to be masked.

    Args:
        log: descriptor of the file, open for appending.
        cap: bytes that are kept at most, half of them from the beginning; 0 for all.
        values: what is masked.
    """

    def __init__(self, log: int, cap: int, values: list[str]) -> None:
        self._log = log
        self._cap = cap
        self._gap: Gap | None = None
        self._pipe: Pipe | None = None
        if values:
            self._pipe = _load("shim_pipe").Pipe(_load("masking", "/../text").Masker(values))
        self._known = 0
        self._lost = False
        self.inlet = log if self._pipe is None else self._pipe.inlet
        """What the command writes to."""
        self.outlet = None if self._pipe is None else self._pipe.outlet
        """What there is to read from; None when the command writes to the file itself."""

    @property
    def flooded(self) -> bool:
        """Whether there was more than is kept."""
        return self._gap is not None

    def handed_over(self) -> None:
        """The command has its end of the pipe, or never will."""
        if self._pipe is not None:
            _tried(lambda: os.close(self.inlet))

    def keep_up(self) -> bool:
        """Read what there is, drop what is too much; whether there can be more to read."""
        more = self._pipe.read(self.write) if self._pipe is not None else False
        if self._cap and self._size() > self._cap:
            if self._gap is None:
                self._gap = _load("shim_gap").Gap(self._log, self._cap)
            self._gap.widen(self._known)
        return more

    def write(self, data: bytes) -> None:
        """Add to the file. The command goes on even when that is not possible any more."""
        try:
            while data:
                data = data[os.write(self._log, data) :]
        except OSError:
            self._lost = True

    def finish(self, folder: str, *, alone: bool) -> dict[str, object]:
        """Make the output durable; what the result says about it.

        Args:
            folder: of the file.
            alone: nothing prints any more.
        """
        if self._pipe is not None:
            self.write(self._pipe.end(self.write))
        self.keep_up()
        dropped = self._gap.close(alone) if self._gap is not None else 0
        size = self._size()
        saved = not self._lost
        if size:
            saved &= _tried(lambda: os.fsync(self._log)) & _tried(lambda: _sync(folder))
        return {"bytes": size, "dropped": dropped, "flooded": int(self.flooded), "saved": int(saved)}

    def _size(self) -> int:
        try:
            self._known = os.fstat(self._log).st_size
        except OSError:
            self._known = os.lseek(self._log, 0, os.SEEK_END)
        return self._known

    def go_on(self) -> None:
        """Leave a process behind that masks what a service goes on to print; without it the pipe would break."""
        if self._pipe is not None and self._pipe.open and os.fork() == 0:
            while self._pipe.wait(self.write):
                pass


def _claim(job: str, log: str) -> tuple[int, int, int, str] | None:
    """Make the job's folder, whole, with ``started`` in it, and the output file.

    Returns:
        Descriptors of the FIFO, the output and the result, and the boot id. None when somebody else was first.

    Raises:
        OSError: that is not possible; then the folder is not there, and nothing will ever run.
    """
    draft = f"{job}.{os.getpid()}"
    os.mkdir(draft, 0o700)
    os.mkfifo(draft + "/control", 0o600)
    control = os.open(draft + "/control", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    boot = _boot_id()
    started = os.open(draft + "/started", _NEW, 0o600)
    identity = {"pid": os.getpid(), "start": _start_time(), "boot": boot, "mono": _now() // 1000}
    os.write(started, _text(identity).encode())
    os.close(started)
    result = os.open(draft + "/result.part", _NEW, 0o600)
    try:
        os.posix_fallocate(result, 0, _RESERVED)
    except OSError:
        os.write(result, b"\n" * _RESERVED)
    output = os.open(log, _NEW | os.O_APPEND, 0o600)
    try:
        os.rename(draft, job)
    except OSError:
        os.unlink(log)
        return None
    return control, output, result, boot


def _start(job: str, directory: str, output: "Output") -> int | None:
    """Start bash; None, with the reason in the output, when that is impossible."""
    try:
        # Before anything happens, it is durable that something may have. Only the first of these costs much: a
        # journal is committed as a whole.
        for path in (job + "/started", job, os.path.dirname(job)):
            _sync(path)
        os.chdir(directory)
        return os.posix_spawnp(
            "bash",
            ["bash", "-euo", "pipefail", job + ".sh"],
            os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, output.inlet, fd) for fd in (1, 2)],
            setpgroup=0,  # `kill 0` in a script ends the script, not the one who has to write down how it ended
            setsigmask=[],
            setsigdef=[number for number in range(1, 32) if number not in (_KILL, 19)],
        )
    except OSError as error:
        output.write(_cannot_be_started(error))
        return None
    finally:
        output.handed_over()


def _cannot_be_started(error: OSError) -> bytes:
    return f"cannot be started: {error}\n".encode(errors="replace")


def _watch(
    child: int, control: int, output: "Output", limit: int | None, grace_ms: int
) -> tuple[str, int, list[int]]:
    """Wait for the command; end it when its time is up or when that is asked for.

    Returns:
        How it ended, its exit status, and the processes that should have ended and could not be made to.
    """
    poller = select.poll()
    poller.register(control, select.POLLIN)
    longest = _LONGEST_POLL
    try:
        poller.register(os.pidfd_open(child), select.POLLIN)
    except OSError:  # an old kernel, or a container that forbids it
        longest = _SHORT_POLL
    printed = output.outlet
    if printed is not None:
        poller.register(printed, select.POLLIN)
    while True:
        wait = min(longest, _SHORT_POLL) if output.flooded else longest
        left = wait if limit is None else (limit - _now()) / 1e9
        ready = [fd for fd, _ in poller.poll(max(0.0, min(left, wait)) * 1000)]
        if not output.keep_up() and printed is not None:
            poller.unregister(printed)
            printed = None
        status = _reap(child)[0]
        if status is not None:
            return "exit", status, []
        if control in ready:
            return "stopped", *_end(child, output, grace_ms)
        if limit is not None and _now() >= limit:
            return "timeout", *_end(child, output, grace_ms)


def _end(child: int, output: "Output", grace_ms: int) -> tuple[int, list[int]]:
    """TERM the whole tree, KILL what is left after a while.

    Returns:
        The status of the command itself, and what did not end, such as a process of another user.
    """
    status: int | None = None
    kill_at = _now() + grace_ms * 1_000_000
    give_up = kill_at + int(_GIVE_UP * 1e9)
    left = True
    tree = _load("shim_tree")
    for pid in tree.below() or [child]:  # once: what a handler of TERM starts, to clean up, has its time
        tree.send(pid, _TERM)
    while left and _now() < give_up:
        output.keep_up()
        seen, left = _reap(child)
        status = seen if status is None else status
        if left and _now() >= kill_at:
            for pid in tree.below() or ([child] if status is None else []):
                tree.send(pid, _KILL)
        if left:
            time.sleep(_SHORT_POLL)
    return -_KILL if status is None else status, tree.below() if left else []


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
    except OSError:
        return status, True  # nobody knows; it is asked again


def _any_left() -> bool:
    """Whether the command left processes behind that still run."""
    return _reap(0)[1]


def _conclude(job: str, result: int, data: bytes) -> None:
    """Let ``result`` appear. What fails after it was written is passed over: a whole ``result.part`` is as good.

    A result that is not whole, because the machine went down before all of it was durable, lacks its last line.
    """
    try:
        done = 0
        while done < len(data):
            done += os.pwrite(result, data[done:], done)
    except OSError:
        return
    _tried(lambda: os.ftruncate(result, len(data)))
    _tried(lambda: os.rename(job + "/result.part", job + "/result"))
    _tried(lambda: os.fsync(result))  # after the name was changed, so that one commit of a journal holds both
    _tried(lambda: _sync(job))


def _tried(call: "Callable[[], None]") -> bool:
    """Call it; whether that worked."""
    try:
        call()
    except OSError:
        return False
    return True


def _adopt_orphans() -> None:
    """Become the parent of what the command leaves behind, so that all of it can be found and ended."""
    try:
        import _ctypes  # ctypes itself takes 3 ms to import

        prctl = _ctypes.dlsym(_ctypes.dlopen(None, 0), "prctl")  # type: ignore[arg-type]
        _ctypes.call_function(prctl, (_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
    except (ImportError, AttributeError, OSError):
        pass  # what a command left behind in this session is found all the same


def _load(name: str, folder: str = "") -> "ModuleType":
    """Import a file of this program, which is run without the package that it is in."""
    sys.path.append(os.path.dirname(__file__) + folder)
    try:
        return __import__(name)
    finally:
        sys.path.pop()


def _now() -> int:
    return time.clock_gettime_ns(_CLOCK)


def _boot_id() -> str:
    with open(_BOOT_ID, encoding="ascii") as file:
        return file.read().strip()


def _start_time() -> int:
    with open("/proc/self/stat", "rb") as file:
        return int(file.read().rpartition(b")")[2].split()[19])


def _text(lines: dict[str, object]) -> str:
    return "".join(f"{key}: {value}\n" for key, value in lines.items())


def _sync(path: str) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def run() -> None:
    """What the process does. Arguments as those of :func:`main`."""
    job, log, directory, timeout_ms, grace_ms, cap, secrets = sys.argv[1:8]
    main(job, log, directory, int(timeout_ms), int(grace_ms), cap=int(cap), secrets=secrets)
    # Everything is on disk. Taking the interpreter down in order would take as long as starting bash.
    os._exit(0)
