"""A record from its first checkpoint to its last: what is written, what is said, and what is given back."""

# ruff: noqa: F401, F811 - fixtures
from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runbook_tui.execution import clock
from runbook_tui.execution import record as records
from runbook_tui.execution.errors import CorruptRecord, HeldByAnother, RecordError, RecordFailed, RunClosed
from runbook_tui.execution.framing import NO_SUM, Whole, encode, scan
from runbook_tui.execution.head import Head, read_head, state_folder, write_head
from runbook_tui.execution.holders import this_process
from runbook_tui.execution.lock import parse
from runbook_tui.execution.record import RecordView, RecordWriter, read_record
from tests.execution.record_here import (
    ANN,
    failing,
    folder,
    kept_open,
)


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files of the test's own."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


@pytest.fixture
def writer(folder: Path) -> Iterator[RecordWriter]:
    made = RecordWriter.create(folder, {"run": "run-1"}, ANN)
    yield made
    made.close()


def holder(folder: Path) -> dict[str, object]:
    return parse((folder / "record.lock").read_bytes())


def kinds(folder: Path) -> list[str]:
    return [point.kind for point in read_record(folder).checkpoints]


@pytest.mark.usefixtures("kept_open")
def test_a_run_from_its_beginning_to_its_end(folder: Path) -> None:
    writer = RecordWriter.create(folder, {"run": "run-1", "a": 1}, ANN)
    assert holder(folder) == {"run": "run-1", "operator": "ann", **this_process()}
    path = folder / "record.yaml"
    assert (writer.path, writer.run_id) == (path, "run-1")
    first = writer.first
    assert (first.seq, first.prev, first.kind) == (0, NO_SUM, "run-started")
    assert first.values == {"format": 1, "run": "run-1", "a": 1}
    second = writer.append("note", {"b": 2})
    assert (second.seq, second.prev, second.kind, second.values) == (1, first.sum, "note", {"b": 2})
    assert writer.checkpoints == (first, second)
    assert writer.last == second
    assert path.read_bytes() == encode(first) + encode(second)
    assert read_head("run-1") == Head(1, second.sum)
    with pytest.raises(HeldByAnother):
        RecordWriter.open(folder, {"operator": "bob"})
    writer.close()
    with pytest.raises(RunClosed) as closed:
        writer.append("note", {})
    assert str(closed.value) == f"{path}: the run was closed"
    again = RecordWriter.open(folder, {"operator": "bob"})
    assert holder(folder) == {"run": "run-1", "operator": "bob", **this_process()}
    assert again.checkpoints == (first, second)
    third = again.append("note", {})
    assert (third.seq, third.prev) == (2, second.sum)
    again.close()
    assert read_record(folder) == RecordView(path, (first, second, third), Whole.CLEAN, "", 0)


@pytest.mark.usefixtures("kept_open")
def test_nothing_is_held_after_a_refusal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "record.yaml").mkdir()
    with pytest.raises(RecordError, match=r"record\.yaml"):
        RecordWriter.create(folder, {}, ANN)
    with pytest.raises(RecordError, match=r"record\.yaml"):
        RecordWriter.open(folder, ANN)
    with pytest.raises(RecordError, match=r"record\.yaml"):
        read_record(folder)
    (folder / "record.yaml").rmdir()
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", failing())
        with pytest.raises(RecordFailed):
            RecordWriter.create(folder, {"run": "run-1"}, ANN)
    assert (folder / "record.yaml").read_bytes() == b""
    with pytest.raises(CorruptRecord):
        RecordWriter.open(folder, ANN)
    (folder / "record.yaml").unlink()
    RecordWriter.create(folder, {"run": "run-1"}, ANN).close()


def test_the_lock_tells_the_run_also_when_it_has_no_id(folder: Path) -> None:
    writer = RecordWriter.create(folder, {}, ANN)
    assert (holder(folder)["run"], writer.run_id) == ("", "")
    writer.close()
    assert read_record(folder).behind is None


def test_the_lock_that_was_removed_ends_the_record(folder: Path, writer: RecordWriter) -> None:
    (folder / "record.lock").unlink()
    with pytest.raises(RecordFailed) as failed:
        writer.append("note", {})
    path = folder / "record.yaml"
    assert failed.value.reason == f"{path}: record.lock was removed or replaced"
    assert path.read_bytes() == encode(writer.first), "nothing was written there"
    with pytest.raises(RecordFailed) as again:
        writer.append("note", {})
    assert again.value is failed.value


@pytest.mark.parametrize(
    ("fault", "because"),
    [(failing(), "Input/output error"), (failing(0, "w" * 2000), "w" * 2000)],
    ids=["errno", "words"],
)
def test_what_could_not_be_written_goes_to_a_new_file(
    folder: Path,
    writer: RecordWriter,
    fault: Callable[..., None],
    because: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    writer.append("note", {"a": 1})
    calls: list[int] = []
    real = os.fsync

    def once(fd: int) -> None:
        calls.append(fd)
        fault() if len(calls) == 1 else real(fd)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", once)
        with pytest.raises(RecordFailed) as failed:
            writer.append("note", {"b": 2})
    path = folder / "record.recovered-1.yaml"
    assert failed.value.reason == f"{folder / 'record.yaml'}: {because}"
    assert failed.value.spilled == path
    assert failed.value.text.encode() == path.read_bytes()
    found = scan(path.read_bytes())
    assert found.whole is Whole.CLEAN
    assert [point.kind for point in found.checkpoints] == ["run-started", "note", "note", "continued-from"]
    assert found.checkpoints[2].values == {"b": 2}
    assert found.checkpoints[3].values == {"file": "record.yaml", "because": because[:1000]}
    assert writer.checkpoints == found.checkpoints[:2], "it was never acknowledged"
    writer.close()
    again = RecordWriter.open(folder, ANN)
    assert again.path == path
    again.append("note", {})
    again.close()
    assert len(read_record(folder).checkpoints) == 5


def test_the_first_checkpoint_goes_to_a_new_file_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    real = os.write

    def once(fd: int, data: bytes) -> int:
        calls.append(fd)
        if len(calls) == 1:
            failing()()
        return real(fd, data)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", once)
        with pytest.raises(RecordFailed) as failed:
            RecordWriter.create(folder, {"run": "run-1"}, ANN)
    assert failed.value.spilled == folder / "record.recovered-1.yaml"
    assert kinds(folder) == ["run-started", "continued-from"]
    RecordWriter.open(folder, ANN).close()


@pytest.mark.parametrize(("values", "name"), [({"run": "run-1"}, "run-1"), ({}, "run")])
def test_elsewhere_it_is_named_for_its_run(
    folder: Path, values: dict[str, str], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = RecordWriter.create(folder, values, ANN)
    (folder / "record.lock").unlink()
    real = os.open

    def refuse(path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if flags & os.O_EXCL and path.startswith("record."):
            failing()()
        return real(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(RecordFailed) as failed:
        writer.append("note", {})
    assert failed.value.spilled == state_folder() / "recovered" / f"{name}.recovered-1.yaml"
    writer.close()


def test_where_no_place_takes_it_the_text_is_kept(
    writer: RecordWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "write", failing(errno.ENOSPC))
    with pytest.raises(RecordFailed) as failed:
        writer.append("note", {})
    assert failed.value.spilled is None
    found = scan(failed.value.text.encode())
    assert (found.whole, found.checkpoints[0]) == (Whole.CLEAN, writer.first)
    assert [point.kind for point in found.checkpoints] == ["run-started", "note", "continued-from"]


def test_an_interrupt_on_the_way_out_ends_the_record_too(
    writer: RecordWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", failing())
        patch.setattr(records, "spill", interrupt)
        with pytest.raises(KeyboardInterrupt):
            writer.append("note", {})
    with pytest.raises(RecordFailed) as failed:
        writer.append("note", {})
    assert (failed.value.reason, failed.value.spilled) == (f"{writer.path}: Input/output error", None)
    assert failed.value.text == ""


def test_an_interrupt_is_named_as_the_reason(
    folder: Path, writer: RecordWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    real = os.fsync

    def interrupt(fd: int) -> None:
        calls.append(fd)
        if len(calls) == 1:
            raise KeyboardInterrupt
        real(fd)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", interrupt)
        with pytest.raises(KeyboardInterrupt):
            writer.append("note", {})
    with pytest.raises(RecordFailed) as failed:
        writer.append("note", {})
    assert failed.value.reason == f"{folder / 'record.yaml'}: interrupted by KeyboardInterrupt"
    assert kinds(folder) == ["run-started", "note", "continued-from"]


@pytest.mark.usefixtures("kept_open")
def test_a_torn_end_is_set_aside(folder: Path) -> None:
    RecordWriter.create(folder, {"run": "run-1"}, ANN).close()
    path = folder / "record.yaml"
    end = path.stat().st_size
    names = [f"record.torn-{end}", f"record.torn-{end}-2", f"record.torn-{end}-3"]
    for name in names[:2]:
        (folder / name).write_bytes(b"kept")
    rest = b"---\nseq: 1\nwhat"
    with path.open("ab") as file:
        file.write(rest)
    why = read_record(folder).why
    writer = RecordWriter.open(folder, ANN)
    assert writer.last.kind == "recovered"
    assert writer.last.values == {
        "file": names[2],
        "bytes": len(rest),
        "digest": hashlib.sha256(rest).hexdigest(),
        "because": why,
    }
    writer.append("note", {})
    writer.close()
    assert [(folder / name).read_bytes() for name in names] == [b"kept", b"kept", rest]
    assert kinds(folder) == ["run-started", "recovered", "note"]
    RecordWriter.open(folder, ANN).close()
    assert len(kinds(folder)) == 3


def test_a_torn_end_that_cannot_be_set_aside(
    folder: Path, writer: RecordWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.close()
    with (folder / "record.yaml").open("ab") as file:
        file.write(b"x")
    for fault, said in ((failing(), "Input/output error"), (failing(0, "strange"), "strange")):
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", fault)
            with pytest.raises(RecordError) as refused:
                RecordWriter.open(folder, ANN)
        assert str(refused.value) == f"{folder / 'record.yaml'}: its torn end cannot be cut off: {said}"
    RecordWriter.open(folder, ANN).close()


def test_a_damaged_end_is_set_aside_when_that_is_asked_for(folder: Path, writer: RecordWriter) -> None:
    writer.append("note", {"text": "abc"})
    writer.close()
    path = folder / "record.yaml"
    path.write_bytes(path.read_bytes().replace(b'"abc"', b'"ABC"'))
    with pytest.raises(CorruptRecord, match=rf"^{path}: the last checkpoint .*record repair"):
        RecordWriter.open(folder, ANN)
    repaired = RecordWriter.open(folder, ANN, repair=True)
    assert [point.kind for point in repaired.checkpoints] == ["run-started", "recovered"]
    because = repaired.last.values["because"]
    assert because == "checkpoint 1, line 12: the checksum is wrong"
    repaired.close()


def test_checkpoints_that_are_missing_are_accepted_with_a_reason(folder: Path, writer: RecordWriter) -> None:
    path = folder / "record.yaml"
    size = path.stat().st_size
    for number in range(3):
        writer.append("note", {"number": number})
    writer.close()
    with path.open("r+b") as file:
        file.truncate(size)
    assert read_record(folder).behind == 3
    with pytest.raises(CorruptRecord, match=rf"^{path}: 3 checkpoints are missing"):
        RecordWriter.open(folder, ANN)
    shorter = RecordWriter.open(folder, ANN, accept_shorter="the disk was replaced")
    assert shorter.last.kind == "accepted-shorter"
    assert shorter.last.values == {"missing": 3, "reason": "the disk was replaced"}
    shorter.close()


@pytest.mark.parametrize(
    ("later", "jump"),
    [
        ((1000, 1_000_000, "b"), 0),
        ((3000, 1_000_000, "b"), 0),
        ((3001, 1_000_000, "b"), 2001),
        ((3001, 1_000_999, "b"), 0),
        ((0, 2_000_000, "b"), 0),
        ((0, 2_000_001, "b"), -2001),
        ((0, 3_500_000, "b"), -3500),
        ((90_000, 1_000_000, "other"), 0),
    ],
)
def test_a_clock_that_was_set(
    writer: RecordWriter, later: tuple[int, int, str], jump: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at(milliseconds: int, mono: int, boot: str) -> clock.Instant:
        seconds, rest = divmod(60_000 + milliseconds, 1000)
        wall = f"2026-11-24T10:{seconds // 60:02d}:{seconds % 60:02d}.{rest:03d}Z"
        return clock.Instant(wall, boot, 5_000_000 + mono)

    monkeypatch.setattr(clock, "now", lambda: at(0, 0, "b"))
    first = writer.append("note", {"a": 1})
    assert (first.at, first.mono, first.boot) == ("2026-11-24T10:01:00.000Z", 5_000_000, "b")
    monkeypatch.setattr(clock, "now", lambda: at(*later))
    point = writer.append("note", {"a": 1})
    assert point.values == ({"a": 1, "clock_jump_ms": jump} if jump else {"a": 1})


def test_a_folder_that_cannot_be_looked_into(
    folder: Path, writer: RecordWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.close()
    monkeypatch.setattr(records, "current_record", failing())
    with pytest.raises(RecordError) as refused:
        RecordWriter.open(folder, ANN)
    assert str(refused.value) == f"{folder}: cannot be read: Input/output error"
    with pytest.raises(RecordError) as refused:
        read_record(folder)
    assert str(refused.value) == f"{folder}: cannot be read: Input/output error"


def test_a_view_says_what_is_wrong_and_what_is_missing(
    folder: Path, writer: RecordWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.append("note", {})
    writer.close()
    write_head("run-1", Head(5, "x"))
    path = folder / "record.yaml"
    with path.open("ab") as file:
        file.write(b"x")
    why = "checkpoint 2, line 21: it is cut off; 1 bytes follow checkpoint 1"
    assert read_record(folder) == RecordView(path, writer.checkpoints, Whole.TORN, why, 4)
    for fault, said in ((failing(), "Input/output error"), (failing(0, "strange"), "strange")):
        with monkeypatch.context() as patch:
            patch.setattr(os, "pread", fault)
            with pytest.raises(RecordError) as refused:
                RecordWriter.open(folder, ANN)
            assert str(refused.value) == f"{path}: cannot be read: {said}"
            with pytest.raises(RecordError) as refused:
                read_record(folder)
            assert str(refused.value) == f"{path}: cannot be read: {said}"
