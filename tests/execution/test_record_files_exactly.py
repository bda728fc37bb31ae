"""The files of a record one by one: what reaches the disk in which order, and what is said when it does not."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from runbook_tui.execution import folder as folders
from runbook_tui.execution import holders, log, reserve
from runbook_tui.execution.errors import HeldByAnother, RecordError
from runbook_tui.execution.head import Head, HeadFile, read_head, state_folder, write_head
from runbook_tui.execution.lock import Lock, holder_told, is_held, read_holder, require_free
from runbook_tui.execution.log import Log

Calls = list[tuple[str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "release.runs" / "one"
    path.mkdir(parents=True, mode=0o700)
    return path


@pytest.fixture
def directory(folder: Path) -> Iterator[int]:
    fd = folders.open_folder(folder)
    yield fd
    os.close(fd)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """What is written, synced and cut from now on, with the name of the file."""
    made: Calls = []

    def follow(name: str) -> None:
        real: Any = getattr(os, name)

        def call(fd: int, *given: object) -> object:
            made.append((name, Path(f"/proc/self/fd/{fd}").readlink().name))
            return real(fd, *given)

        monkeypatch.setattr(os, name, call)

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("this system does not list open files")
    for name in ("write", "pwrite", "fsync", "ftruncate"):
        follow(name)
    return made


def fail(monkeypatch: pytest.MonkeyPatch, name: str, number: int = errno.EIO) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, name, refused)


def open_files() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").iterdir()}


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

    def test_an_error_without_words_is_told_all_the_same(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refused(*_: object, **__: object) -> int:
            raise OSError("strange")

        monkeypatch.setattr(os, "open", refused)
        with pytest.raises(RecordError) as caught:
            folders.open_folder(folder)
        assert str(caught.value) == f"{folder}: the folder of a run is needed here: strange"


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
