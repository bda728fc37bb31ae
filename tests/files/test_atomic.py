"""Replacing a file: the whole new content, or the old one."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from runbook_tui.files.atomic import WriteRefusedError, require_writable, write_atomic
from runbook_tui.files.problems import RunbookError


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_new_file_has_the_content_and_the_mode_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_atomic(tmp_path / "a", "é\n")
        write_atomic(tmp_path / "b", b"\xff", mode=0o600)
    finally:
        os.umask(before)
    assert (tmp_path / "a").read_bytes() == b"\xc3\xa9\n"
    assert (mode_of(tmp_path / "a"), mode_of(tmp_path / "b")) == (0o644, 0o600)


def test_existing_file_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("old")
    file.chmod(0o640)
    write_atomic(file, "new", mode=0o600)
    assert (file.read_text(), mode_of(file)) == ("new", 0o640)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_what_is_no_regular_file_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("old")
    (tmp_path / "link").symlink_to(target)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "folder", "pipe"):
        with pytest.raises(WriteRefusedError, match="not a regular file"):
            write_atomic(tmp_path / name, "new")
    assert target.read_text() == "old"
    assert (tmp_path / "link").is_symlink()


def test_missing_folder_is_the_users_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for folder in ("no", "file"):
        with pytest.raises(RunbookError, match=f"there is no folder {tmp_path / folder}"):
            write_atomic(tmp_path / folder / "a", "x")


def test_name_of_the_longest_length_is_written_and_a_longer_one_refused(tmp_path: Path) -> None:
    longest = "😀" * 63 + "abc"
    write_atomic(tmp_path / longest, "x")
    assert (tmp_path / longest).read_text() == "x"
    with pytest.raises(WriteRefusedError, match="File name too long"):
        write_atomic(tmp_path / (longest + "d"), "x")


def test_what_would_be_refused_is_refused_beforehand(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "old").write_text("old")
    require_writable(tmp_path / "old")
    require_writable(tmp_path / "new")
    for path in (tmp_path / "folder", tmp_path / "no" / "a", tmp_path / "old" / "a", tmp_path / ("x" * 256)):
        with pytest.raises(WriteRefusedError):
            require_writable(path)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["folder", "old"]


@pytest.mark.parametrize("call", ["fsync", "fchmod", "replace"])
def test_failure_leaves_the_old_content_and_nothing_else(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a"
    file.write_text("old")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.replace" if call == "replace" else f"os.{call}", full)
    if call == "replace":
        monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(WriteRefusedError, match="No space left on device"):
        write_atomic(file, "new content")
    monkeypatch.undo()
    assert file.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_content_is_on_disk_before_the_name_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    real_sync = os.fsync

    def sync(descriptor: int) -> None:
        order.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "content")
        real_sync(descriptor)

    real_replace: Callable[[Path, Path], Path] = Path.replace

    def replace(self: Path, target: Path) -> Path:
        order.append("rename")
        return real_replace(self, target)

    monkeypatch.setattr("os.fsync", sync)
    monkeypatch.setattr(Path, "replace", replace)
    write_atomic(tmp_path / "a", "x")
    assert order == ["content", "rename", "folder"]


def test_a_file_with_a_second_name_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("old")
    (tmp_path / "ours").hardlink_to(tmp_path / "theirs")
    for write in (lambda path: write_atomic(path, "new"), require_writable):
        with pytest.raises(WriteRefusedError, match=r"has 2 names \(hard links\)"):
            write(tmp_path / "ours")
    assert (tmp_path / "theirs").read_text() == "old"


def test_a_device_is_not_replaced() -> None:
    with pytest.raises(WriteRefusedError, match=r"not a regular file|Permission denied"):
        write_atomic(Path(os.devnull), "new")


def test_an_open_umask_opens_nothing(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_atomic(tmp_path / "a", "x", mode=0o600)
        write_atomic(tmp_path / "b", "x")
    finally:
        os.umask(before)
    assert (mode_of(tmp_path / "a"), mode_of(tmp_path / "b")) == (0o600, 0o644)


def test_a_link_at_the_name_of_the_temporary_file_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secrets.token_hex", lambda _: "0")
    (tmp_path / ".a.0.tmp").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WriteRefusedError):
        write_atomic(tmp_path / "a", "x")
    assert not (tmp_path / "elsewhere").exists()
