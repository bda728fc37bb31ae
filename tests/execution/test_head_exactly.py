"""What is remembered of a run outside of its folder."""

# ruff: noqa: F401, F811 - fixtures
from __future__ import annotations

import os
import stat
from pathlib import Path
from zlib import crc32

import pytest

from runbook_tui.execution.head import Head, HeadFile, read_head, state_folder, write_head
from tests.execution.record_here import (
    Calls,
    calls,
    fail,
    open_files,
)


def line(seq: int, total: str) -> bytes:
    told = f'{{"seq": {seq}, "sum": "{total}", '
    return f'{told}"check": {crc32(told.encode())}}}'.ljust(159).encode() + b"\n"


class TestHead:
    """What is remembered outside of the folder."""

    @pytest.fixture
    def heads(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
        return tmp_path / "state" / "runbook-tui" / "heads"

    def test_where_it_is(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        for given, base in ((str(tmp_path), tmp_path), ("relative", None), ("", None), (None, None)):
            if given is None:
                monkeypatch.delenv("XDG_STATE_HOME")
            else:
                monkeypatch.setenv("XDG_STATE_HOME", given)
            assert state_folder() == (base or tmp_path / "home" / ".local" / "state") / "runbook-tui"

    def test_one_line_that_is_written_over(self, heads: Path, calls: Calls) -> None:
        head = Head(7, "a" * 64)
        file = HeadFile("run-1")
        assert calls[-1] == ("fsync", "heads"), "its name is durable"
        del calls[:]
        file.write(Head(6, "b" * 64))
        file.write(head)
        assert calls == [("pwrite", "run-1.json")] * 2
        assert (heads / "run-1.json").read_bytes() == line(7, "a" * 64)
        assert stat.S_IMODE((heads / "run-1.json").stat().st_mode) == 0o600
        file.close()
        file.close()
        file.write(Head(9, ""))
        assert calls[2:] == [("fsync", "run-1.json")]
        assert read_head("run-1") == head
        del calls[:]
        HeadFile("run-1").close()
        assert calls == [("fsync", "run-1.json")], "the name is durable already"
        write_head("run-1", Head(8, "c"))
        assert read_head("run-1") == Head(8, "c")

    def test_a_line_that_was_changed_is_none(self, heads: Path) -> None:
        write_head("run-1", Head(7, "a" * 64))
        path = heads / "run-1.json"
        data = path.read_bytes()
        for place in range(len(data)):
            path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
            assert read_head("run-1") is None, place
            path.write_bytes(data[:place])
            assert read_head("run-1") is None, place
        for wrong in (data + b"x", data + data, b"[]", b"1", b"[" * 50_000, b'{"seq": 1}', b"\xff"):
            path.write_bytes(wrong)
            assert read_head("run-1") is None, wrong[:20]
        path.write_bytes(data)
        assert read_head("run-1") == Head(7, "a" * 64)
        assert read_head("run-2") is None

    @pytest.mark.parametrize("run_id", ["", "../x", "A", "-a", "a" * 65, "a.b", "a/b", "a\n"])
    def test_an_id_that_is_no_name(self, heads: Path, run_id: str) -> None:
        write_head(run_id, Head(1, ""))
        assert read_head(run_id) is None
        assert not heads.exists()

    def test_only_a_plain_file_of_one_name_is_written(self, heads: Path) -> None:
        before = open_files()
        write_head("run-1", Head(1, "x"))
        os.link(heads / "run-1.json", heads / "run-2.json")
        (heads / "run-3.json").symlink_to("run-1.json")
        (heads / "run-4.json").mkdir()
        os.mkfifo(heads / "run-5.json")
        for number in range(2, 6):
            write_head(f"run-{number}", Head(2, "y"))
            assert read_head(f"run-{number}") in (None, Head(1, "x"))
        assert (heads / "run-1.json").read_bytes() == line(1, "x")
        assert open_files() == before

    def test_failures_are_passed_over(
        self, heads: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = HeadFile("run-1")
        for name in ("pwrite", "fsync"):
            with monkeypatch.context() as patch:
                fail(patch, name)
                file.write(Head(1, "x"))
        before = open_files()
        with monkeypatch.context() as patch:
            fail(patch, "fsync")
            file.close()
        assert len(before) == len(open_files()) + 1
        with monkeypatch.context() as patch:
            fail(patch, "fstat")
            assert HeadFile("run-2")._fd is None
        assert len(before) == len(open_files()) + 1
        monkeypatch.setenv("XDG_STATE_HOME", str(heads / "run-1.json"))
        write_head("run-1", Head(1, "x"))
        assert read_head("run-1") is None

        def homeless() -> Path:
            raise RuntimeError("no home")

        monkeypatch.setenv("XDG_STATE_HOME", "")
        monkeypatch.setattr(Path, "home", homeless)
        write_head("run-1", Head(1, "x"))
        assert read_head("run-1") is None
