"""Creating, continuing, reading and losing a record."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

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
