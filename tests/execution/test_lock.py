"""The lock of a record."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from runbook_tui.execution.errors import HeldByAnother, RecordError
from runbook_tui.execution.lock import Lock, is_held, parse, read_holder


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[int]:
    fd = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    yield fd
    os.close(fd)


def test_a_file_that_is_replaced_at_once_is_locked_again(
    directory: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lock"
    real, opened = os.open, []

    def replaced(name: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        fd = real(name, flags, mode, dir_fd=dir_fd)
        if name == "lock":
            opened.append(fd)
            if len(opened) < 3:
                path.unlink()
            if len(opened) == 2:
                path.touch()
        return fd

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", replaced)
        lock = Lock.take(directory, "lock", path, {"operator": "ann"})
    assert len(opened) == 3
    assert lock.held()
    with pytest.raises(HeldByAnother):
        Lock.take(directory, "lock", path, {"operator": "bob"})
    lock.release()
    Lock.take(directory, "lock", path, {}).release()


def test_a_file_that_is_replaced_again_and_again(
    directory: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def replaced(name: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        fd = real(name, flags, mode, dir_fd=dir_fd)
        (tmp_path / "lock").unlink()
        return fd

    monkeypatch.setattr(os, "open", replaced)
    with pytest.raises(RecordError, match="again and again"):
        Lock.take(directory, "lock", tmp_path / "lock", {})


def test_a_lock_whose_file_is_gone_is_not_held(directory: int, tmp_path: Path) -> None:
    lock = Lock.take(directory, "lock", tmp_path / "lock", {"operator": "ann"})
    assert is_held(directory, "lock")
    assert read_holder(directory, "lock")["operator"] == "ann"
    (tmp_path / "lock").unlink()
    assert not lock.held()
    assert not is_held(directory, "lock")
    assert read_holder(directory, "lock") == {}
    lock.release()
    lock.release()


def test_what_makes_no_sense_is_passed_over() -> None:
    assert parse(b'a: 1\nb\nc: x\n\xff: "y"\nd: ' + b"[" * 50_000) == {"a": 1, "\ufffd": "y"}
