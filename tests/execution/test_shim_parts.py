"""The parts of the shim without a command: processes, pipe, gap."""

# ruff: noqa: F401, F811 - fixtures
from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest

from runbook_tui.execution import shim_gap, shim_pipe, shim_tree
from runbook_tui.text import masking
from tests.execution.shim_here import FAILED, here


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
