"""What a lock file says, and whom it keeps out."""

# ruff: noqa: F401, F811 - fixtures
from __future__ import annotations

import errno
import fcntl
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from runbook_tui.execution import holders
from runbook_tui.execution.errors import HeldByAnother, RecordError
from runbook_tui.execution.lock import Lock, holder_told, is_held, parse, read_holder, require_free
from tests.execution.record_here import (
    directory,
    fail,
    folder,
    open_files,
)


class TestLock:
    """Who holds a record."""

    def test_what_its_file_says(self, folder: Path, directory: int) -> None:
        path = folder / "record.lock"
        path.write_bytes(b"x" * 5000)
        path.chmod(0o600)
        lock = Lock.take(directory, "record.lock", path, {"operator": "ann", "pid": 1})
        told = {"operator": "ann", "pid": 1, **holders.this_process()}
        lines = "".join(f"{key}: {json.dumps(value)}\n" for key, value in told.items())
        assert path.read_text() == lines
        assert read_holder(directory, "record.lock") == told
        assert holder_told(folder) == holders.last(told) != ""
        lock.tell({"operator": "b"})
        assert read_holder(directory, "record.lock") == {"operator": "b", **holders.this_process()}
        with pytest.raises(HeldByAnother) as refused:
            Lock.take(directory, "record.lock", path, {"operator": "bob"})
        holder = read_holder(directory, "record.lock")
        assert str(refused.value) == f"{folder}: {holders.executing(holder)}"
        assert refused.value.holder == holder
        assert is_held(directory, "record.lock")
        lock.release()
        assert not is_held(directory, "record.lock")
        assert read_holder(directory, "record.lock") == holder
        Lock.take(directory, "record.lock", path, {}).release()

    def test_a_new_file_is_for_its_owner_only(self, folder: Path, directory: int) -> None:
        before = os.umask(0)
        try:
            Lock.take(directory, "record.lock", folder / "record.lock", {}).release()
        finally:
            os.umask(before)
        assert stat.S_IMODE((folder / "record.lock").stat().st_mode) == 0o600

    def test_nothing_is_left_open(self, folder: Path, directory: int) -> None:
        (folder / "folder").mkdir()
        os.mkfifo(folder / "fifo")
        (folder / "link").symlink_to("record.lock")
        before = open_files()
        lock = Lock.take(directory, "record.lock", folder / "record.lock", {})
        assert is_held(directory, "record.lock")
        read_holder(directory, "record.lock")
        with pytest.raises(HeldByAnother):
            Lock.take(directory, "record.lock", folder / "record.lock", {})
        lock.release()
        for name, said in (
            ("folder", "cannot be locked: Is a directory"),
            ("fifo", "a plain file is needed for the lock, this is none"),
            ("link", "cannot be locked: Too many levels of symbolic links"),
        ):
            with pytest.raises(RecordError) as refused:
                Lock.take(directory, name, folder / name, {})
            assert str(refused.value) == f"{folder / name}: {said}"
        assert open_files() == before

    def test_that_nobody_can_be_named_is_no_failure(
        self, folder: Path, directory: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fail(monkeypatch, "pwrite", errno.ENOSPC)
        lock = Lock.take(directory, "record.lock", folder / "record.lock", {"operator": "ann"})
        assert lock.held()
        assert (folder / "record.lock").read_bytes() == b""
        lock.release()
        with pytest.raises(OSError, match="Bad file descriptor"):
            fcntl.flock(lock._fd, fcntl.LOCK_UN)

    def test_where_there_is_nothing(self, folder: Path, directory: int, tmp_path: Path) -> None:
        before = open_files()
        assert read_holder(directory, "record.lock") == {}
        assert not is_held(directory, "record.lock")
        assert holder_told(folder) == ""
        assert holder_told(tmp_path / "nowhere") == ""
        (folder / "record.lock").mkdir()
        assert holder_told(folder) == ""
        assert open_files() == before

    def test_links_are_not_followed_and_nothing_is_waited_for(
        self, folder: Path, directory: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[int] = []
        real: Any = os.open

        def note(path: object, flags: int, *given: object, **more: object) -> object:
            if path == "record.lock":
                seen.append(flags & (os.O_NOFOLLOW | os.O_NONBLOCK | os.O_ACCMODE))
            return real(path, flags, *given, **more)

        monkeypatch.setattr(os, "open", note)
        Lock.take(directory, "record.lock", folder / "record.lock", {}).release()
        is_held(directory, "record.lock")
        read_holder(directory, "record.lock")
        careful = os.O_NOFOLLOW | os.O_NONBLOCK
        assert seen == [os.O_RDWR | careful, os.O_RDWR | careful, os.O_RDONLY | careful]
        assert parse(b'a: "b: c"\n') == {"a": "b: c"}
        (folder / "record.lock").unlink()
        (folder / "record.lock").mkdir()
        require_free(folder)

    def test_only_who_executes_it_now_stands_in_the_way(self, folder: Path, directory: int) -> None:
        before = open_files()
        require_free(folder)
        require_free(folder / "nowhere")
        lock = Lock.take(directory, "record.lock", folder / "record.lock", {"operator": "ann"})
        with pytest.raises(HeldByAnother) as refused:
            require_free(folder)
        holder = read_holder(directory, "record.lock")
        assert refused.value.holder == holder
        assert str(refused.value) == f"{folder}: {holders.executing(holder)}"
        lock.release()
        require_free(folder)
        assert open_files() == before

    def test_a_file_that_is_replaced_for_ever(
        self, folder: Path, directory: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real, tried = os.open, []

        def replaced(name: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
            fd = real(name, flags, mode, dir_fd=dir_fd)
            tried.append(name)
            (folder / name).unlink()
            return fd

        before = open_files()
        with monkeypatch.context() as patch:
            patch.setattr(os, "open", replaced)
            with pytest.raises(RecordError) as refused:
                Lock.take(directory, "record.lock", folder / "record.lock", {})
        told = "cannot be locked: somebody replaces the file again and again"
        assert str(refused.value) == f"{folder / 'record.lock'}: {told}"
        assert len(tried) == 20
        assert open_files() == before
