"""The kernel's own calls fail, lie or kill, under strace: what the functions of Python do not show.

Counted apart from the faults that are put into this process, because it needs strace.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.conftest import Show
from tests.faults.recording_story import judge

STRACE = shutil.which("strace")
ROOT = Path(__file__).parents[2]
FILES = ("record.yaml", "record.recovered-1.yaml", "record.recovered-1.yaml.part", "record.lock")
CALLS = "openat,write,fsync,pread64,newfstatat,fstat,flock,ftruncate,fallocate,renameat"
ERRORS = ("EIO", "ENOSPC", "EDQUOT", "EROFS", "EACCES", "EMFILE", "EINTR", "ESTALE", "ENOLCK")


@dataclass(frozen=True)
class Case:
    """One fault at one call of the kernel."""

    call: str
    number: int
    what: str
    """As strace's ``inject`` has it: ``error=EIO``, ``retval=50``, ``signal=KILL``."""
    from_then_on: bool = False

    def __str__(self) -> str:
        return f"{self.call}:{self.what}:when={self.number}{'+' if self.from_then_on else ''}"


def traced(folder: Path, case: Case | None) -> tuple[subprocess.CompletedProcess[str], str]:
    """Run the story under strace; what it printed, and the trace of the calls on its files."""
    log = folder.with_suffix(".trace")
    paths = [part for name in FILES for part in ("-P", str(folder / name), "-P", name)]
    inject = ["-e", f"inject={case}"] if case is not None else []
    command = [str(STRACE), "-f", "-qq", "-y", "-e", "signal=none", "-o", str(log), *paths, "-P", str(folder)]
    command += ["-e", f"trace={CALLS}", *inject, os.path.realpath(sys.executable)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
    program = [*command, "-S", "-m", "tests.faults.recording_story", str(folder)]
    done = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=60, check=False)
    return done, log.read_text(errors="replace") if log.exists() else ""


def works(folder: Path) -> bool:
    """Whether processes can be traced here, which containers often forbid."""
    done, trace = traced(folder, None)
    return done.returncode == 0 and "fsync(" in trace


def run_case(folder: Path, case: Case) -> tuple[int, bool]:
    """One case, judged: how much was acknowledged, and whether the program stopped."""
    done, trace = traced(folder, case)
    assert "Traceback" not in done.stderr, f"{case}: {done.stderr}"
    lines = done.stdout.splitlines()
    acknowledged = [int(line) for line in lines if line.isdigit()]
    killed = "KILL" in case.what
    if not killed:
        assert lines[-1] == "after-error 0", case
        assert str(folder) in done.stderr or done.returncode == 0, f"{case}: {done.stderr}"
    if case.call == "fsync" and "error" in case.what:
        after = trace.partition("(INJECTED)")[2]
        assert not re.search(r"fsync\(\d+<[^>]*/record\.yaml>\)", after), f"{case}: synced again"
    judge(folder, acknowledged, None, str(case))
    return len(acknowledged), done.returncode != 0


def cases(counts: Counter[str], step: int) -> Iterator[Case]:
    """Every ``step``-th of all cases. Python tries an interrupted call again, for ever if need be."""
    everything = []
    for call, count in sorted(counts.items()):
        for number in range(1, count + 1):
            everything += [Case(call, number, f"error={error}") for error in ERRORS]
            everything += [Case(call, number, f"error={error}", True) for error in ERRORS if error != "EINTR"]
            everything.append(Case(call, number, "signal=KILL"))
            if call == "write":
                everything += [Case(call, number, "retval=50"), Case(call, number, "retval=50", True)]
    yield from everything[::step]


def sweep(place: Path, step: int) -> str:
    clean = place / "clean"
    clean.mkdir(mode=0o700)
    if STRACE is None or not works(clean):
        pytest.skip("strace is not installed, or may not trace here")
    trace = clean.with_suffix(".trace").read_text(errors="replace")
    counts = Counter(re.findall(r"^\d+ +(\w+)\(", trace, re.MULTILINE))
    total = acknowledged = stopped = 0
    for case in cases(counts, step):
        total += 1
        folder = place / f"case-{total}"
        folder.mkdir(mode=0o700)
        told, ended = run_case(folder, case)
        acknowledged += told
        stopped += ended
    assert stopped
    calls = " ".join(f"{call}={count}" for call, count in sorted(counts.items()))
    return f"traced_cases={total} ({calls}) stopped={stopped} acked={acknowledged} acked_after_error=0 lost=0"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_some_kernel_calls_fail(memory: Path, show: Show) -> None:
    show(sweep(memory, step=83))


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_every_kernel_call_fails(memory: Path, show: Show) -> None:
    show(sweep(memory, step=1))
