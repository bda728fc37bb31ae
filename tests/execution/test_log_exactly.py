"""The file that grows: what reaches the disk in which order, and what is noticed."""

# ruff: noqa: F401, F811 - fixtures
from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runbook_tui.execution import log, reserve
from runbook_tui.execution.errors import RecordError
from runbook_tui.execution.log import Log
from tests.execution.record_here import (
    Calls,
    calls,
    directory,
    fail,
    folder,
    open_files,
)


@pytest.fixture
def opened(folder: Path, directory: int) -> Iterator[Callable[..., Log]]:
    made: list[Log] = []

    def begin(flags: int = log.NEW) -> Log:
        made.append(Log.open(directory, "record.yaml", flags, folder / "record.yaml"))
        return made[-1]

    yield begin
    for file in made:
        file.close()


class TestLog:
    """The file that grows."""

    def test_bytes_are_durable_and_read_back(
        self, folder: Path, opened: Callable[..., Log], calls: Calls
    ) -> None:
        file = opened()
        assert file.name == "record.yaml"
        file.append(b"one")
        name = "record.yaml"
        assert calls == [("write", name), ("fsync", name), ("fsync", "one")]
        file.append(b"two")
        assert calls[3:] == [("write", name), ("fsync", name)]
        assert (file.read(), file.read(2), file.read(6)) == (b"onetwo", b"etwo", b"")
        again = opened(log.OLD)
        del calls[:]
        again.append(b"x")
        assert calls == [("write", name), ("fsync", name)]
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600

    def test_what_is_there_is_made_durable_first(
        self, folder: Path, opened: Callable[..., Log], calls: Calls
    ) -> None:
        (folder / "record.yaml").touch()
        file = opened(log.OLD)
        (folder / "record.yaml").write_bytes(b"by another one")
        assert file.read_durably() == b"by another one"
        assert calls == [("fsync", "record.yaml")]
        file.append(b"!")
        assert calls[1:] == [("write", "record.yaml"), ("fsync", "record.yaml")]

    def test_it_is_read_in_pieces(self, opened: Callable[..., Log], monkeypatch: pytest.MonkeyPatch) -> None:
        file = opened()
        file.append(b"0123456789")
        real = os.pread
        asked: list[tuple[int, int]] = []

        def pread(fd: int, size: int, place: int) -> bytes:
            asked.append((size, place))
            return real(fd, 4, place)

        monkeypatch.setattr(os, "pread", pread)
        assert file.read(1) == b"123456789"
        assert asked == [(1 << 20, 1), (1 << 20, 5), (1 << 20, 9), (1 << 20, 10)]

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO])
    def test_only_a_full_disk_gives_its_bytes_back(
        self, folder: Path, opened: Callable[..., Log], number: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = opened()
        file.append(b"one")
        real = os.write

        def write(fd: int, data: bytes) -> int:
            if len(data) <= 1:
                raise OSError(number, os.strerror(number))
            return real(fd, data[:2])

        with monkeypatch.context() as patch:
            patch.setattr(os, "write", write)
            with pytest.raises(OSError, match=os.strerror(number)):
                file.append(b"two")
        assert (folder / "record.yaml").read_bytes() == (b"onetw" if number == errno.EIO else b"one")

    @pytest.mark.parametrize("seen", [b"", b"TWO", b"tw", b"two!"])
    def test_what_is_not_read_back_was_not_written(
        self, opened: Callable[..., Log], seen: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = opened()
        file.append(b"one")
        asked: list[tuple[int, int]] = []

        def pread(_: int, size: int, place: int) -> bytes:
            asked.append((size, place))
            return seen

        monkeypatch.setattr(os, "pread", pread)
        with pytest.raises(OSError, match="does not hold") as refused:
            file.append(b"two")
        said = "record.yaml does not hold what was written to it"
        assert (refused.value.errno, refused.value.strerror) == (0, said)
        assert asked == [(3, 3)]

    def test_what_somebody_else_wrote_is_noticed(
        self, folder: Path, opened: Callable[..., Log], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = opened()
        file.append(b"one")
        real = os.fsync

        def sync(fd: int) -> None:
            with (folder / "record.yaml").open("ab") as other:
                other.write(b"!")
            real(fd)

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", sync)
            with pytest.raises(OSError, match="does not hold what was written to it"):
                file.append(b"two")

    def test_what_was_done_between_two_writes_is_named(
        self, folder: Path, opened: Callable[..., Log]
    ) -> None:
        path = folder / "record.yaml"
        file = opened()
        file.append(b"one")
        os.utime(path)
        with pytest.raises(OSError, match="changed") as refused:
            file.append(b"two")
        said = "record.yaml was changed by another program"
        assert (refused.value.errno, refused.value.strerror) == (0, said)
        (folder / "other").write_bytes(b"one")
        (folder / "other").rename(path)
        with pytest.raises(OSError, match="replaced") as refused:
            file.append(b"two")
        said = "record.yaml was replaced by another file"
        assert (refused.value.errno, refused.value.strerror) == (0, said)
        path.unlink()
        path.symlink_to("elsewhere")
        with pytest.raises(OSError, match="replaced"):
            file.append(b"two")

    def test_space_is_set_aside_when_little_is_left(
        self, opened: Callable[..., Log], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[int] = []
        monkeypatch.setattr(reserve, "reserve", lambda _, end: asked.append(end))
        file = opened()
        half = reserve.SIZE // 2
        file.append(b"x" * 100)
        file.reserve()
        file.reserve()
        assert asked == [100]
        file.append(b"x" * half)
        file.reserve()
        assert asked == [100]
        file.append(b"x")
        file.reserve()
        assert asked == [100, 101 + half]

    def test_space_that_is_set_aside_changes_nothing_for_what_follows(
        self, folder: Path, opened: Callable[..., Log], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reserve, "reserve", lambda *_: os.utime(folder / "record.yaml"))
        file = opened()
        file.reserve()
        file.append(b"one")
        with monkeypatch.context() as patch:
            patch.setattr(reserve, "SIZE", 1 << 30)
            fail(patch, "fstat")
            file.reserve()
        with pytest.raises(OSError, match="changed by another program"):
            file.append(b"two")

    def test_it_is_cut_durably(
        self, folder: Path, opened: Callable[..., Log], calls: Calls, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = opened()
        file.append(b"onetwo")
        del calls[:]
        file.cut(3)
        assert calls == [("ftruncate", "record.yaml"), ("fsync", "record.yaml")]
        assert (folder / "record.yaml").read_bytes() == b"one"
        file.append(b"!")
        assert file.read() == b"one!"
        monkeypatch.setattr(os, "ftruncate", lambda *_: None)
        with pytest.raises(OSError, match="as long") as refused:
            file.cut(3)
        assert (refused.value.errno, refused.value.strerror) == (0, "record.yaml is as long as before")

    def test_only_a_plain_file_of_one_name_is_opened(self, folder: Path, directory: int) -> None:
        (folder / "file").write_bytes(b"data")
        os.link(folder / "file", folder / "twin")
        os.mkfifo(folder / "fifo")
        (folder / "link").symlink_to("file")
        before = open_files()
        needed = "a plain file with one name is needed here"
        for name, flags, said in (
            ("file", log.OLD, needed),
            ("fifo", log.OLD, needed),
            ("fifo", log.READ, needed),
            ("link", log.READ, "Too many levels of symbolic links"),
            ("file", log.NEW, "File exists"),
            ("none", log.OLD, "No such file or directory"),
        ):
            with pytest.raises(RecordError) as refused:
                Log.open(directory, name, flags, folder / name)
            assert str(refused.value) == f"{folder / name}: {said}"
        file = Log.open(directory, "file", log.READ, folder / "file")
        assert file.read() == b"data"
        file.close()
        file.close()
        assert open_files() == before
