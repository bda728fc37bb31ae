"""Real commands under real shims: outcomes, output, time limits, whole trees of processes."""

from __future__ import annotations

import errno
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runbook_tui.execution import clock, commands, processes, shim
from runbook_tui.execution.commands import Ending, Found, Job, Standing, find, follow, start, stop
from runbook_tui.execution.folder import JOBS, OUTPUT
from runbook_tui.execution.output import examine

if TYPE_CHECKING:
    from tests.execution.conftest import WaitFor


StartJob = Callable[..., tuple[Job, int]]
Pids = Callable[..., list[int]]


def never() -> bool:
    return False


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    for name in (OUTPUT, JOBS):
        (folder / name).mkdir(parents=True)
    return folder


@pytest.fixture
def begin(run_folder: Path, tmp_path: Path) -> StartJob:
    """Starts a script in the test's folder."""

    def start_job(script: str, *, timeout: float | None = 20, name: str = "step-1") -> tuple[Job, int]:
        job = Job(run_folder, name)
        return job, start(job, script, directory=tmp_path, environment=dict(os.environ), timeout=timeout)

    return start_job


def end_of(found: Found) -> Ending:
    assert found.standing is Standing.ENDED
    assert found.ending is not None
    return found.ending


def finish(started: tuple[Job, int]) -> tuple[Ending, str]:
    """Follow a command to its end; how it ended and what it printed."""
    job, child = started
    pieces: list[str] = []
    return end_of(follow(job, pieces.append, never, child=child)), "".join(pieces)


def runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.fixture
def pids(tmp_path: Path, wait_for: WaitFor) -> Pids:
    """The process ids that scripts wrote to files of these names, once all of them are there."""

    def read(*names: str) -> list[int]:
        paths = [tmp_path / name for name in names]
        wait_for(lambda: all(path.exists() and path.read_text() for path in paths))
        return [int(path.read_text()) for path in paths]

    return read


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("true", 0),
        ("exit 7", 7),
        ("false; echo not reached", 1),
        ("false | true", 1),
        ("echo $UNSET_VARIABLE", 1),
        ("no-such-command", 127),
        ("kill -9 $$", -9),
        ("kill -15 $$", -15),
        ("kill 0; sleep 5", -15),
        ("kill -9 0; sleep 5", -9),
        ("kill -13 $$", -13),
    ],
)
def test_how_a_command_ended_is_known(begin: StartJob, script: str, code: int) -> None:
    ending, _ = finish(begin(script))
    assert (ending.how, ending.exit_code) == ("exit", code)


def test_output_of_both_kinds_is_in_one_file_in_order(begin: StartJob) -> None:
    job, child = begin("echo one; echo two >&2; echo three")
    ending, shown = finish((job, child))
    assert job.log.read_text() == shown == "one\ntwo\nthree\n"
    assert ending.size == 14


def test_output_is_shown_while_the_command_runs(begin: StartJob, tmp_path: Path) -> None:
    job, child = begin("echo begun; while [ ! -e go ]; do sleep 0.02; done; echo done")
    seen: list[str] = []

    def show(text: str) -> None:
        seen.append(text)
        (tmp_path / "go").touch()

    follow(job, show, never, child=child)
    assert "".join(seen) == "begun\ndone\n"
    assert len(seen) > 1


def test_output_is_cleaned_for_the_terminal_and_kept_as_it_was(begin: StartJob) -> None:
    job, child = begin(r"printf 'a\033[31mred\033[0m\033]0;title\007 \342\200\256 \377\n'")
    _, shown = finish((job, child))
    assert "\x1b" not in shown
    assert "red" in shown
    assert b"\x1b[31m" in job.log.read_bytes()


def test_a_flood_of_output_is_not_shown_completely_and_kept_completely(begin: StartJob) -> None:
    job, child = begin("head -c 30000000 /dev/zero | tr '\\0' x")
    ending, shown = finish((job, child))
    assert ending.size == job.log.stat().st_size == 30_000_000
    assert "bytes are not shown" in shown
    assert len(shown) < 20_000_000


def test_there_is_nothing_to_read_from(begin: StartJob) -> None:
    ending, shown = finish(begin("if read line; then exit 3; fi; [ ! -t 0 ] && echo no input"))
    assert (ending.exit_code, shown) == (0, "no input\n")


def test_scripts_and_output_are_private_and_not_in_the_process_list(
    begin: StartJob, tmp_path: Path, pids: Pids
) -> None:
    job, child = begin("echo $$ > pid; : secret-word; while [ ! -e go ]; do sleep 0.02; done")
    (pid,) = pids("pid")
    assert b"secret-word" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    (tmp_path / "go").touch()
    finish((job, child))
    for path in (job.script, job.log, job.place / "started", job.place / "result"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_command_has_its_directory_and_environment(run_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    job = Job(run_folder, "step-1")
    given = {"PATH": os.environ["PATH"], "NAME": "a b'c\n"}
    child = start(job, 'pwd; printf %s "$NAME"', directory=tmp_path / "sub", environment=given, timeout=None)
    _, shown = finish((job, child))
    assert shown == f"{tmp_path}/sub\na b'c\n"


def test_a_time_limit_ends_the_whole_tree(begin: StartJob, pids: Pids) -> None:
    script = """
        sleep 60 & echo $! > child
        setsid sleep 60 & echo $! > session
        (setsid bash -c 'sleep 60 & echo $! > orphan' &)
        wait
    """
    started = begin(script, timeout=0.5)
    tree = pids("child", "session", "orphan")
    ending, _ = finish(started)
    assert (ending.how, ending.exit_code) == ("timeout", -15)
    assert not any(runs(pid) for pid in tree)
    assert 400 <= ending.milliseconds < 5000


def test_deep_trees_and_orphans_of_orphans_are_ended(begin: StartJob, pids: Pids) -> None:
    script = """
        deep() {
            if [ $1 = 0 ]; then echo $BASHPID > deep; sleep 60; else bash -c "deep $(($1 - 1)); :"; fi
        }
        export -f deep
        (deep 6 &)
        (setsid bash -c 'setsid bash -c "setsid sleep 60 & echo \\$! > third" & wait; :' &)
        for n in 1 2 3 4 5 6 7 8; do (setsid sleep 60 &); done
        (sleep 60 & echo $! > double) &
        wait
        sleep 60
    """
    job, child = begin(script)
    tree = pids("deep", "third", "double")
    assert stop(job)
    ending, _ = finish((job, child))
    assert ending.how == "stopped"
    assert not any(runs(pid) for pid in tree)
    assert processes.of_session(child) == ()
    assert (ending.left_running, ending.unended) == (False, ())


def test_what_a_handler_starts_when_it_is_to_end_is_ended_too(
    begin: StartJob, monkeypatch: pytest.MonkeyPatch, pids: Pids
) -> None:
    monkeypatch.setattr(commands, "GRACE", 2)
    script = """
        again() { trap '' TERM; setsid bash -c "trap '' TERM; echo \\$\\$ > late; sleep 60; sleep 60" & sleep 60; }
        trap again TERM
        echo $$ > ready
        while true; do sleep 0.05; done
    """
    job, child = begin(script)
    pids("ready")
    assert stop(job)
    (late,) = pids("late")
    ending, _ = finish((job, child))
    assert (ending.how, ending.exit_code, runs(late)) == ("stopped", -9, False)


def test_a_command_that_does_not_listen_is_killed(
    begin: StartJob, monkeypatch: pytest.MonkeyPatch, pids: Pids
) -> None:
    monkeypatch.setattr(commands, "GRACE", 0.3)
    script = "trap '' TERM; bash -c \"trap '' TERM; echo \\$\\$ > child; sleep 60; sleep 60\"; sleep 60"
    started = begin(script, timeout=0.3)
    (child,) = pids("child")
    ending, _ = finish(started)
    assert (ending.how, ending.exit_code) == ("timeout", -9)
    assert not runs(child)


def test_a_command_that_listens_has_time_to_clean_up(begin: StartJob) -> None:
    ending, shown = finish(begin("trap 'sleep 0.2; echo cleaned; exit 9' TERM; sleep 60", timeout=0.2))
    assert (ending.how, ending.exit_code) == ("timeout", 9)
    assert shown.endswith("cleaned\n")


def test_a_time_limit_holds_when_nobody_watches(begin: StartJob, wait_for: WaitFor, pids: Pids) -> None:
    job, child = begin("sleep 60 & echo $! > child; wait", timeout=0.3)
    (pid,) = pids("child")
    wait_for(lambda: commands.read_ending(job) is not None)
    assert end_of(find(job)).how == "timeout"
    assert not runs(pid)
    os.waitpid(child, 0)


def test_the_operator_can_end_a_command(begin: StartJob, pids: Pids) -> None:
    job, child = begin("sleep 60 & echo $! > child; wait")
    (pid,) = pids("child")
    assert stop(job)
    ending, _ = finish((job, child))
    assert (ending.how, runs(pid)) == ("stopped", False)
    assert not stop(job), "there is nobody to ask any more"


def test_a_service_that_a_command_started_goes_on(begin: StartJob, pids: Pids) -> None:
    script = (
        "setsid nohup sleep 60 > /dev/null 2>&1 & echo $! > service; sleep 60 > /dev/null & echo $! > plain"
    )
    ending, _ = finish(begin(script))
    services = pids("service", "plain")
    try:
        assert (ending.how, ending.exit_code, ending.left_running) == ("exit", 0, True)
        assert all(runs(pid) for pid in services)
    finally:
        for pid in services:
            os.kill(pid, signal.SIGKILL)


def test_a_service_that_keeps_the_output_open_does_not_hold_the_step(
    begin: StartJob, wait_for: WaitFor, pids: Pids
) -> None:
    began = time.monotonic()
    job, child = begin("(while true; do echo noise; sleep 0.01; done) & echo $! > service; echo done")
    ending, _ = finish((job, child))
    (service,) = pids("service")
    try:
        assert time.monotonic() - began < 5
        assert ending.exit_code == 0
        wait_for(lambda: job.log.stat().st_size > ending.size + 10)
        printed = examine(job.log, ending.size)
        assert printed.size == ending.size
    finally:
        os.kill(service, signal.SIGKILL)


def test_orphans_disappear_for_scripts_that_wait_for_that(begin: StartJob) -> None:
    script = """
        pid=$(bash -c 'sleep 0.1 > /dev/null & echo $!')
        while kill -0 $pid 2> /dev/null; do sleep 0.02; done
        echo gone
    """
    ending, shown = finish(begin(script, timeout=10))
    assert (ending.how, shown) == ("exit", "gone\n")


def test_signals_to_the_shim_end_nothing(begin: StartJob, tmp_path: Path, wait_for: WaitFor) -> None:
    job, child = begin("while [ ! -e go ]; do sleep 0.02; done; exit 5")
    wait_for(lambda: find(job).shim is not None if job.place.exists() else False)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        os.kill(child, number)
    (tmp_path / "go").touch()
    assert finish((job, child))[0].exit_code == 5


def test_a_command_is_found_again_by_another_process(
    begin: StartJob, tmp_path: Path, wait_for: WaitFor
) -> None:
    job, child = begin("echo begun; while [ ! -e go ]; do sleep 0.02; done; echo done; exit 4")
    wait_for(lambda: job.log.exists() and job.log.read_text() == "begun\n")
    assert find(job).standing is Standing.RUNNING
    (tmp_path / "go").touch()
    pieces: list[str] = []
    ending = end_of(follow(job, pieces.append, never))
    assert (ending.exit_code, "".join(pieces)) == (4, "begun\ndone\n")
    os.waitpid(child, 0)


def test_a_watcher_can_leave(begin: StartJob, tmp_path: Path) -> None:
    job, child = begin("while [ ! -e go ]; do sleep 0.02; done")
    found = follow(job, lambda _: None, job.log.exists, child=child)
    assert found.standing is Standing.RUNNING
    (tmp_path / "go").touch()
    assert finish((job, child))[0].exit_code == 0


def test_a_shim_that_was_killed_leaves_an_outcome_that_nobody_knows(
    begin: StartJob, wait_for: WaitFor, pids: Pids
) -> None:
    job, child = begin("echo $$ > command; setsid sleep 60 & echo $! > session; wait")
    expected = pids("command", "session")
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert find(job).standing is Standing.GONE
    left = commands.survivors(job)
    assert set(expected) <= set(left)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not commands.survivors(job))
    assert find(job).standing is Standing.GONE


def test_a_kernel_that_cannot_tell_when_a_process_ends(
    run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_: int) -> int:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(os, "pidfd_open", missing)
    job = Job(run_folder, "step-1")
    ending, shown = finish((job, shim_here(job, "echo out; sleep 0.1; exit 3", tmp_path)))
    assert (ending.how, ending.exit_code, shown) == ("exit", 3, "out\n")


def shim_here(
    job: Job, script: str, directory: Path, timeout_ms: int = 20_000, grace_ms: int = 10_000
) -> int:
    """A shim in a fork of this process, for what a test has patched here."""
    job.script.write_text(script)
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
            shim.main(str(job.place), str(job.log), str(directory), timeout_ms, grace_ms)
        finally:
            os._exit(0)
    return child


def test_what_cannot_be_ended_is_named(
    run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pids: Pids
) -> None:
    """A signal to a process of another user is refused; such a command goes on, and that is said."""
    real = os.kill

    def refused(_: int, __: int) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    job = Job(run_folder, "step-1")
    with monkeypatch.context() as patch:
        patch.setattr(os, "kill", refused)
        patch.setattr(shim, "_GIVE_UP", 0.2)
        child = shim_here(job, "echo $$ > pid; exec sleep 60", tmp_path, 200, 100)
        (pid,) = pids("pid")
        ending, _ = finish((job, child))
    try:
        assert (ending.how, ending.unended, runs(pid)) == ("timeout", (pid,), True)
    finally:
        real(pid, signal.SIGKILL)


@pytest.mark.parametrize("jump", [-315_360_000, 315_360_000])
def test_a_wall_clock_that_jumps_changes_no_duration(
    run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump: int
) -> None:
    """Ten years back or forth while the command runs: only the time of day that is recorded shows it."""
    real = time.gmtime
    monkeypatch.setattr(time, "gmtime", lambda *given: real(time.time() + jump))
    job = Job(run_folder, "step-1")
    ending, _ = finish((job, shim_here(job, "sleep 0.3", tmp_path, 10_000)))
    assert (ending.how, ending.exit_code) == ("exit", 0)
    assert 300 <= ending.milliseconds < 5000
    assert abs(int(ending.at[:4]) - real().tm_year) in {9, 10, 11}


def test_a_time_limit_counts_the_time_that_the_machine_sleeps(
    run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock that counts it goes on by an hour once the command has begun."""
    real = time.clock_gettime_ns
    begun = tmp_path / "begun"
    monkeypatch.setattr(
        time, "clock_gettime_ns", lambda which: real(which) + 3_600_000_000_000 * begun.exists()
    )
    job = Job(run_folder, "step-1")
    began = time.monotonic()
    ending, _ = finish((job, shim_here(job, "touch begun; sleep 60", tmp_path, 1_800_000)))
    assert ending.how == "timeout"
    assert ending.milliseconds >= 1_800_000
    assert time.monotonic() - began < 30


def test_after_a_reboot_nothing_runs(
    begin: StartJob, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wait_for: WaitFor
) -> None:
    job, child = begin("while [ ! -e go ]; do sleep 0.02; done")
    wait_for((job.place / "started").exists)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "boot_id", lambda: "another boot")
        assert find(job).standing is Standing.GONE
    (tmp_path / "go").touch()
    finish((job, child))


def test_another_process_with_the_same_number_is_not_taken_for_it(run_folder: Path) -> None:
    job = Job(run_folder, "step-1")
    job.place.mkdir()
    me = processes.myself()
    (job.place / "started").write_text(f"pid: {me.pid}\nstart: {me.start}\nboot: {me.boot}\n")
    assert find(job).standing is Standing.RUNNING
    (job.place / "started").write_text(f"pid: {me.pid}\nstart: {me.start - 1}\nboot: {me.boot}\n")
    assert find(job).standing is Standing.GONE


def test_a_job_that_was_never_started_never_will_be(begin: StartJob, run_folder: Path) -> None:
    job = Job(run_folder, "step-1")
    assert find(job).standing is Standing.NEVER
    (_, child) = begin("echo ran > proof")
    os.waitpid(child, 0)
    assert find(job).standing is Standing.NEVER
    assert not job.log.exists()


def test_a_directory_that_is_gone_is_said_in_the_output(run_folder: Path, tmp_path: Path) -> None:
    job = Job(run_folder, "step-1")
    child = start(job, "true", directory=tmp_path / "gone", environment={}, timeout=None)
    ending, shown = finish((job, child))
    assert ending.exit_code == 127
    assert "No such file" in shown


def test_a_shim_that_cannot_adopt_orphans_finds_those_of_its_session(
    run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pids: Pids
) -> None:
    monkeypatch.setitem(sys.modules, "_ctypes", None)
    job = Job(run_folder, "step-1")
    child = shim_here(job, "(sleep 60 & echo $! > orphan) & wait %1; sleep 60", tmp_path)
    (orphan,) = pids("orphan")
    assert stop(job)
    ending, _ = finish((job, child))
    assert (ending.how, runs(orphan)) == ("stopped", False)


def test_nobody_is_asked_to_end_what_nobody_watches(run_folder: Path) -> None:
    job = Job(run_folder, "step-1")
    job.place.mkdir()
    assert not stop(job)
    (job.place / "control").touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "write", refuse)
        assert not stop(job)
    assert commands.survivors(job) == ()
    assert follow(job, lambda _: None, never, child=os.getpid()).standing is Standing.GONE


def refuse(*_: object) -> int:
    raise OSError(errno.EPIPE, os.strerror(errno.EPIPE))


def test_a_job_that_nobody_started_is_not_waited_for(run_folder: Path) -> None:
    assert follow(Job(run_folder, "step-1"), lambda _: None, never).standing is Standing.NEVER


def test_who_comes_too_late_to_prevent_a_start_sees_it(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(run_folder, "step-1")
    real = Path.touch

    def begin_meanwhile(path: Path, mode: int = 0o666) -> None:
        real(path, mode)
        job.place.mkdir()
        (job.place / "started").write_text("pid: 1\nstart: 1\nboot: another\n")

    monkeypatch.setattr(Path, "touch", begin_meanwhile)
    assert find(job).standing is Standing.GONE
    assert [path.name for path in job.place.parent.iterdir()] == [job.name]


def test_the_files_of_a_job_can_be_taken_away(begin: StartJob, run_folder: Path) -> None:
    job, child = begin("echo x")
    finish((job, child))
    commands.discard(job)
    assert [path for path in run_folder.rglob("*") if path.is_file()] == []
    commands.discard(job)


def test_half_a_sequence_shows_nothing(begin: StartJob, tmp_path: Path) -> None:
    job, child = begin(r"printf '\033['; while [ ! -e go ]; do sleep 0.02; done; printf '31mred\n'")

    def go() -> bool:
        if job.log.exists() and job.log.stat().st_size == 2:
            (tmp_path / "go").touch()
        return False

    pieces: list[str] = []
    follow(job, pieces.append, go, child=child)
    assert pieces == ["red\n"]


def test_the_rest_of_a_character_that_never_came_is_shown(begin: StartJob) -> None:
    _, shown = finish(begin(r"printf 'a\303'"))
    assert shown == "a\N{REPLACEMENT CHARACTER}"


def test_how_long_nothing_was_printed(begin: StartJob, tmp_path: Path, wait_for: WaitFor) -> None:
    job, child = begin(
        "while [ ! -e one ]; do sleep 0.02; done; echo x; while [ ! -e two ]; do sleep 0.02; done"
    )
    assert commands.quiet_for(Job(job.run, "none")) < 0.1
    wait_for(lambda: commands.quiet_for(job) > 0.3)
    (tmp_path / "one").touch()
    wait_for(lambda: commands.quiet_for(job) < 0.3)
    assert job.log.read_text() == "x\n"
    wait_for(lambda: commands.quiet_for(job) > 0.4)
    (tmp_path / "two").touch()
    finish((job, child))


def test_damaged_files_of_a_job_are_no_result(run_folder: Path) -> None:
    job = Job(run_folder, "step-1")
    job.place.mkdir()
    whole = "ended: exit\nexit: x\nbytes: 0\nwhole: 1\n"
    for text in ("", "exit: x\n", "\xff", "exit: 0\n", "exit: 0\nwhole: 1\n", whole, "\0" * 4096):
        (job.place / "result").write_text(text)
        (job.place / "started").write_text(text)
        assert find(job).standing is Standing.GONE


def test_a_shim_imports_nothing_that_takes_long() -> None:
    code = commands.SHIM.replace("shim.run()", "print(*sys.modules)")
    argv = [sys.executable, "-I", "-S", "-c", code]
    loaded = set(subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split())
    assert "shim" in loaded
    assert not {"ctypes", "typing", "pathlib", "re", "contextlib", "subprocess", "runbook_tui"} & loaded


def test_a_step_that_does_nothing_costs_little(run_folder: Path, tmp_path: Path) -> None:
    """The floor is bash itself; what is above it is a Python that starts, and a few syncs."""
    spent, floor = [], []
    for number in range(15):
        job = Job(run_folder, f"step-{number}")
        began = time.perf_counter()
        child = start(job, "true", directory=tmp_path, environment=dict(os.environ), timeout=60)
        finish((job, child))
        spent.append(time.perf_counter() - began)
        began = time.perf_counter()
        pid = os.posix_spawnp("python3", ["python3", "-I", "-S", "-c", "pass"], os.environ)
        os.waitpid(pid, 0)
        floor.append(time.perf_counter() - began)
    assert statistics.median(spent) < 0.030 + 3 * statistics.median(floor)
