"""Folders and small files: what reaches the disk in which order."""

# ruff: noqa: F401, F811 - fixtures
from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from runbook_tui.execution import folder as folders
from runbook_tui.execution.errors import RecordError
from tests.execution.record_here import (
    Calls,
    calls,
    directory,
    failing,
    folder,
    open_files,
)


class TestFolder:
    """Folders and small files."""

    def test_a_file_is_durable_before_its_name(self, folder: Path, directory: int, calls: Calls) -> None:
        before = open_files()
        folders.create_file(directory, "new", b"data")
        assert calls == [("write", "new"), ("fsync", "new"), ("fsync", "one")]
        assert (folder / "new").read_bytes() == b"data"
        assert open_files() == before
        with pytest.raises(FileExistsError):
            folders.create_file(directory, "new", b"data")

    def test_a_replacement_is_durable_before_it_is_one(self, directory: int, calls: Calls) -> None:
        folders.replace_file(directory, "new", b"data")
        assert calls == [("write", "new.part"), ("fsync", "new.part"), ("fsync", "one"), ("fsync", "one")]

    def test_links_are_not_followed(self, directory: int, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[int] = []
        real: Any = os.open

        def note(path: object, flags: int, *given: object, **more: object) -> object:
            seen.append(flags & ~os.O_CLOEXEC)
            return real(path, flags, *given, **more)

        monkeypatch.setattr(os, "open", note)
        folders.create_file(directory, "new", b"data")
        assert seen == [os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW]

    @pytest.mark.parametrize("seen", [b"", b"dat", b"data!", b"DATA"])
    def test_what_is_read_back_is_what_was_written(
        self, directory: int, seen: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "pread", lambda *_: seen)
        with pytest.raises(OSError, match="cannot be read back") as refused:
            folders.create_file(directory, "new", b"data")
        assert (refused.value.errno, refused.value.strerror) == (0, "what was written cannot be read back")

    def test_writes_may_be_short(self, folder: Path, directory: int, monkeypatch: pytest.MonkeyPatch) -> None:
        real = os.write
        monkeypatch.setattr(os, "write", lambda fd, data: real(fd, data[:1]))
        folders.create_file(directory, "new", b"data")
        assert (folder / "new").read_bytes() == b"data"
        monkeypatch.setattr(os, "write", lambda fd, data: 0)
        with pytest.raises(OSError, match="nothing") as refused:
            folders.write_all(1, b"x")
        assert (refused.value.errno, refused.value.strerror) == (0, "nothing could be written")
        folders.write_all(1, b"")

    def test_folders_are_durable_from_the_top(self, tmp_path: Path, calls: Calls) -> None:
        before = open_files()
        folders.make_folders(tmp_path / "a" / "b")
        assert calls == [("fsync", tmp_path.name), ("fsync", "a")]
        folders.make_folders(tmp_path / "a" / "b")
        assert len(calls) == 2
        assert open_files() == before
        with pytest.raises(FileExistsError):
            folders.make_folder(tmp_path / "a")

    def test_the_newest_record(self, folder: Path, directory: int) -> None:
        assert folders.current_record(directory) == "record.yaml"
        (folder / "record.recovered-2.yaml").touch()
        assert folders.current_record(directory) == "record.yaml"
        (folder / "record.recovered-1.yaml").symlink_to("nowhere")
        assert folders.current_record(directory) == "record.recovered-2.yaml"

    def test_what_is_said_of_what_is_no_folder(self, folder: Path) -> None:
        (folder / "file").touch()
        (folder / "link").symlink_to("file")
        needed = "the folder of a run is needed here: "
        for path, shown, said in (
            (folder / "x", folder / "x", f"{needed}No such file or directory"),
            (folder / "x" / "y", folder / "x" / "y", f"{needed}No such file or directory"),
            (folder / "file", folder / "file", f"{needed}Not a directory"),
            (folder / "file" / "y", folder / "file" / "y", f"{needed}Not a directory"),
            (folder / "link", folder / "link", "a symbolic link; name the folder itself"),
            (folder / "link" / "y", folder / "link", "a symbolic link; name the folder itself"),
        ):
            with pytest.raises(RecordError) as refused:
                folders.open_folder(path)
            assert str(refused.value) == f"{shown}: {said}"
        folder.chmod(0o770)
        with pytest.raises(RecordError) as refused:
            folders.open_folder(folder)
        said = f"{folder}: others may write to this folder; take that away: chmod go-w {folder}"
        assert str(refused.value) == said

    def test_the_folders_in_it_are_real_ones(self, folder: Path) -> None:
        def said() -> str:
            with pytest.raises(RecordError) as refused:
                folders.require_parts(folder)
            return str(refused.value)

        assert folders.require_parts(folder) == {"jobs", "output"}
        assert folders.require_parts(folder) == frozenset()
        (folder / "output").rmdir()
        (folder / "output").symlink_to("jobs")
        assert (
            said() == f"{folder}/output: a real folder is needed here, this is none; put back what was there"
        )
        (folder / "output").unlink()
        assert folders.require_parts(folder) == {"output"}

    def test_folders_in_it_that_cannot_be_looked_at_or_made(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for fault, said in ((failing(), "Input/output error"), (failing(0, "strange"), "strange")):
            with monkeypatch.context() as patch:
                patch.setattr(Path, "lstat", fault)
                with pytest.raises(RecordError) as refused:
                    folders.require_parts(folder)
            assert str(refused.value) == f"{folder / 'jobs'}: a folder is needed here: {said}"
            with monkeypatch.context() as patch:
                patch.setattr(Path, "mkdir", fault)
                with pytest.raises(RecordError) as refused:
                    folders.require_parts(folder)
            told = {f"{folder / name}: cannot be made: {said}" for name in ("jobs", "output")}
            assert str(refused.value) in told

    def test_an_error_without_words_is_told_all_the_same(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refused(*_: object, **__: object) -> int:
            raise OSError("strange")

        monkeypatch.setattr(os, "open", refused)
        with pytest.raises(RecordError) as caught:
            folders.open_folder(folder)
        assert str(caught.value) == f"{folder}: the folder of a run is needed here: strange"
