"""Creating, continuing, reading and losing a record."""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runbook_tui.execution import clock, reserve
from runbook_tui.execution.errors import CorruptRecord, HeldByAnother, RecordError, RecordFailed
from runbook_tui.execution.framing import FramingError, Whole
from runbook_tui.execution.head import Head, read_head, state_folder
from runbook_tui.execution.record import RecordWriter, read_record

ANN: dict[str, str | int] = {"operator": "ann", "host": "laptop", "pid": 7, "since": "09:30"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "run"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def writer(folder: Path) -> Iterator[RecordWriter]:
    made = RecordWriter.create(folder, {"run": "run-1"}, ANN)
    yield made
    made.close()


def fill(writer: RecordWriter, count: int = 3) -> None:
    for number in range(count):
        writer.append("note", {"number": number})


def numbers(folder: Path) -> list[object]:
    return [point.values.get("number") for point in read_record(folder).checkpoints]


def test_a_new_record_begins_with_its_run_and_format(folder: Path, writer: RecordWriter) -> None:
    (first,) = read_record(folder).checkpoints
    assert (first.seq, first.kind, first.values) == (0, "run-started", {"format": 1, "run": "run-1"})


def test_only_the_owner_can_read_it(folder: Path) -> None:
    previous = os.umask(0)
    try:
        RecordWriter.create(folder, {"run": "run-1"}, ANN).close()
    finally:
        os.umask(previous)
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_what_is_appended_can_be_read_at_once_by_others(folder: Path, writer: RecordWriter) -> None:
    for number in range(5):
        writer.append("note", {"number": number})
        assert numbers(folder) == [None, *range(number + 1)]


def test_kinds_that_nobody_knows_are_kept(folder: Path, writer: RecordWriter) -> None:
    writer.append("from-the-future", {"flux": [1, 2]})
    point = read_record(folder).checkpoints[-1]
    assert (point.kind, point.values) == ("from-the-future", {"flux": [1, 2]})


def test_a_value_that_cannot_be_recorded_changes_nothing(folder: Path, writer: RecordWriter) -> None:
    with pytest.raises(FramingError):
        writer.append("note", {"text": "\ud800"})
    writer.append("note", {"number": 1})
    assert numbers(folder) == [None, 1]


def test_a_record_can_be_continued(folder: Path, writer: RecordWriter) -> None:
    fill(writer)
    writer.close()
    again = RecordWriter.open(folder, ANN)
    again.append("note", {"number": 3})
    again.close()
    assert numbers(folder) == [None, 0, 1, 2, 3]
    assert read_record(folder).whole is Whole.CLEAN


def test_a_second_record_in_one_folder_is_refused(folder: Path, writer: RecordWriter) -> None:
    writer.close()
    with pytest.raises(RecordError, match=r"record\.yaml"):
        RecordWriter.create(folder, {"run": "run-2"}, ANN)
    assert len(read_record(folder).checkpoints) == 1


def test_a_second_writer_is_told_who_holds_it(folder: Path, writer: RecordWriter) -> None:
    with pytest.raises(HeldByAnother) as caught:
        RecordWriter.open(folder, {"operator": "bob"})
    assert "ann executes this run on laptop since 09:30" in str(caught.value)
    assert caught.value.holder["pid"] == os.getpid()
    assert caught.value.exit_status == 75
    writer.append("note", {"number": 1})
    assert numbers(folder) == [None, 1]


def test_what_a_lock_file_says_cannot_move_the_cursor(folder: Path, writer: RecordWriter) -> None:
    (folder / "record.lock").write_bytes(b'operator: "\x1b[2J\\u001b[2J"\n\xff\nbroken\n')
    with pytest.raises(HeldByAnother) as caught:
        RecordWriter.open(folder, ANN)
    assert "\x1b" not in str(caught.value)


def test_closing_twice_is_fine_and_appending_then_is_not(writer: RecordWriter) -> None:
    writer.close()
    writer.close()
    with pytest.raises(RecordError, match="closed"):
        writer.append("note", {})


@pytest.mark.parametrize("name", ["record.yaml", "record.lock"])
def test_links_fifos_and_folders_in_its_place_are_refused(folder: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / "target"
    target.write_text("mine")
    for make in (lambda p: p.symlink_to(target), os.mkfifo, lambda p: p.mkdir()):
        place = folder / name
        make(place)
        with pytest.raises(RecordError, match=str(place)):
            RecordWriter.create(folder, {"run": "x"}, ANN)
        with pytest.raises(RecordError, match=str(place)):
            RecordWriter.open(folder, ANN)
        place.rmdir() if place.is_dir() and not place.is_symlink() else place.unlink()
        (folder / "record.lock").unlink(missing_ok=True)
    assert target.read_text() == "mine"


def test_a_record_with_a_second_name_is_refused(folder: Path, tmp_path: Path, writer: RecordWriter) -> None:
    writer.close()
    os.link(folder / "record.yaml", tmp_path / "other")
    with pytest.raises(RecordError, match="one name"):
        RecordWriter.open(folder, ANN)
    assert len(read_record(folder).checkpoints) == 1


def test_a_folder_that_is_a_link_or_open_to_others_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(RecordError, match="link"):
        RecordWriter.create(tmp_path / "link", {"run": "x"}, ANN)
    folder.chmod(0o770)
    with pytest.raises(RecordError, match="chmod go-w"):
        RecordWriter.create(folder, {"run": "x"}, ANN)
    assert list(folder.iterdir()) == []


def test_a_record_of_a_newer_version_can_be_read_and_not_continued(
    folder: Path, writer: RecordWriter
) -> None:
    writer.close()
    text = (folder / "record.yaml").read_bytes().replace(b"format: 1", b"format: 2").rpartition(b"sum:")[0]
    import hashlib

    (folder / "record.yaml").write_bytes(text + f'sum: "{hashlib.sha256(text).hexdigest()}"\n...\n'.encode())
    assert read_record(folder).checkpoints[0].values["format"] == 2
    (state_folder() / "heads" / "run-1.json").unlink()
    with pytest.raises(RecordError, match="format 2"):
        RecordWriter.open(folder, ANN)


def test_an_empty_record_says_so(folder: Path) -> None:
    (folder / "record.yaml").touch(mode=0o600)
    assert read_record(folder).whole is Whole.EMPTY
    with pytest.raises(CorruptRecord, match="empty"):
        RecordWriter.open(folder, ANN)


def test_a_folder_without_a_record_says_so(folder: Path) -> None:
    with pytest.raises(RecordError, match=r"record\.yaml"):
        read_record(folder)
    with pytest.raises(RecordError, match="missing"):
        read_record(folder / "missing")


def test_the_head_of_a_run_is_remembered_elsewhere(writer: RecordWriter) -> None:
    fill(writer)
    last = writer.checkpoints[-1]
    assert read_head("run-1") == Head(last.seq, last.sum)


@pytest.mark.parametrize("name", ["../../x", "", "A", "a" * 65])
def test_ids_of_runs_cannot_leave_the_state_folder(name: str) -> None:
    from runbook_tui.execution.head import write_head

    write_head(name, Head(1, "x"))
    assert read_head(name) is None
    assert not state_folder().exists()


def test_a_state_folder_that_cannot_be_written_stops_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    writer = RecordWriter.create(folder, {"run": "run-1"}, ANN)
    fill(writer)
    writer.close()
    assert len(read_record(folder).checkpoints) == 4
    assert read_record(folder).behind is None


def test_disk_space_is_set_aside_for_the_next_checkpoints(folder: Path, writer: RecordWriter) -> None:
    seen = (folder / "record.yaml").stat()
    if seen.st_blocks * 512 <= seen.st_size + 4096:
        pytest.skip("this file system sets nothing aside")
    assert seen.st_blocks * 512 >= 60_000


def test_an_interrupt_in_the_middle_of_a_write_ends_the_record(
    writer: RecordWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    fill(writer)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", interrupt)
        with pytest.raises(KeyboardInterrupt):
            writer.append("note", {"number": 99})
    with pytest.raises(RecordFailed):
        writer.append("note", {"number": 100})


def test_a_reader_never_sees_half_a_checkpoint_as_one(folder: Path, writer: RecordWriter) -> None:
    done = threading.Event()
    seen: list[int] = []

    def watch() -> None:
        while not done.is_set():
            view = read_record(folder)
            assert view.whole in {Whole.CLEAN, Whole.TORN}
            seen.append(len(view.checkpoints))

    watcher = threading.Thread(target=watch)
    watcher.start()
    fill(writer, 100)
    done.set()
    watcher.join()
    assert seen == sorted(seen)
    assert len(read_record(folder).checkpoints) == 101


def test_the_first_and_the_last_checkpoint_are_at_hand(writer: RecordWriter) -> None:
    fill(writer)
    assert (writer.first, writer.last) == (writer.checkpoints[0], writer.checkpoints[-1])
    assert writer.run_id == "run-1"


def test_a_wall_clock_that_was_set_is_noted(writer: RecordWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    real = clock.now

    def later() -> clock.Instant:
        now = real()
        return clock.Instant(now.at.replace(now.at[:4], str(int(now.at[:4]) + 10), 1), now.boot, now.mono)

    def rebooted() -> clock.Instant:
        return clock.Instant(real().at, "another boot", 1)

    assert "clock_jump_ms" not in writer.append("note", {}).values
    monkeypatch.setattr(clock, "now", later)
    jump = writer.append("note", {}).values["clock_jump_ms"]
    assert isinstance(jump, int)
    assert jump > 9 * 365 * 24 * 3600 * 1000
    monkeypatch.setattr(clock, "now", rebooted)
    assert "clock_jump_ms" not in writer.append("note", {}).values, "nobody can know"


def fail(*_: object) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_what_cannot_be_read_says_so(
    folder: Path, writer: RecordWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.close()
    with monkeypatch.context() as patch:
        patch.setattr(os, "pread", fail)
        with pytest.raises(RecordError, match="cannot be read: Input/output error"):
            read_record(folder)
        with pytest.raises(RecordError, match="cannot be read: Input/output error"):
            RecordWriter.open(folder, ANN)
    with monkeypatch.context() as patch:
        real = os.stat
        patch.setattr(
            os, "stat", lambda name, **where: fail() if "recovered" in name else real(name, **where)
        )
        with pytest.raises(RecordError, match="cannot be read: Input/output error"):
            read_record(folder)


def test_a_torn_end_that_cannot_be_cut_off(
    folder: Path, writer: RecordWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.close()
    with (folder / "record.yaml").open("ab") as file:
        file.write(b"---\nseq")
    for instead in (fail, lambda fd, size: None):
        with monkeypatch.context() as patch:
            patch.setattr(os, "ftruncate", lambda fd, size, act=instead: size and act(fd, size))
            with pytest.raises(RecordError, match="torn end cannot be cut off"):
                RecordWriter.open(folder, ANN)
    RecordWriter.open(folder, ANN).close()
    assert numbers(folder) == [None, None]


def test_a_full_disk_that_cannot_even_be_cut_back(
    writer: RecordWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def once(fd: int, data: bytes) -> int:
        calls.append(fd)
        if len(calls) > 1:
            return real(fd, data)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    real = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", once)
        patch.setattr(os, "ftruncate", fail)
        with pytest.raises(RecordFailed, match="No space left"):
            writer.append("note", {})


def test_an_interrupt_after_a_checkpoint_was_made_durable_ends_nothing(
    writer: RecordWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    fill(writer, 1)
    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", interrupt)
        with pytest.raises(KeyboardInterrupt):
            writer.append("note", {"number": 1})
    writer.append("note", {"number": 2})
    assert [point.values.get("number") for point in writer.checkpoints] == [None, 0, 1, 2]


def test_a_system_without_reserved_space(monkeypatch: pytest.MonkeyPatch, writer: RecordWriter) -> None:
    reserve._fallocate.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(ctypes, "CDLL", lambda name: object())
        reserve.reserve(0, 0)
    reserve._fallocate.cache_clear()
    fill(writer, 1)


@pytest.mark.parametrize("make", [lambda p: p.symlink_to(p.parent), os.mkfifo, lambda p: p.mkdir()])
def test_a_head_that_is_no_plain_file_is_passed_over(
    folder: Path, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    place = state_folder() / "heads" / "run-1.json"
    place.parent.mkdir(parents=True)
    make(place)
    writer = RecordWriter.create(folder, {"run": "run-1"}, ANN)
    fill(writer)
    writer.close()
    assert read_head("run-1") is None
    assert len(read_record(folder).checkpoints) == 4


def test_a_head_that_cannot_be_opened_or_written_is_passed_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fstat
    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", fail)
        writer = RecordWriter.create(folder, {"run": "run-1"}, ANN)
        fill(writer)
        writer.close()
    assert read_head("run-1") is None
    with monkeypatch.context() as patch:
        links = str(state_folder())
        patch.setattr(
            os,
            "fstat",
            lambda fd: fail() if links in str(Path(f"/proc/self/fd/{fd}").resolve()) else real(fd),
        )
        writer = RecordWriter.open(folder, ANN)
        writer.append("note", {})
        writer.close()
    assert len(read_record(folder).checkpoints) == 5


def test_a_user_without_a_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("no home")

    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setattr(Path, "home", homeless)
    writer = RecordWriter.create(folder, {"run": "run-1"}, ANN)
    fill(writer)
    writer.close()
    assert read_record(folder).behind is None


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line.replace(b'"seq": 3', b'"seq": 4'),
        lambda line: line[:-20],
        lambda line: line + b"x",
        lambda line: bytes(len(line)),
        lambda line: b"[" * 200,
        lambda line: b'{"seq": "x", "sum": 1}',
        lambda line: b"{}",
        lambda line: b"[]",
    ],
)
def test_a_head_that_was_torn_counts_as_none(
    folder: Path, writer: RecordWriter, change: Callable[[bytes], bytes]
) -> None:
    fill(writer)
    writer.close()
    path = state_folder() / "heads" / "run-1.json"
    assert read_head("run-1") == Head(3, writer.last.sum)
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(change(path.read_bytes()))
    assert read_head("run-1") is None
    RecordWriter.open(folder, ANN).close()


def test_a_record_that_somebody_wrote_anew_and_shorter(folder: Path, writer: RecordWriter) -> None:
    fill(writer)
    writer.close()
    from runbook_tui.execution.head import write_head

    write_head("run-1", Head(2, "0" * 64))
    with pytest.raises(CorruptRecord, match="not the one that this machine wrote"):
        RecordWriter.open(folder, ANN)


def test_what_was_set_aside_before_is_not_overwritten(folder: Path, writer: RecordWriter) -> None:
    writer.close()
    size = writer.path.stat().st_size
    (folder / f"record.torn-{size}").write_bytes(b"evidence")
    with writer.path.open("ab") as file:
        file.write(b"---\nseq")
    RecordWriter.open(folder, ANN).close()
    assert (folder / f"record.torn-{size}").read_bytes() == b"evidence"
    assert (folder / f"record.torn-{size}-2").read_bytes() == b"---\nseq"
    assert read_record(folder).checkpoints[-1].values["file"] == f"record.torn-{size}-2"
