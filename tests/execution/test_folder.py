"""The folder of a run: through no link, writable by nobody else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runbook_tui.execution.errors import RecordError
from runbook_tui.execution.folder import (
    create_file,
    make_folders,
    open_folder,
    open_folder_to_read,
    replace_file,
    write_all,
)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    path = tmp_path / "release.runs" / "2026-11-24"
    path.mkdir(parents=True, mode=0o700)
    return path


def same(fd: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), path.stat())
    finally:
        os.close(fd)


def test_the_folder_itself_is_opened(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(run)
    for path in (run, Path(), Path("../2026-11-24"), run / ".." / run.name):
        assert same(open_folder(path), run), path
        assert same(open_folder_to_read(path), run), path
    assert same(open_folder_to_read(Path("/")), Path("/"))


@pytest.mark.parametrize("opened", [open_folder, open_folder_to_read])
def test_links_are_refused_in_the_last_two_places(run: Path, tmp_path: Path, opened: object) -> None:
    assert callable(opened)
    (tmp_path / "other.runs").symlink_to(run.parent)
    (run.parent / "link").symlink_to(run)
    for path in (tmp_path / "other.runs" / run.name, run.parent / "link"):
        with pytest.raises(RecordError, match="a symbolic link; name the folder itself"):
            opened(path)
    (tmp_path / "project").symlink_to(tmp_path)
    os.close(opened(tmp_path / "project" / "release.runs" / run.name))


@pytest.mark.parametrize("opened", [open_folder, open_folder_to_read])
def test_what_is_no_folder(run: Path, opened: object) -> None:
    assert callable(opened)
    (run / "file").touch()
    for path in (run / "file", run / "nothing", run / "file" / "x"):
        with pytest.raises(RecordError, match="folder of a run is needed here"):
            opened(path)


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_folder_that_others_can_write_to_is_only_read(run: Path, mode: int) -> None:
    for path in (run, run.parent):
        path.chmod(mode)
        with pytest.raises(RecordError, match=f"chmod go-w {path}"):
            open_folder(run)
        os.close(open_folder_to_read(run))
        path.chmod(0o700)


def test_a_sticky_folder_has_to_be_of_root_or_ours(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run.parent.chmod(0o1777)
    os.close(open_folder(run))
    if os.getuid() == 0:
        os.chown(run.parent, 12345, 12345)
    else:
        monkeypatch.setattr(os, "getuid", lambda: 12345)
    with pytest.raises(RecordError, match="others may write"):
        open_folder(run)


def test_descriptors_are_given_back(run: Path) -> None:
    open_files = Path("/proc/self/fd")
    if not open_files.is_dir():
        pytest.skip("this system does not list open files")
    before = sum(1 for _ in open_files.iterdir())
    os.close(open_folder(run))
    run.chmod(0o777)
    for path in (run, run / "nothing"):
        with pytest.raises(RecordError):
            open_folder(path)
    assert before == sum(1 for _ in open_files.iterdir())


def test_a_file_is_replaced_as_a_whole(run: Path) -> None:
    directory = open_folder(run)
    create_file(directory, "word", b"old")
    (run / "word.part").write_bytes(b"left behind")
    replace_file(directory, "word", b"new")
    assert (run / "word").read_bytes() == b"new"
    assert (run / "word").stat().st_mode & 0o777 == 0o600
    assert not (run / "word.part").exists()
    with pytest.raises(FileExistsError):
        create_file(directory, "word", b"newer")
    os.close(directory)


def test_what_cannot_be_read_back_is_not_written(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = open_folder(run)
    monkeypatch.setattr(os, "pread", lambda fd, size, place: b"")
    with pytest.raises(OSError, match="read back"):
        create_file(directory, "word", b"x")
    os.close(directory)


def test_a_disk_that_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "write", lambda fd, data: 0)
    with pytest.raises(OSError, match="nothing could be written"):
        write_all(1, b"x")


def test_folders_are_made_for_their_owner_only(tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        make_folders(tmp_path / "a" / "b" / "c")
        make_folders(tmp_path / "a" / "b")
    finally:
        os.umask(previous)
    for path in ("a", "a/b", "a/b/c"):
        assert (tmp_path / path).stat().st_mode & 0o777 == 0o700
    (tmp_path / "file").touch()
    for path in ("file", "file/x"):
        with pytest.raises(OSError, match="directory"):
            make_folders(tmp_path / path / "y")
