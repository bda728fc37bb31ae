"""Commands that print too much: the disk is not filled, and readers stay quick."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runbook_tui.execution import shim_gap
from runbook_tui.execution.commands import Ending, Job, follow, start
from runbook_tui.execution.folder import JOBS, OUTPUT
from runbook_tui.execution.output import Tail, examine

if TYPE_CHECKING:
    from tests.execution.conftest import WaitFor

MEBIBYTE = 1024 * 1024
Flood = Callable[..., tuple[Job, Ending, int]]


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    for name in (OUTPUT, JOBS):
        (folder / name).mkdir(parents=True)
    return folder


@pytest.fixture
def can_punch(tmp_path: Path) -> None:
    path = tmp_path / "probe"
    path.write_bytes(b"x" * MEBIBYTE)
    fd = os.open(path, os.O_RDWR)
    try:
        if not shim_gap.punch(fd, 0, MEBIBYTE // 2):
            pytest.skip("this file system cannot give space in the middle of a file back")
    finally:
        os.close(fd)


@pytest.fixture
def flood(run_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Flood:
    """Runs a command that prints too much; the job, its ending, and the most space its output took."""

    def run(script: str, cap: int, secrets: dict[str, str] | None = None) -> tuple[Job, Ending, int]:
        monkeypatch.setenv("RUNBOOK_OUTPUT_CAP", str(cap))
        job = Job(run_folder, "step-1")
        environment = dict(os.environ)
        given = {"directory": run_folder, "environment": environment, "timeout": 60.0}
        child = start(job, script, secrets=secrets or {}, **given)  # type: ignore[arg-type]
        most = 0

        def look() -> bool:
            nonlocal most
            if job.log.exists():
                most = max(most, job.log.stat().st_blocks * 512)
            return False

        found = follow(job, lambda _: None, look, child=child)
        assert found.ending is not None
        return job, found.ending, most

    return run


@pytest.mark.usefixtures("can_punch")
@pytest.mark.parametrize("secrets", [{}, {"TOKEN": "hunter2"}])
def test_the_beginning_and_the_end_are_kept(flood: Flood, secrets: dict[str, str]) -> None:
    cap = 4 * MEBIBYTE
    script = "echo begin; for n in {1..60}; do head -c 1000000 /dev/zero | tr '\\0' x; sleep 0.01; done; echo; echo end"
    job, ending, most = flood(script, cap, secrets)
    data = job.log.read_bytes()
    assert data.startswith(b"begin\nxxx")
    assert data.endswith(b"xxx\nend\n")
    assert b"\0" not in data
    assert ending.exit_code == 0
    assert ending.flooded
    notice = f"\n[{ending.dropped} bytes were left out here: the command printed too much]\n".encode()
    assert notice in data
    assert len(data) - len(notice) + ending.dropped == 60_000_011
    assert ending.size == len(data) < cap + 2 * MEBIBYTE
    assert most < 40 * MEBIBYTE, "it was given back while the command ran"
    assert examine(job.log, ending.size).tail[-1] == "end"


def test_what_is_long_but_not_too_long_is_kept(flood: Flood) -> None:
    job, ending, _ = flood("head -c 3000000 /dev/zero", 4 * MEBIBYTE)
    assert (ending.dropped, ending.flooded, ending.size) == (0, False, 3_000_000)
    assert job.log.stat().st_size == 3_000_000


@pytest.mark.usefixtures("can_punch")
def test_a_service_that_floods_on_is_left_its_file(flood: Flood, run_folder: Path) -> None:
    script = """
        (while true; do echo noise; sleep 0.01; done) & echo $! > service
        for n in {1..30}; do head -c 1000000 /dev/zero | tr '\\0' x; sleep 0.01; done; echo end
    """
    job, ending, _ = flood(script, 2 * MEBIBYTE)
    try:
        assert ending.left_running
        assert ending.dropped > 20 * MEBIBYTE
        assert ending.size > 30_000_000
        assert job.log.stat().st_blocks * 512 < 10 * MEBIBYTE
    finally:
        os.kill(int((run_folder / "service").read_text()), signal.SIGKILL)


def test_ten_gigabytes_of_hole_are_read_quickly(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with path.open("wb") as file:
        file.write(b"begin\n" + bytes(MEBIBYTE))
        file.seek(10 * 1024 * MEBIBYTE)
        file.write(b"found\nend\n")
    if path.stat().st_blocks * 512 > 100 * MEBIBYTE:
        pytest.skip("this file system has no holes")
    began = time.process_time()
    printed = examine(path, 1 << 62, "found")
    assert (printed.found, printed.tail[-1]) == (True, "end")
    assert printed.size == path.stat().st_size
    reader = Tail(path)
    shown = ""
    while (text := reader.read()) is not None:
        shown += text
    assert shown.endswith("found\nend\n")
    assert time.process_time() - began < 5
    assert printed.digest == examine(path, printed.size).digest
    assert printed.digest != examine(path, printed.size - 1).digest


def test_a_watcher_of_an_output_that_was_shortened_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * 1000)
    reader = Tail(path)
    assert reader.read() == "x" * 1000
    path.write_bytes(b"x" * 500)
    assert reader.read() is None
    with path.open("ab") as file:
        file.write(b"more")
    assert reader.read() == "more"


class TestGap:
    """Closing a gap, without a command."""

    def gap(self, tmp_path: Path, size: int) -> tuple[Path, int, shim_gap.Gap]:
        path = tmp_path / "log"
        path.write_bytes(b"".join(b"%07d\n" % number for number in range(size // 8)))
        fd = os.open(path, os.O_WRONLY | os.O_APPEND)
        return path, fd, shim_gap.Gap(fd, 64 * 1024)

    @pytest.mark.usefixtures("can_punch")
    def test_nothing_of_what_is_kept_changes(self, tmp_path: Path) -> None:
        path, fd, gap = self.gap(tmp_path, MEBIBYTE)
        before = path.read_bytes()
        gap.widen(MEBIBYTE)
        dropped = gap.close(alone=True)
        os.close(fd)
        head, rest = path.read_bytes().split(b"\n[", 1)
        tail = rest.split(b"]\n", 1)[1]
        assert before.startswith(head)
        assert before.endswith(tail)
        assert len(head) + dropped + len(tail) == len(before)
        assert len(tail) >= 32 * 1024

    def test_a_file_system_that_cannot_keeps_everything(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path, fd, gap = self.gap(tmp_path, MEBIBYTE)
        before = path.read_bytes()
        monkeypatch.setattr(shim_gap, "punch", lambda *_: False)
        gap.widen(MEBIBYTE)
        gap.widen(MEBIBYTE)
        assert gap.close(alone=True) == 0
        os.close(fd)
        assert path.read_bytes() == before

    def test_a_system_without_such_a_call(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path, fd, gap = self.gap(tmp_path, MEBIBYTE)
        monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
        gap.widen(MEBIBYTE)
        os.close(fd)
        assert path.stat().st_blocks * 512 >= MEBIBYTE
        assert gap.close(alone=True) == 0

    @pytest.mark.usefixtures("can_punch")
    def test_a_full_disk_leaves_the_hole(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path, fd, gap = self.gap(tmp_path, MEBIBYTE)
        before = path.read_bytes()
        gap.widen(MEBIBYTE)

        def full(*_: object) -> int:
            raise OSError(28, "full")

        with monkeypatch.context() as patch:
            patch.setattr(os, "pwrite", full)
            dropped = gap.close(alone=True)
        os.close(fd)
        assert dropped > 900_000
        data = path.read_bytes()
        assert len(data) == len(before)
        assert data.replace(b"\0", b"") == before[: 32 * 1024] + before[32 * 1024 + dropped :]


def test_a_disk_that_takes_no_more_hides_no_outcome(run_folder: Path) -> None:
    """A limit on the size of files stands for a full disk; it holds for the shim as well."""
    job = Job(run_folder, "step-1")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, before[1]))
    try:
        script = "trap '' XFSZ; head -c 1000000 /dev/zero || exit 9"
        child = start(job, script, directory=run_folder, environment=dict(os.environ), timeout=20)
        found = follow(job, lambda _: None, lambda: False, child=child)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert found.ending is not None
    assert (found.ending.exit_code, found.ending.size) == (9, 64 * 1024)


def test_a_masked_output_that_finds_no_space_is_said_to_be_incomplete(
    run_folder: Path, wait_for: WaitFor
) -> None:
    job = Job(run_folder, "step-1")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, before[1]))
    try:
        script = "head -c 1000000 /dev/zero; exit 7"
        environment = dict(os.environ)
        child = start(
            job, script, directory=run_folder, environment=environment, timeout=20, secrets={"T": "hunter2"}
        )
        found = follow(job, lambda _: None, lambda: False, child=child)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert found.ending is not None
    assert (found.ending.exit_code, found.ending.saved) == (7, False)
    wait_for(lambda: job.log.stat().st_size == 64 * 1024)
