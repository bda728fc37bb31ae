"""Disks that take less than they say, that are full, or that cannot be written any more."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runbook_tui.execution.errors import RecordFailed
from runbook_tui.execution.framing import Whole, scan
from runbook_tui.execution.record import RecordWriter, read_record

HOLDER: dict[str, str | int] = {"operator": "ann"}


def numbers(data: bytes) -> list[object]:
    return [point.values["number"] for point in scan(data).checkpoints if point.kind == "note"]


def patch_write(patch: pytest.MonkeyPatch, instead: Callable[[Callable[..., int], int, bytes], int]) -> None:
    real = os.write
    patch.setattr(os, "write", lambda fd, data: instead(real, fd, bytes(data)))


def test_nothing_is_acknowledged_before_it_was_synced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[tuple[str, str]] = []
    patch_logged(monkeypatch, events)
    writer = RecordWriter.create(folder, {"run": "run-1"}, HOLDER)
    record, place = str(folder / "record.yaml"), str(folder)
    assert [event for event in events if event[1] in {record, place}] == [
        ("write", record),
        ("fsync", record),
        ("fsync", place),
    ]
    for _ in range(3):
        events.clear()
        writer.append("note", {"number": 1})
        assert [event for event in events if event[1] == record] == [("write", record), ("fsync", record)]
    writer.close()
    events.clear()
    RecordWriter.open(folder, HOLDER).close()
    assert ("fsync", record) in events, "what a killed process wrote may not be on the disk yet"


def patch_logged(patch: pytest.MonkeyPatch, events: list[tuple[str, str]]) -> None:
    """Note which file is written and synced, in order."""
    for name in ("write", "fsync"):
        real = getattr(os, name)

        def logged(fd: int, *data: bytes, name: str = name, real: Callable[..., object] = real) -> object:
            result = real(fd, *data)
            events.append((name, str(Path(f"/proc/self/fd/{fd}").readlink())))
            return result

        patch.setattr(os, name, logged)


def test_short_writes_are_completed(
    folder: Path, writer: RecordWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch_write(patch, lambda real, fd, data: real(fd, data[: max(1, len(data) // 3)]))
        writer.append("note", {"number": 4})
    assert numbers((folder / "record.yaml").read_bytes()) == [1, 2, 3, 4]


@pytest.mark.parametrize("kept", [0, 1, 50, -1])
def test_a_disk_that_lies_is_found_before_anything_is_acknowledged(
    writer: RecordWriter, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    def lie(real: Callable[..., int], fd: int, data: bytes) -> int:
        real(fd, data[:kept])
        return len(data)

    with monkeypatch.context() as patch:
        patch_write(patch, lie)
        with pytest.raises(RecordFailed, match="does not hold what was written"):
            writer.append("note", {"number": 4})
    with pytest.raises(RecordFailed):
        writer.append("note", {"number": 5})


def test_a_disk_that_writes_something_else_is_found(
    writer: RecordWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch_write(patch, lambda real, fd, data: real(fd, bytes(len(data))))
        with pytest.raises(RecordFailed):
            writer.append("note", {"number": 4})


def test_somebody_who_writes_at_the_same_time_is_found(
    writer: RecordWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch_write(patch, lambda real, fd, data: min(len(data), real(fd, data + b"theirs")))
        with pytest.raises(RecordFailed, match="does not hold what was written"):
            writer.append("note", {"number": 4})


def test_a_limit_on_file_sizes_leaves_whole_checkpoints(folder: Path, writer: RecordWriter) -> None:
    size = (folder / "record.yaml").stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, hard))
    try:
        with pytest.raises(RecordFailed) as caught:
            writer.append("note", {"number": 4})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.spilled is None, "the limit holds for every file"
    assert numbers(caught.value.text.encode()) == [1, 2, 3, 4]
    assert (folder / "record.yaml").stat().st_size == size, "the part that was written is cut off again"
    writer.close()
    again = RecordWriter.open(folder, HOLDER)
    again.append("note", {"number": 5})
    again.close()
    assert numbers((folder / "record.yaml").read_bytes()) == [1, 2, 3, 5]


def test_a_refused_record_goes_on_in_the_file_it_was_rescued_to(
    folder: Path, writer: RecordWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_next_sync(monkeypatch)
    with pytest.raises(RecordFailed) as caught:
        writer.append("note", {"number": 4})
    assert caught.value.spilled == folder / "record.recovered-1.yaml"
    assert caught.value.exit_status == 74
    assert str(caught.value.spilled) in str(caught.value)
    writer.close()
    again = RecordWriter.open(folder, HOLDER)
    assert again.path == caught.value.spilled
    again.append("note", {"number": 5})
    fail_next_sync(monkeypatch)
    with pytest.raises(RecordFailed) as twice:
        again.append("note", {"number": 6})
    again.close()
    assert twice.value.spilled == folder / "record.recovered-2.yaml"
    view = read_record(folder)
    assert (view.path, view.whole) == (twice.value.spilled, Whole.CLEAN)
    assert numbers(view.path.read_bytes()) == [1, 2, 3, 4, 5, 6]
    continued = [point.values for point in view.checkpoints if point.kind == "continued-from"]
    assert continued == [
        {"file": "record.yaml", "because": "Input/output error"},
        {"file": "record.recovered-1.yaml", "because": "Input/output error"},
    ]


def test_a_rescue_that_was_cut_off_itself_is_passed_over(folder: Path, writer: RecordWriter) -> None:
    writer.close()
    (folder / "record.recovered-1.yaml.part").write_bytes(b"---\nseq: 0")
    again = RecordWriter.open(folder, HOLDER)
    again.close()
    assert again.path == folder / "record.yaml"


def fail_next_sync(patch: pytest.MonkeyPatch) -> None:
    real = os.fsync

    def once(_: int) -> None:
        patch.setattr(os, "fsync", real)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    patch.setattr(os, "fsync", once)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs", str(place)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("only root can mount a small file system")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk(small_disk: Path, show: Callable[[str], None]) -> None:
    folder = small_disk / "run"
    folder.mkdir(mode=0o700)
    writer = RecordWriter.create(folder, {"run": "run-1"}, HOLDER)
    fill(small_disk / "ballast")
    acknowledged = 0
    with pytest.raises(RecordFailed, match="No space left") as caught:
        while acknowledged < 10_000:
            writer.append("note", {"number": acknowledged})
            acknowledged += 1
    writer.close()
    assert acknowledged >= 20, "space for these was set aside"
    assert caught.value.spilled is not None
    assert small_disk not in caught.value.spilled.parents
    assert numbers(caught.value.spilled.read_bytes()) == list(range(acknowledged + 1))
    (small_disk / "ballast").unlink()
    again = RecordWriter.open(folder, HOLDER)
    again.append("note", {"number": -1})
    again.close()
    assert again.path == folder / "record.recovered-1.yaml", "what was rescued elsewhere is taken back"
    assert numbers(again.path.read_bytes()) == [*range(acknowledged + 1), -1]
    show(f"acked_on_a_full_disk={acknowledged} lost=0")


def fill(path: Path) -> None:
    try:
        with path.open("wb", buffering=0) as file:
            while file.write(bytes(1024)):
                pass
    except OSError as error:
        assert error.errno == errno.ENOSPC


def test_a_write_that_fails_for_another_reason_cuts_nothing_back(
    folder: Path, writer: RecordWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_in_the_middle(real: Callable[..., int], fd: int, data: bytes) -> int:
        if b"number: 4" not in data or b"number: 1" in data:
            return real(fd, data)
        real(fd, data[:20])
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    size = (folder / "record.yaml").stat().st_size
    with monkeypatch.context() as patch:
        patch_write(patch, fail_in_the_middle)
        with pytest.raises(RecordFailed, match="Input/output error"):
            writer.append("note", {"number": 4})
    assert (folder / "record.yaml").stat().st_size == size + 20, "what is on the disk is not known any more"
    assert numbers((folder / "record.recovered-1.yaml").read_bytes()) == [1, 2, 3, 4]
