"""Every call of the shim fails, or is the moment at which it is killed: the outcome is then right, or unknown."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from runbook_tui.execution import commands, processes, shim
from runbook_tui.execution.commands import Job, Standing, find, read_ending
from runbook_tui.execution.folder import JOBS, OUTPUT

CALLS = (
    *(
        "open",
        "write",
        "pwrite",
        "fsync",
        "fstat",
        "rename",
        "ftruncate",
        "close",
        "mkdir",
        "mkfifo",
        "unlink",
    ),
    *("posix_fallocate", "posix_spawnp", "chdir", "waitpid", "pidfd_open", "listdir", "kill", "pipe", "read"),
    *("set_blocking", "fork"),
)
SYSTEM_CALLS = {
    "fsync": 6,
    "pwrite64": 1,
    "ftruncate": 1,
    "rename": 2,
    "mkdir": 1,
    "mknodat": 1,
    "fallocate": 1,
    "write": 2,
}
"""Those that an interpreter does not need to start, and how often a shim calls them."""
ENDING = ("waitpid", "pidfd_open", "listdir", "kill", "fstat")
ERRORS = ("EIO", "ENOSPC")
ALL_ERRORS = (*ERRORS, "EDQUOT", "EROFS", "EACCES", "EMFILE", "EINTR", "ESTALE", "ENOLCK", "EFBIG")
KILLS = ("killed before", "killed after")
PATIENCE = 20.0


@dataclass(frozen=True)
class Fault:
    """What happens at the n-th call of a function; nothing when it has no name."""

    what: str = ""
    call: str = ""
    number: int = 0

    def __str__(self) -> str:
        return f"{self.call} number {self.number} {self.what}"


@dataclass(frozen=True)
class Scene:
    """What the shim has to do, and how that ends when nothing goes wrong."""

    script: str
    how: str = "exit"
    codes: tuple[int, ...] = (3,)
    timeout_ms: int = 20_000
    secrets: str = ""
    calls: tuple[str, ...] = CALLS
    """Which ones are worth a case; others were tried in another scene."""


NO_FAULT = Fault()
SCENES = {
    "plain": Scene("echo x >> proof; exit 3"),
    "secret": Scene('echo x >> proof; echo "$TOKEN"; exit 3', secrets="TOKEN"),
    "time limit": Scene("echo x >> proof; sleep 60", "timeout", (-15, -9, 143), 100, calls=ENDING),
}


def be_the_shim(job: Job, scene: Scene, fault: Fault, counts: int) -> None:
    """Be a shim of which one call fails. Never returns."""
    seen: Counter[str] = Counter()
    what = fault.what

    def wrap(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def wrapped(*args: object, **kwargs: object) -> object:
            seen[name] += 1
            here = name == fault.call and seen[name] == fault.number
            if here and what == KILLS[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            if here and what not in KILLS and name != "close":
                raise OSError(getattr(errno, what), os.strerror(getattr(errno, what)))
            result = real(*args, **kwargs)
            if here and what == KILLS[1]:
                os.kill(os.getpid(), signal.SIGKILL)
            if here:  # a close that fails has closed
                raise OSError(getattr(errno, what), os.strerror(getattr(errno, what)))
            return result

        return wrapped

    try:
        os.setsid()
        os.environ["TOKEN"] = "hunter2"
        real_write = os.write
        patch = pytest.MonkeyPatch()
        for name in CALLS:
            patch.setattr(os, name, wrap(name, getattr(os, name)))
        directory = str(job.run)
        shim.main(
            str(job.place), str(job.log), directory, scene.timeout_ms, 100, cap=1 << 20, secrets=scene.secrets
        )
        told = " ".join(f"{name}={count}" for name, count in seen.items())
        real_write(counts, told.encode())
    finally:
        os._exit(0)


def case(folder: Path, scene: Scene, fault: Fault = NO_FAULT) -> tuple[Job, str]:
    """Run one shim to its end; its job, and how often it called what, when it came to its end."""
    folder.mkdir()
    for name in (OUTPUT, JOBS):
        (folder / name).mkdir()
    job = Job(folder, "step-1")
    job.script.write_text(scene.script)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        be_the_shim(job, scene, fault, writing)
    os.close(writing)
    wait_until(lambda: os.waitpid(child, os.WNOHANG)[0] == child, f"{fault}: it does not end")
    counts = os.read(reading, 4096).decode()
    os.close(reading)
    return job, counts


def wait_until(condition: Callable[[], bool], what: str) -> None:
    ends = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < ends, what
        time.sleep(0.001)


def end_survivors(job: Job) -> tuple[int, ...]:
    left = commands.survivors(job)
    for pid in left:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return left


def judge(job: Job, scene: Scene, where: str) -> Standing:
    """Compare what the files say with what happened."""
    found = find(job)
    proof = job.run / "proof"
    if found.standing is Standing.GONE:
        wait_until(lambda: not end_survivors(job), where)
    ran = proof.read_text().count("x") if proof.exists() else 0
    assert ran <= 1, where
    assert found.standing is not Standing.RUNNING, where
    if found.standing is Standing.NEVER:
        assert ran == 0, where
        assert find(job).standing is Standing.NEVER, where
    if found.ending is not None:
        ending = found.ending
        if ending.exit_code == 127:
            assert ran == 0, where
            assert "cannot be started" in job.log.read_text(), where
        else:
            assert ran == 1 or scene.how == "timeout", where
            assert (ending.how, ending.unended) == (scene.how, ()), where
            assert ending.exit_code in scene.codes, where
            assert found.shim is not None, where
            assert not processes.of_session(found.shim.pid), where
    if job.log.exists():
        assert b"hunter2" not in job.log.read_bytes(), where
    return found.standing


def sweep(parent: Path, faults: tuple[str, ...], scenes: tuple[str, ...] = tuple(SCENES)) -> str:
    """All calls of these scenes with all faults."""
    standings: Counter[Standing] = Counter()
    for name in scenes:
        scene = SCENES[name]
        job, seen = case(parent / f"clean-{name}".replace(" ", "-"), scene)
        assert judge(job, scene, name) is Standing.ENDED
        counts = {call: int(count) for call, count in (item.split("=") for item in seen.split())}
        assert {"open", "write", "pwrite", "fsync", "rename", "posix_spawnp", "waitpid"} <= set(counts)
        for call, count in ((call, counts[call]) for call in scene.calls if call in counts):
            for number in range(1, min(count, 12) + 1):
                for what in faults:
                    fault = Fault(what, call, number)
                    folder = parent / f"case-{standings.total()}"
                    job, _ = case(folder, scene, fault)
                    standings[judge(job, scene, f"{name}: {fault}")] += 1
                    shutil.rmtree(folder)
    known = standings[Standing.ENDED] + standings[Standing.NEVER]
    assert known > standings[Standing.GONE]
    return told(standings)


def told(standings: Counter[Standing]) -> str:
    return (
        f"cases={standings.total()} ended={standings[Standing.ENDED]} never_started={standings[Standing.NEVER]} "
        f"unknown={standings[Standing.GONE]} wrong=0 run_twice=0"
    )


def test_every_call_fails_with_every_error_in_a_plain_run(memory: Path, show: Callable[[str], None]) -> None:
    show(sweep(memory, ALL_ERRORS, ("plain",)))


def test_every_call_fails_or_is_the_last(memory: Path, show: Callable[[str], None]) -> None:
    show(sweep(memory, (ERRORS[0], *KILLS)))


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_every_call_fails_with_every_error(memory: Path, show: Callable[[str], None]) -> None:
    show(sweep(memory, (*ALL_ERRORS, *KILLS)))


def test_a_result_that_cannot_get_its_name_is_read_where_it_is(memory: Path) -> None:
    job, counts = case(memory / "clean", SCENES["plain"])
    renames = dict(item.split("=") for item in counts.split())["rename"]
    job, _ = case(memory / "case", SCENES["plain"], Fault("EIO", "rename", int(renames)))
    assert read_ending(job) is None
    found = find(job)
    assert found.ending is not None
    assert found.ending.exit_code == 3


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_every_system_call_fails_under_strace(memory: Path, show: Callable[[str], None]) -> None:
    standings: Counter[Standing] = Counter()
    scene = SCENES["plain"]
    for call, most in SYSTEM_CALLS.items():
        for fault in ("error=EIO", "error=ENOSPC", "signal=SIGKILL"):
            for number in range(1, most + 1):
                where = f"{call} {fault} when={number}"
                folder = memory / f"strace-{standings.total()}"
                folder.mkdir()
                for name in (OUTPUT, JOBS):
                    (folder / name).mkdir()
                job = Job(folder, "step-1")
                job.script.write_text(scene.script)
                inject = f"inject={call}:{fault}:when={number}"
                arguments = (job.place, job.log, folder, 20_000, 100, 0, "")
                subprocess.run(
                    [
                        *("strace", "-qq", "-o", "/dev/null", "-e", "signal=none", "-e", inject),
                        *(sys.executable, "-I", "-S", "-c", commands.SHIM, *map(str, arguments)),
                    ],
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                    check=False,
                )
                standings[judge(job, scene, where)] += 1
                shutil.rmtree(folder)
    show(told(standings))
