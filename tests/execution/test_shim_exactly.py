"""The shim in the process of the test: what it writes down, to the line, and what it does when a call fails."""

# ruff: noqa: ANN401, PTH109, PTH115, PTH208 - much here stands in for functions of os
from __future__ import annotations

import ctypes
import os
import re
import select
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from runbook_tui.execution import shim, shim_gap, shim_pipe, shim_tree
from runbook_tui.text import masking

MEBIBYTE = 1024 * 1024
Shim = Callable[..., dict[str, str]]
real_poll = select.poll


def has_children() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The shim takes every child of its process for one of its command, and leaves descriptors to its end."""
    if has_children():
        pytest.skip("this process has children of an earlier test")
    monkeypatch.chdir(tmp_path)
    for name, module in {"shim_gap": shim_gap, "shim_pipe": shim_pipe, "shim_tree": shim_tree}.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(sys.modules, "masking", masking)
    before = {int(name) for name in os.listdir("/proc/self/fd")}
    yield tmp_path
    while has_children():
        for name in os.listdir("/proc"):
            with suppress(OSError, ValueError):
                if Path(f"/proc/{int(name)}/stat").read_text().rpartition(")")[2].split()[1] == str(
                    os.getpid()
                ):
                    os.kill(int(name), signal.SIGKILL)
        with suppress(ChildProcessError):
            os.wait()
    ctypes.CDLL(None).prctl(36, 0, 0, 0, 0)
    for name in os.listdir("/proc/self/fd"):
        if int(name) not in before:
            with suppress(OSError):  # the one that listed them
                os.close(int(name))


@pytest.fixture
def run(here: Path) -> Shim:
    """Runs a script under the shim, and gives the lines of its result."""

    def start(script: str, timeout_ms: int = 20_000, grace_ms: int = 2000, **given: Any) -> dict[str, str]:
        (here / "job.sh").write_text(script)
        directory = given.pop("directory", str(here))
        shim.main(str(here / "job"), str(here / "log"), directory, timeout_ms, grace_ms, **given)
        lines = (here / "job" / "result").read_text().splitlines()
        parts = [line.partition(":") for line in lines]
        return {name: value.removeprefix(" ") for name, _, value in parts}

    return start


def test_what_is_written_down(run: Shim, here: Path) -> None:
    begins, wall = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000, time.time()
    found = run("echo out; sleep 0.1; echo err >&2; exit 3")
    ends = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    at, first, last = found.pop("at"), int(found.pop("started_mono")), int(found.pop("ended_mono"))
    assert list(found.items()) == [
        ("ended", "exit"), ("exit", "3"), ("boot", boot), ("left_running", "0"), ("unended", ""), ("bytes", "8"),
        ("dropped", "0"), ("flooded", "0"), ("saved", "1"), ("whole", "1"),
    ]  # fmt: skip
    assert begins <= first < first + 100_000 <= last <= ends
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", at)
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(wall))
    assert moment <= at <= time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    assert (here / "log").read_text() == "out\nerr\n"
    assert sorted(os.listdir(here)) == ["job", "job.sh", "log"]
    assert sorted(os.listdir(here / "job")) == ["control", "result", "started"]
    modes = {
        name: (here / name).stat().st_mode
        for name in ("job", "log", "job/control", "job/result", "job/started")
    }
    assert {name: stat.S_IMODE(mode) for name, mode in modes.items()} == {
        "job": 0o700, "log": 0o600, "job/control": 0o600, "job/result": 0o600, "job/started": 0o600,
    }  # fmt: skip
    assert stat.S_ISFIFO(modes["job/control"])
    started = dict(line.split(": ") for line in (here / "job/started").read_text().splitlines())
    assert list(started) == ["pid", "start", "boot", "mono"]
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    assert (started["pid"], started["start"], started["boot"]) == (str(os.getpid()), fields[19], boot)
    assert begins <= int(started["mono"]) <= first
    assert os.getcwd() == str(here)


@pytest.mark.parametrize(
    ("script", "status", "printed"),
    [
        ("false; echo no", "1", ""),
        ("echo $nothing_such; echo no", "1", r"\S+: line 1: nothing_such: unbound variable\n"),
        ("false | true; echo no", "1", ""),
        ("kill -9 $$", "-9", ""),
        ("[[ $(cut -d' ' -f5 /proc/$$/stat) == $$ ]] # a group of its own: what `kill 0` ends", "0", ""),
        ("pwd; echo ${0##*/}", "0", r".*\njob\.sh\n"),
        ("grep -hE 'Sig(Blk|Ign)' /proc/self/status", "0", r"SigBlk:\t0{16}\nSigIgn:\t\w{8}[08]0{7}\n"),
        ("kill -HUP $$; echo no", "-1", ""),
        ("", "0", ""),
        ("sleep 0.05 & exit 4", "4", ""),
    ],
)
def test_how_bash_is_run(run: Shim, here: Path, script: str, status: str, printed: str) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGUSR1])
    try:
        found = run(script)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        signal.signal(signal.SIGHUP, before)
    assert (found["ended"], found["exit"], found["saved"]) == ("exit", status, "1")
    log = (here / "log").read_text()
    assert re.fullmatch(printed, log)
    assert found["bytes"] == str(len(log))
    if "&" in script:
        os.wait()


def test_the_environment_and_the_folder_are_those_of_the_shim(
    run: Shim, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIVEN", "a b")
    (here / "inside").mkdir()
    run('echo "$GIVEN $PWD"', directory=str(here / "inside"))
    assert (here / "log").read_text() == f"a b {here}/inside\n"


def test_a_folder_that_is_not_there(run: Shim, here: Path) -> None:
    found = run("echo no", directory=str(here / "nowhere"))
    told = f"cannot be started: [Errno 2] No such file or directory: '{here}/nowhere'\n"
    assert (here / "log").read_text() == told
    assert (found["ended"], found["exit"], found["bytes"]) == ("exit", "127", str(len(told)))
    assert (found["left_running"], found["unended"]) == ("0", "")


def test_who_comes_second_runs_nothing(here: Path) -> None:
    (here / "job.sh").write_text("touch ran")
    (here / "job").mkdir()
    (here / "job" / "started").write_text("by another one")
    shim.main(str(here / "job"), str(here / "log"), str(here), 0, 0)
    assert os.listdir(here / "job") == ["started"]
    assert not (here / "log").exists()
    assert not (here / "ran").exists()


@pytest.mark.parametrize(
    ("script", "grace", "outcome"),
    [
        ("sleep 60", 5000, ("-15", "")),
        ("trap 'echo term; exit 5' TERM; sleep 60 & wait", 5000, ("5", "term\n")),
        ("trap '' TERM; while true; do sleep 0.01; done", 100, ("-9", "")),
        ("(trap '' TERM; while true; do sleep 0.01; done) & sleep 60", 100, ("-15", "")),
    ],
)
def test_a_command_whose_time_is_up(
    run: Shim, here: Path, script: str, grace: int, outcome: tuple[str, str]
) -> None:
    began = time.monotonic()
    found = run(script, 300, grace)
    assert (found["exit"], (here / "log").read_text()) == outcome
    assert (found["ended"], found["left_running"], found["unended"]) == ("timeout", "0", "")
    took = int(found["ended_mono"]) - int(found["started_mono"])
    assert took >= (300 + (grace if grace == 100 else 0)) * 1000
    assert time.monotonic() - began < 4.5
    assert not has_children()


def test_a_command_that_is_stopped(run: Shim, here: Path) -> None:
    def stop() -> None:
        while not (here / "job" / "control").exists():
            time.sleep(0.01)
        time.sleep(0.2)
        with (here / "job" / "control").open("wb") as file:
            file.write(b"x")

    thread = threading.Thread(target=stop)
    thread.start()
    found = run("echo begun; sleep 60", 0)
    thread.join()
    assert (found["ended"], found["exit"]) == ("stopped", "-15")
    assert (here / "log").read_text() == "begun\n"


def test_what_cannot_be_ended_is_told(run: Shim, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    monkeypatch.setattr(shim_tree, "send", lambda pid, number: sent.append(number))
    monkeypatch.setattr(shim, "_GIVE_UP", 0.3)
    found = run("echo $$ > pid; exec sleep 60", 200, 100)
    pid = Path("pid").read_text().strip()
    os.kill(int(pid), signal.SIGKILL)
    os.wait()
    assert (found["ended"], found["exit"], found["unended"]) == ("timeout", "-9", pid)
    assert found["left_running"] == "1"
    assert sent[:2] == [15, 9]
    assert set(sent[1:]) == {9}
    assert 500_000 <= int(found["ended_mono"]) - int(found["started_mono"]) < 3_000_000


def test_processes_that_cannot_be_listed_leave_the_command_itself(
    run: Shim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shim_tree, "below", list)
    assert run("exec sleep 60", 200, 5000)["exit"] == "-15"


def test_processes_that_cannot_be_listed_leave_the_command_itself_to_be_killed(
    run: Shim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shim_tree, "below", list)
    found = run("trap '' TERM; while true; do :; done", 200, 100)
    assert (found["exit"], found["left_running"]) == ("-9", "0")


def test_what_a_command_leaves_running_is_told(run: Shim) -> None:
    found = run("sleep 60 > /dev/null 2>&1 & echo $! > pid")
    pid = int(Path("pid").read_text())
    os.kill(pid, signal.SIGKILL)
    assert os.waitpid(pid, 0)[0] == pid, "it was adopted"
    assert (found["left_running"], found["exit"], found["bytes"]) == ("1", "0", "0")


def test_no_adoption_is_needed(run: Shim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "_ctypes", None)
    assert run("exit 3")["exit"] == "3"


def test_no_descriptor_of_a_process_is_needed(run: Shim, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: int) -> int:
        raise OSError(1, "no")

    monkeypatch.setattr(os, "pidfd_open", refused)
    began = time.monotonic()
    assert run("sleep 0.1; exit 3")["exit"] == "3"
    assert time.monotonic() - began < 2


class Poll:
    """A poller that tells what it was asked."""

    def __init__(self) -> None:
        self.real = real_poll()
        self.asked: list[tuple[int, int]] = []
        self.waits: list[float] = []
        self.dropped: list[int] = []

    def register(self, fd: int, events: int) -> None:
        self.asked.append((fd, events))
        self.real.register(fd, events)

    def unregister(self, fd: int) -> None:
        self.dropped.append(fd)
        self.real.unregister(fd)

    def poll(self, milliseconds: float) -> list[tuple[int, int]]:
        self.waits.append(milliseconds)
        return self.real.poll(milliseconds)


@pytest.fixture
def poll(here: Path, monkeypatch: pytest.MonkeyPatch) -> Poll:
    poller = Poll()
    monkeypatch.setattr("select.poll", lambda: poller)
    return poller


class TestWaiting:
    """How long it sleeps, and what wakes it."""

    def test_it_sleeps_until_something_happens(self, run: Shim, poll: Poll) -> None:
        run("sleep 0.5", 0)
        assert [events for _, events in poll.asked] == [select.POLLIN] * 2
        assert set(poll.waits) == {200.0}
        assert len(poll.waits) <= 5
        assert poll.dropped == []

    def test_it_sleeps_no_longer_than_the_time_limit(self, run: Shim, poll: Poll) -> None:
        found = run("sleep 60", 300)
        assert poll.waits[0] == 200.0
        assert 0 <= min(poll.waits) < 100
        assert len(poll.waits) <= 5
        assert int(found["ended_mono"]) - int(found["started_mono"]) >= 300_000
        poll.waits.clear()
        Path("job/control").unlink()
        for name in ("result", "started"):
            Path("job", name).unlink()
        Path("job").rmdir()
        Path("log").unlink()
        run("true", 1)
        assert all(0 <= wait <= 1 for wait in poll.waits)

    def test_without_a_descriptor_of_the_process_it_looks_often(
        self, run: Shim, poll: Poll, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        failing(monkeypatch, "pidfd_open", lambda *_: True)
        run("sleep 0.1", 0)
        assert len(poll.asked) == 1
        assert set(poll.waits) == {20.0}

    def test_a_flood_is_looked_at_often(self, run: Shim, poll: Poll, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shim_gap, "punch", lambda *_: False)
        run("seq 20000; sleep 0.5", 0, cap=10_000)
        assert poll.waits[0] == 200.0
        assert poll.waits[-1] == 20.0

    def test_a_pipe_that_is_closed_is_not_asked_again(
        self, run: Shim, poll: Poll, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ONE", "hunter2")
        run("echo $ONE; exec > /dev/null 2>&1; sleep 0.5", 0, secrets="ONE")
        assert [events for _, events in poll.asked] == [select.POLLIN] * 3
        assert poll.dropped == [poll.asked[2][0]]
        assert len(poll.waits) <= 8


def test_who_ended_is_not_killed(run: Shim, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    real = shim_tree.send

    def send(pid: int, number: int) -> None:
        sent.append(number)
        real(pid, number)

    monkeypatch.setattr(shim_tree, "below", list)
    monkeypatch.setattr(shim_tree, "send", send)
    found = run("sleep 1 & exec sleep 60", 200, 100)
    assert sent == [15]
    assert (found["exit"], found["left_running"], found["unended"]) == ("-15", "0", "")


def test_where_everything_ended_nothing_is_left(run: Shim, monkeypatch: pytest.MonkeyPatch) -> None:
    real = shim_tree.below
    monkeypatch.setattr(shim_tree, "below", lambda: [*real(), 999999999])
    found = run("sleep 60", 200, 5000)
    assert (found["exit"], found["left_running"], found["unended"]) == ("-15", "0", "")


def test_secrets_are_masked(run: Shim, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONE", "hunter2")
    monkeypatch.setenv("TWO", "swordfish")
    found = run("echo a $ONE $TWO; printf 'b sword'", secrets="ONE,TWO")
    assert (here / "log").read_text() == "a *** ***\nb sword"
    assert (found["exit"], found["bytes"], found["saved"]) == ("0", "17", "1")


def test_no_pipe_for_secrets(run: Shim, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> tuple[int, int]:
        raise OSError(24, "Too many open files")

    monkeypatch.setenv("ONE", "hunter2")
    monkeypatch.setattr(os, "pipe", refused)
    found = run("touch ran", secrets="ONE")
    assert (here / "log").read_text() == "cannot be started: [Errno 24] Too many open files\n"
    assert found["exit"] == "127"
    assert not (here / "ran").exists()


@pytest.mark.parametrize("secrets", ["", "ONE"])
def test_a_flood(run: Shim, here: Path, monkeypatch: pytest.MonkeyPatch, secrets: str) -> None:
    probe = os.open(here / "log-probe", os.O_RDWR | os.O_CREAT)
    os.write(probe, b"x" * MEBIBYTE)
    if not shim_gap.punch(probe, 0, MEBIBYTE // 2):
        pytest.skip("this file system cannot give space in the middle of a file back")
    monkeypatch.setenv("ONE", "hunter2")
    found = run("seq 1000000 1200000; sleep 0.3; echo end", cap=100_000, secrets=secrets)
    data = (here / "log").read_bytes()
    whole = b"".join(b"%d\n" % number for number in range(1_000_000, 1_200_001)) + b"end\n"
    assert data.startswith(whole[:49152])
    dropped = int(found["dropped"])
    assert data == (
        whole[:49152]
        + b"\n[%d bytes were left out here: the command printed too much]\n" % dropped
        + whole[49152 + dropped :]
    )
    assert 50_000 <= len(whole) - 49152 - dropped < 50_000 + 4096
    assert (found["flooded"], found["bytes"], found["saved"]) == ("1", str(len(data)), "1")


def test_what_is_exactly_as_long_as_is_kept_is_no_flood(run: Shim) -> None:
    found = run("head -c 100000 /dev/zero", cap=100_000)
    assert (found["flooded"], found["dropped"], found["bytes"]) == ("0", "0", "100000")


FAILED = OSError(5, "Input/output error")


class TestOutput:
    """The file of what is printed, when calls fail."""

    def output(self, here: Path, *values: str, cap: int = 0) -> shim.Output:
        log = os.open(here / "log", os.O_RDWR | os.O_CREAT | os.O_APPEND)
        return shim.Output(log, cap, list(values))

    def test_without_secrets_the_command_has_the_file_itself(self, here: Path) -> None:
        output = self.output(here)
        assert output.outlet is None
        output.handed_over()
        os.write(output.inlet, b"a")
        assert not output.keep_up()
        assert not output.flooded
        output.go_on()
        assert output.finish(str(here), alone=True) == {"bytes": 1, "dropped": 0, "flooded": 0, "saved": 1}

    def test_with_secrets_it_has_a_pipe(self, here: Path) -> None:
        output = self.output(here, "hunter2")
        copy = os.dup(output.inlet)
        output.handed_over()
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(output.inlet)
        os.write(copy, b"a hunter2 hunt")
        assert output.keep_up()
        assert (here / "log").read_bytes() == b"a *** "
        os.close(copy)
        assert not output.keep_up()
        assert output.finish(str(here), alone=True)["bytes"] == 10
        assert (here / "log").read_bytes() == b"a *** hunt"

    def test_nothing_printed_needs_no_sync(self, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        output = self.output(here)
        monkeypatch.setattr(os, "fsync", None)
        assert output.finish(str(here), alone=True) == {"bytes": 0, "dropped": 0, "flooded": 0, "saved": 1}

    def test_what_could_not_be_written_or_synced_is_not_saved(
        self, here: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        output = self.output(here)
        output.write(b"abc")
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(FAILED))
            assert output.finish(str(here), alone=True)["saved"] == 0
        assert output.finish(str(here / "nowhere"), alone=True)["saved"] == 0
        assert output.finish(str(here), alone=True)["saved"] == 1
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", lambda *_: (_ for _ in ()).throw(FAILED))
            output.write(b"x")
        assert output.finish(str(here), alone=True) == {"bytes": 3, "dropped": 0, "flooded": 0, "saved": 0}

    def test_a_short_write_is_continued(self, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        output = self.output(here)
        real = os.write
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", lambda fd, data: real(fd, data[:2]))
            output.write(b"abcde")
        assert (here / "log").read_bytes() == b"abcde"

    def test_the_size_is_found_out_in_another_way(self, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        output = self.output(here)
        output.write(b"abc")
        with monkeypatch.context() as patch:
            patch.setattr(os, "fstat", lambda _: (_ for _ in ()).throw(FAILED))
            assert output.finish(str(here), alone=True)["bytes"] == 3

    def test_a_service_goes_on_to_be_masked(self, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        output = self.output(here, "hunter2")
        forks: list[int] = []

        def fork() -> int:
            forks.append(1)
            return 5

        monkeypatch.setattr(os, "fork", fork)
        output.go_on()
        assert forks == [1]
        output.handed_over()
        output.keep_up()
        output.go_on()
        assert forks == [1], "nobody can print any more"
        output = self.output(here, "hunter2")
        os.write(output.inlet, b"a hunter2 b\n")

        def end() -> None:
            while (here / "log").stat().st_size < 8:
                time.sleep(0.01)
            os.write(output.inlet, b"c\n")
            os.close(output.inlet)

        thread = threading.Thread(target=end)
        thread.start()
        monkeypatch.setattr(os, "fork", lambda: 0)
        output.go_on()
        thread.join()
        assert (here / "log").read_bytes() == b"a *** b\nc\n"


def failing(monkeypatch: pytest.MonkeyPatch, name: str, when: Callable[..., bool]) -> None:
    real = getattr(os, name)

    def call(*given: Any, **more: Any) -> Any:
        if when(*given):
            raise FAILED
        return real(*given, **more)

    monkeypatch.setattr(os, name, call)


@pytest.mark.parametrize("name", ["ftruncate", "fsync"])
def test_what_fails_after_the_result_was_written_is_passed_over(
    run: Shim, here: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (here / "job.sh").write_text("")
    failing(
        monkeypatch,
        name,
        lambda fd, *_: os.readlink(f"/proc/self/fd/{fd}").endswith(("result.part", "result")),
    )
    found = run("exit 3")
    assert (found["exit"], found["whole"]) == ("3", "1")


def test_a_result_that_gets_no_name_is_whole(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "job.sh").write_text("exit 3")
    failing(monkeypatch, "rename", lambda old, _: old.endswith("result.part"))
    shim.main(str(here / "job"), str(here / "log"), str(here), 0, 0)
    assert not (here / "job" / "result").exists()
    assert (here / "job" / "result.part").read_text().endswith("\nwhole: 1\n")


def test_a_result_that_cannot_be_written_is_not_there(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "job.sh").write_text("exit 3")
    failing(monkeypatch, "pwrite", lambda *_: True)
    shim.main(str(here / "job"), str(here / "log"), str(here), 0, 0)
    assert not (here / "job" / "result").exists()
    assert (here / "job" / "result.part").read_bytes() == b"\0" * 4096


def test_a_result_is_written_piece_by_piece(run: Shim, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda fd, data, place: real(fd, data[:7], place))
    assert list(run("exit 3").items())[-1] == ("whole", "1")


def test_where_no_space_can_be_reserved_it_is_written(
    run: Shim, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, "posix_fallocate", lambda *_: True)
    sizes: list[int] = []
    real = os.ftruncate

    def truncate(fd: int, size: int) -> None:
        sizes.append(os.fstat(fd).st_size)
        real(fd, size)

    monkeypatch.setattr(os, "ftruncate", truncate)
    assert run("exit 3")["whole"] == "1"
    assert sizes == [4096]


def test_what_is_durable_before_anything_happens(
    run: Shim, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    real = os.fsync

    def sync(fd: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{fd}").removeprefix(str(here)))
        real(fd)

    monkeypatch.setattr(os, "fsync", sync)
    spawned: list[int] = []
    real_spawn: Any = os.posix_spawnp

    def spawn(*given: Any, **more: Any) -> int:
        spawned.append(len(synced))
        pid: int = real_spawn(*given, **more)
        return pid

    monkeypatch.setattr(os, "posix_spawnp", spawn)
    run("echo a")
    assert synced == ["/job/started", "/job", "", "/log", "", "/job/result", "/job"]
    assert spawned == [3]


def test_what_cannot_be_made_durable_is_not_begun(
    run: Shim, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, "fsync", lambda fd: os.readlink(f"/proc/self/fd/{fd}").endswith("started"))
    assert run("touch ran")["exit"] == "127"
    assert (here / "log").read_text() == "cannot be started: [Errno 5] Input/output error\n"
    assert not (here / "ran").exists()


def test_a_child_that_nobody_can_ask_about_still_runs(run: Shim, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = os.waitpid

    def wait(pid: int, options: int) -> tuple[int, int]:
        asked.append(pid)
        if len(asked) == 1:
            raise FAILED
        return real(pid, options)

    monkeypatch.setattr(os, "waitpid", wait)
    assert run("exit 3")["exit"] == "3"


def test_the_arguments_of_the_process(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "job.sh").write_text("echo $ONE; sleep 60")
    monkeypatch.setenv("ONE", "hunter2")
    argv = ["shim", str(here / "job"), str(here / "log"), str(here), "300", "5000", "100000", "ONE"]
    ended: list[int] = []
    monkeypatch.setattr(sys, "argv", argv)
    monkeypatch.setattr(os, "_exit", ended.append)
    path = list(sys.path)
    with monkeypatch.context() as patch:
        given: list[object] = []
        patch.setattr(shim, "main", lambda *values, **more: given.extend([*values, more]))
        patch.setattr(sys, "argv", [*argv, "one more"])
        shim.run()
    assert given == [*argv[1:4], 300, 5000, {"cap": 100_000, "secrets": "ONE"}]
    ended.clear()
    shim.run()
    assert ended == [0]
    assert (here / "log").read_text() == "***\n"
    assert "ended: timeout\nexit: -15\n" in (here / "job" / "result").read_text()
    assert sys.path == path


class TestTree:
    """The processes below one, and signals to them."""

    def test_parents_come_first(self, here: Path) -> None:
        script = "bash -c 'sleep 60 & echo $!; wait' & echo $!; wait"
        with subprocess.Popen(["bash", "-c", script], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            pids = [process.pid, *(int(process.stdout.readline()) for _ in range(2))]
            try:
                assert sorted(shim_tree.below()) == sorted(pids)
                assert shim_tree.below()[0] == process.pid
            finally:
                for pid in pids:
                    shim_tree.send(pid, 9)
            deadline = time.monotonic() + 10
            while shim_tree.below() and time.monotonic() < deadline:
                time.sleep(0.01)
            assert shim_tree.below() == [], "who ended and was not waited for runs no more"

    def test_orphans_are_found_in_the_session(self, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        script = "(sleep 60 & echo $!); sleep 60 & echo $!; wait"
        with subprocess.Popen(
            ["bash", "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True
        ) as process:
            assert process.stdout is not None
            orphan, child = (int(process.stdout.readline()) for _ in range(2))
            monkeypatch.setattr(os, "getpid", lambda: process.pid)
            try:
                assert shim_tree.below() == [child], "a session of which it is not the first"
                monkeypatch.setattr(os, "getsid", lambda pid: process.pid if pid == 0 else -1)
                found = shim_tree.below()
                assert found[0] == child
                assert sorted(found) == sorted((child, orphan))
            finally:
                for pid in (orphan, child, process.pid):
                    shim_tree.send(pid, 9)

    def test_a_name_with_a_bracket(self, here: Path) -> None:
        program = here / "a) b"
        program.symlink_to(shutil.which("sleep") or "sleep")
        with subprocess.Popen([program, "60"]) as process:
            assert shim_tree.below() == [process.pid]
            shim_tree.send(process.pid, 9)

    def test_what_cannot_be_listed_or_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real = os.listdir
        monkeypatch.setattr(os, "listdir", lambda path: [*real(path), "999999999", "self"])
        assert 999999999 not in shim_tree.below()
        monkeypatch.setattr(os, "listdir", lambda _: (_ for _ in ()).throw(FAILED))
        assert shim_tree.below() == []

    def test_a_signal_to_nobody(self) -> None:
        shim_tree.send(999999999, 9)


class TestPipe:
    """The pipe, without a command."""

    def test_only_so_much_is_read_at_a_time(self) -> None:
        pipe = shim_pipe.Pipe(masking.Masker(["hunter2"]))
        sizes: list[int] = []

        def read(fd: int, size: int) -> bytes:
            sizes.append(size)
            return b"x" * size

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "read", read)
            written: list[bytes] = []
            assert pipe.read(written.append)
        assert sizes == [64 * 1024] * 16
        assert len(written) == 16
        assert not os.get_blocking(pipe.outlet)
        assert os.get_blocking(pipe.inlet)

    def test_it_waits_for_more_and_for_the_end(self) -> None:
        pipe = shim_pipe.Pipe(masking.Masker(["hunter2"]))
        written: list[bytes] = []
        assert pipe.read(written.append)
        assert written == []
        threading.Timer(0.05, lambda: os.write(pipe.inlet, b"a hunter2 hunt")).start()
        assert pipe.wait(written.append)
        assert b"".join(written) == b"a *** "
        os.close(pipe.inlet)
        states = [pipe.open, pipe.wait(written.append), pipe.open]
        assert b"".join(written) == b"a *** hunt"
        assert states == [True, False, False]
        assert not pipe.read(written.append)
        assert pipe.end(written.append) == b""

    def test_its_end(self) -> None:
        pipe = shim_pipe.Pipe(masking.Masker(["hunter2"]))
        os.write(pipe.inlet, b"a hunt")
        written: list[bytes] = []
        assert pipe.end(written.append) == b"hunt"
        assert written == [b"a "]


class TestGap:
    """The part that is left out, to the byte."""

    @pytest.fixture
    def punched(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
        """What is asked of the file system, which always can."""
        asked: list[tuple[int, int]] = []

        def punch(_: int, start: int, length: int) -> bool:
            asked.append((start, length))
            return True

        monkeypatch.setattr(shim_gap, "punch", punch)
        return asked

    @pytest.mark.parametrize(
        ("cap", "size", "asked"),
        [
            (1, 4097, []),
            (1, 8192, []),
            (1, 8193, [(4096, 4096)]),
            (20_000, 18_192, []),
            (20_000, 22_287, []),
            (20_000, 22_288, [(8192, 4096)]),
            (20_000, 30_000, [(8192, 8192)]),
            (20_001, 26_385, [(8192, 8192)]),
            (20_001, 22_288, []),
            (20_001, 22_289, [(8192, 4096)]),
        ],
    )
    def test_whole_blocks_are_given_back(
        self, punched: list[tuple[int, int]], cap: int, size: int, asked: list[tuple[int, int]]
    ) -> None:
        gap = shim_gap.Gap(-1, cap)
        gap.widen(size)
        assert punched == asked
        gap.widen(size)
        assert punched == asked
        assert gap.close(alone=False) == sum(length for _, length in asked)
        if asked:
            gap.widen(size + 4096)
            assert punched == [*asked, (sum(asked[0]), 4096)]

    def test_a_file_system_that_cannot_is_asked_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[int] = []
        monkeypatch.setattr(shim_gap, "punch", lambda *given: asked.extend(given[1:]))
        gap = shim_gap.Gap(-1, 20_000)
        gap.widen(30_000)
        gap.widen(40_000)
        assert asked == [8192, 8192]
        assert gap.close(alone=True) == 0

    @pytest.mark.usefixtures("punched")
    @pytest.mark.parametrize("most", [1 << 30, 5000])
    def test_the_hole_is_closed(self, tmp_path: Path, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
        real = os.pwrite
        monkeypatch.setattr(os, "pwrite", lambda fd, data, place: real(fd, data[:most], place))
        data = b"".join(b"%07d\n" % number for number in range(400_000))
        for cap, alone in ((20_000, True), (20_000, False), (1, True), (4_000_000, True)):
            (tmp_path / "log").write_bytes(data)
            fd = os.open(tmp_path / "log", os.O_WRONLY | os.O_APPEND)
            gap = shim_gap.Gap(fd, cap)
            gap.widen(len(data))
            dropped = gap.close(alone=alone)
            os.close(fd)
            begins = max(4096, cap // 2 // 4096 * 4096)
            notice = b"\n[%d bytes were left out here: the command printed too much]\n" % dropped
            joined = data[:begins] + notice + data[begins + dropped :]
            assert (tmp_path / "log").read_bytes() == (joined if dropped and alone else data)

    def test_what_the_file_system_says(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[tuple[int, ...]] = []

        def call(fd: int, mode: int, start: ctypes.c_longlong, length: ctypes.c_longlong) -> int:
            asked.append((fd, mode, start.value, length.value))
            return -1 if fd == 8 else 0

        library = type("Library", (), {"fallocate": staticmethod(call)})
        monkeypatch.setattr(ctypes, "CDLL", lambda name: library if name is None else None)
        assert shim_gap.punch(7, 5, 1 << 40) is True
        assert shim_gap.punch(8, 5, 6) is False
        assert asked == [(7, 3, 5, 1 << 40), (8, 3, 5, 6)]
        library = type("Library", (), {"fallocate64": staticmethod(call), "fallocate": None})
        assert shim_gap.punch(7, 1, 2) is True
        library = type("Library", (), {})
        assert shim_gap.punch(7, 1, 2) is False
