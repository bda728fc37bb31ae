"""Records that their folder takes no more: where they go, and how they come back."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from runbook_tui.execution import record as record_module
from runbook_tui.execution.errors import CorruptRecord, RecordError, RecordFailed
from runbook_tui.execution.framing import Whole
from runbook_tui.execution.head import state_folder
from runbook_tui.execution.record import RecordWriter, read_record
from runbook_tui.execution.spill import rescued
from runbook_tui.execution.verify import verify

ANN: dict[str, str | int] = {"operator": "ann"}


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files of the test's own."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "run"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def writer(folder: Path) -> Iterator[RecordWriter]:
    made = RecordWriter.create(folder, {"run": "run-1"}, ANN)
    made.append("note", {"number": 1})
    yield made
    made.close()


def break_folders(patch: pytest.MonkeyPatch, *folders: Path) -> None:
    """Let no file be made below some folders; the record itself takes nothing either."""
    real = os.open

    def refuse(path: str | Path, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if flags & os.O_EXCL:
            place = Path(f"/proc/self/fd/{dir_fd}").resolve() if dir_fd is not None else Path(path).parent
            if any(broken == place or broken in place.parents for broken in folders):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(path, flags, mode, dir_fd=dir_fd)

    patch.setattr(os, "open", refuse)
    patch.setattr(os, "fsync", fail_once(os.fsync))


def fail_once(real: object) -> object:
    calls: list[int] = []

    def fsync(fd: int) -> None:
        calls.append(fd)
        if len(calls) == 1:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        assert callable(real)
        real(fd)

    return fsync


def numbers(folder: Path) -> list[object]:
    return [point.values["number"] for point in read_record(folder).checkpoints if point.kind == "note"]


def refused(writer: RecordWriter, *broken: Path) -> RecordFailed:
    with pytest.MonkeyPatch.context() as patch:
        break_folders(patch, *broken)
        with pytest.raises(RecordFailed) as caught:
            writer.append("note", {"number": 2})
    writer.close()
    return caught.value


def test_the_folder_of_the_run_comes_first(folder: Path, writer: RecordWriter) -> None:
    assert refused(writer).spilled == folder / "record.recovered-1.yaml"
    assert numbers(folder) == [1, 2]


def test_what_went_to_the_state_folder_is_taken_back(folder: Path, writer: RecordWriter) -> None:
    failed = refused(writer, folder)
    assert failed.spilled == state_folder() / "recovered" / "run-1.recovered-1.yaml"
    told = [finding.text for finding in verify(folder).findings if finding.layer == "end"]
    assert "rescued to" in told[0]
    again = RecordWriter.open(folder, ANN)
    assert again.path == folder / "record.recovered-1.yaml"
    again.append("note", {"number": 3})
    again.close()
    assert numbers(folder) == [1, 2, 3]
    RecordWriter.open(folder, ANN).close()
    assert not (folder / "record.recovered-2.yaml").exists(), "it is taken back once"


def test_what_went_to_a_temporary_folder_is_taken_back(
    folder: Path, writer: RecordWriter, temporary: Path
) -> None:
    state_folder().joinpath("recovered").write_text("no folder")
    (temporary / "runbook-tui-file").touch()
    (temporary / "runbook-tui-strange").mkdir()
    (temporary / "runbook-tui-strange" / "run-1.recovered-1.yaml").mkdir()
    failed = refused(writer, folder)
    assert failed.spilled is not None
    assert temporary in failed.spilled.parents
    again = RecordWriter.open(folder, ANN)
    again.close()
    assert numbers(folder) == [1, 2]


def test_nothing_is_left_behind_when_no_place_takes_it(
    folder: Path, writer: RecordWriter, temporary: Path
) -> None:
    failed = refused(writer, folder, state_folder(), temporary)
    assert failed.spilled is None
    assert "number: 2" in failed.text
    assert "printed now" in str(failed)
    assert list(temporary.iterdir()) == []
    assert sorted(path.name for path in folder.iterdir()) == ["record.lock", "record.yaml"]


def test_what_cannot_be_taken_back_yet_is_named(folder: Path, writer: RecordWriter) -> None:
    failed = refused(writer, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record_module, "take_in", full)
        with pytest.raises(RecordError, match=str(failed.spilled)):
            RecordWriter.open(folder, ANN)
    RecordWriter.open(folder, ANN).close()
    assert numbers(folder) == [1, 2]


def full(directory: int, text: bytes) -> str:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_another_history_is_not_taken_over(folder: Path, writer: RecordWriter, tmp_path: Path) -> None:
    writer.close()
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    made = RecordWriter.create(other, {"run": "run-1"}, ANN)
    for number in range(5):
        made.append("note", {"number": number})
    made.close()
    place = state_folder() / "recovered"
    place.mkdir()
    shutil.copy(other / "record.yaml", place / "run-1.recovered-1.yaml")
    (place / "run-1.recovered-2.yaml").write_bytes((folder / "record.yaml").read_bytes()[:-5])
    (place / "run-1.recovered-3.yaml").symlink_to(other / "record.yaml")
    os.mkfifo(place / "run-1.recovered-4.yaml")
    seen = read_record(folder).checkpoints
    assert rescued("run-1", seen) is None
    assert rescued("run-1", seen[:1]) is None
    found = rescued("run-1", ())
    assert found is not None
    assert found.path.name == "run-1.recovered-1.yaml"


def test_a_file_of_somebody_else_is_not_taken_over(
    folder: Path, writer: RecordWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused(writer, folder)
    uid = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: uid + 1)
    assert rescued("run-1", read_record(folder).checkpoints) is None


def test_a_damaged_record_is_healed_by_what_was_rescued(folder: Path, writer: RecordWriter) -> None:
    refused(writer, folder)
    path = folder / "record.yaml"
    path.write_bytes(path.read_bytes().replace(b"number: 1", b"number: 7"))
    RecordWriter.open(folder, ANN).close()
    assert numbers(folder) == [1, 2]
    assert read_record(folder).whole is Whole.CLEAN


def test_a_rescue_in_a_home_that_is_none(
    folder: Path, writer: RecordWriter, monkeypatch: pytest.MonkeyPatch, temporary: Path
) -> None:
    def homeless() -> Path:
        raise RuntimeError("no home")

    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setattr(Path, "home", homeless)
    failed = refused(writer, folder)
    assert failed.spilled is not None
    assert temporary in failed.spilled.parents
    assert rescued("run-1", read_record(folder).checkpoints) is not None


def test_a_first_checkpoint_that_fails_is_rescued_under_its_run(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", fail_once(os.fsync))
        with pytest.raises(RecordFailed) as caught:
            RecordWriter.create(folder, {"run": "run-9"}, ANN)
    assert caught.value.spilled == folder / "record.recovered-1.yaml"
    again = RecordWriter.open(folder, ANN)
    assert again.run_id == "run-9"
    again.close()


def test_a_record_without_a_whole_checkpoint_has_no_rescue(folder: Path) -> None:
    (folder / "record.yaml").write_bytes(b"---\n")
    with pytest.raises(CorruptRecord):
        RecordWriter.open(folder, ANN)
