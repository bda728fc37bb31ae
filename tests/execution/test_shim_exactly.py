"""The shim in the process of the test: what it writes down, to the line."""

# ruff: noqa: F401, F811, PTH109, PTH208 - fixtures, and much that stands in for functions of os
from __future__ import annotations

import os
import re
import signal
import stat
import sys
import threading
import time
from pathlib import Path

import pytest

from runbook_tui.execution import shim, shim_gap, shim_tree
from tests.execution.shim_here import MEBIBYTE, Shim, has_children, here, run


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
        ("sleep 60", 15_000, ("-15", "")),
        ("trap 'echo term; exit 5' TERM; sleep 60 & wait", 15_000, ("5", "term\n")),
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
    assert time.monotonic() - began < 12
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
    assert 500_000 <= int(found["ended_mono"]) - int(found["started_mono"]) < 5_000_000


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
    assert time.monotonic() - began < 10


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
