"""What the shim does when a call fails."""

# ruff: noqa: F401, F811, ANN401, PTH115 - fixtures, and much that stands in for functions of os
from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from runbook_tui.execution import shim
from tests.execution.shim_here import FAILED, Shim, failing, here, run


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
