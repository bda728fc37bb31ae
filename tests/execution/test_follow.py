"""Following a record that somebody else writes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from runbook_tui.execution.errors import RecordError
from runbook_tui.execution.follow import Follower
from runbook_tui.execution.framing import Whole
from runbook_tui.execution.record import RecordView, RecordWriter

ANN: dict[str, str | int] = {"operator": "ann"}


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


def seen(view: RecordView | None) -> list[object]:
    assert view is not None
    return [point.values.get("number") for point in view.checkpoints]


def test_only_what_is_new_is_told(folder: Path, writer: RecordWriter) -> None:
    follower = Follower(folder)
    assert seen(follower.poll()) == [None]
    assert follower.poll() is None
    for number in range(5):
        writer.append("note", {"number": number})
        assert seen(follower.poll()) == [None, *range(number + 1)]
        assert follower.poll() is None


def test_half_a_checkpoint_is_none(folder: Path, writer: RecordWriter) -> None:
    follower = Follower(folder)
    follower.poll()
    writer.append("note", {"number": 1})
    data = writer.path.read_bytes()
    os.truncate(writer.path, len(data) - 10)
    view = follower.poll()
    assert seen(view) == [None]
    assert view is not None
    assert view.whole is Whole.TORN
    writer.path.write_bytes(data)
    assert seen(follower.poll()) == [None, 1]


def test_a_record_that_goes_on_in_another_file(folder: Path, writer: RecordWriter) -> None:
    follower = Follower(folder)
    follower.poll()
    data = writer.path.read_bytes()
    (folder / "record.recovered-1.yaml").write_bytes(data)
    view = follower.poll()
    assert view is not None
    assert view.path.name == "record.recovered-1.yaml"


def test_damage_is_told(folder: Path, writer: RecordWriter) -> None:
    writer.append("note", {"number": 1})
    follower = Follower(folder)
    follower.poll()
    with writer.path.open("ab") as file:
        file.write(b"---\nseq: 2\n...\n")
    view = follower.poll()
    assert view is not None
    assert (view.whole, len(view.checkpoints)) == (Whole.DAMAGED, 2)


def test_an_empty_record_that_begins(folder: Path) -> None:
    (folder / "record.yaml").touch()
    follower = Follower(folder)
    assert seen(follower.poll()) == []
    (folder / "record.yaml").unlink()
    writer = RecordWriter.create(folder, {"run": "run-1"}, ANN)
    assert seen(follower.poll()) == [None]
    writer.close()


def test_no_record(folder: Path) -> None:
    with pytest.raises(RecordError, match=str(folder)):
        Follower(folder).poll()
    with pytest.raises(RecordError, match="missing"):
        Follower(folder / "missing").poll()


def test_a_long_record_is_not_read_again_and_again(
    folder: Path, writer: RecordWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(50):
        writer.append("note", {"number": number})
    follower = Follower(folder)
    follower.poll()
    read: list[int] = []
    real = os.pread

    def counted(fd: int, size: int, offset: int) -> bytes:
        data = real(fd, size, offset)
        read.append(len(data))
        return data

    size = writer.append("note", {"number": 50}).size
    monkeypatch.setattr(os, "pread", counted)
    assert len(seen(follower.poll())) == 52
    assert size <= sum(read) < size + 200, "the rest is the head that this machine remembers"
