"""Records that went to another place: where, and how they come back."""

# ruff: noqa: F401, F811 - fixtures
from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runbook_tui.execution import record as records
from runbook_tui.execution.errors import RecordError, RecordFailed
from runbook_tui.execution.framing import encode, scan
from runbook_tui.execution.head import state_folder
from runbook_tui.execution.record import RecordWriter, read_record
from runbook_tui.execution.spill import all_rescued, rescued, spill
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


def kinds(folder: Path) -> list[str]:
    return [point.kind for point in read_record(folder).checkpoints]


def rescued_record(folder: Path, writer: RecordWriter) -> Path:
    """A record of which the newest checkpoints are in the state folder."""
    text = (folder / "record.yaml").read_bytes()
    more = encode(writer.append("note", {"number": 1}))
    writer.close()
    (folder / "record.yaml").write_bytes(text)
    place = state_folder() / "recovered"
    place.mkdir(parents=True)
    (place / "run-1.recovered-1.yaml").write_bytes(text + more)
    return place / "run-1.recovered-1.yaml"


@pytest.mark.usefixtures("kept_open")
def test_what_was_rescued_is_taken_in(folder: Path) -> None:
    writer = RecordWriter.create(folder, {"run": "run-1"}, ANN)
    rescued_record(folder, writer)
    again = RecordWriter.open(folder, ANN)
    assert again.path == folder / "record.recovered-1.yaml"
    assert again.last.values == {"number": 1}
    again.append("note", {"number": 2})
    again.close()
    assert kinds(folder) == ["run-started", "note", "note"]


def test_what_was_rescued_and_cannot_be_taken_in(
    folder: Path, writer: RecordWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = rescued_record(folder, writer)
    for fault, said in ((failing(), "Input/output error"), (failing(0, "strange"), "strange")):
        with monkeypatch.context() as patch:
            patch.setattr(os, "rename", fault)
            with pytest.raises(RecordError) as refused:
                RecordWriter.open(folder, ANN)
        assert str(refused.value) == (
            f"{folder / 'record.yaml'}: the newest checkpoints of this run are in {elsewhere}, and cannot be copied "
            f"into its folder: {said}; make that possible, then resume again"
        )
        assert sorted(path.name for path in folder.iterdir()) == ["record.lock", "record.yaml"]


def test_a_record_that_was_continued_goes_elsewhere_as_a_whole(
    folder: Path, writer: RecordWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.append("note", {"number": 1})
    writer.close()
    again = RecordWriter.open(folder, ANN)
    again.append("note", {"number": 2})
    (folder / "record.lock").unlink()
    with pytest.raises(RecordFailed):
        again.append("note", {"number": 3})
    again.close()
    assert kinds(folder) == ["run-started", "note", "note", "note", "continued-from"]
    points = read_record(folder).checkpoints
    assert [point.values.get("number") for point in points] == [None, 1, 2, 3, None]


def test_what_was_taken_in_and_cannot_be_opened(
    folder: Path, writer: RecordWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    rescued_record(folder, writer)
    monkeypatch.setattr(records, "take_in", lambda *_: "record.recovered-1.yaml")
    with pytest.raises(RecordError) as refused:
        RecordWriter.open(folder, ANN)
    assert str(refused.value) == f"{folder / 'record.recovered-1.yaml'}: No such file or directory"


class TestSpill:
    """The places outside of the folder."""

    def test_all_that_is_in_the_state_folder(self, folder: Path, writer: RecordWriter) -> None:
        assert list(all_rescued()) == []
        kept = state_folder() / "recovered"
        kept.mkdir(parents=True)
        data = writer.path.read_bytes()
        for name in (
            "run-2.recovered-1.yaml",
            "run-1.recovered-1.yaml",
            "run-1.recovered-2.yaml.part",
            "other",
        ):
            (kept / name).write_bytes(data)
        (kept / "run-1.recovered-2.yaml").write_bytes(data[:-1])
        (kept / "run-1.recovered-3.yaml").symlink_to(writer.path)
        expected = [(kept / f"run-{number}.recovered-1.yaml", scan(data)) for number in (1, 2)]
        assert list(all_rescued()) == expected

    def test_that_nobody_has_a_home_or_may_look_is_no_failure(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def homeless() -> Path:
            raise RuntimeError("no home")

        with monkeypatch.context() as patch:
            patch.setenv("XDG_STATE_HOME", "")
            patch.setattr(Path, "home", homeless)
            assert list(all_rescued()) == []
            assert rescued("run-1", ()) is None
        monkeypatch.setattr(Path, "glob", failing())
        assert list(all_rescued()) == []
        assert rescued("run-1", ()) is None

    def test_links_are_not_followed_and_nothing_is_waited_for(
        self, folder: Path, writer: RecordWriter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: dict[str, int] = {}
        real: Any = os.open

        def note(path: str | Path, flags: int, *given: object, **more: object) -> object:
            seen[Path(path).name] = flags & ~os.O_CLOEXEC
            return real(path, flags, *given, **more)

        monkeypatch.setattr(os, "open", note)
        assert spill(folder, -1, "run-1", writer.path.read_bytes()) is not None
        assert rescued("run-1", ()) is not None
        assert seen["recovered"] == os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
        assert seen["run-1.recovered-1.yaml"] == os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK

    def test_the_longest_that_continues_is_taken(
        self, folder: Path, writer: RecordWriter, temporary: Path
    ) -> None:
        pieces = [encode(writer.first)]
        for number in range(3):
            pieces.append(encode(writer.append("note", {"number": number})))
        whole = [b"".join(pieces[: count + 1]) for count in range(4)]
        seen = scan(whole[1]).checkpoints
        kept = state_folder() / "recovered"
        kept.mkdir(parents=True)
        near = temporary / "runbook-tui-x"
        near.mkdir()

        def put(place: Path, number: int, data: bytes) -> None:
            (place / f"run-1.recovered-{number}.yaml").write_bytes(data)

        assert rescued("run-1", seen) is None
        put(kept, 1, whole[1])
        put(kept, 2, whole[3][:-1])
        put(kept, 3, whole[3].replace(b"number", b"NUMBER"))
        (kept / "run-1.recovered-4.yaml").symlink_to(near / "run-1.recovered-9.yaml")
        assert rescued("run-1", seen) is None, "not longer, torn, changed, a link"
        put(near, 1, whole[2])
        found = rescued("run-1", seen)
        assert found is not None
        assert (found.path, found.data) == (near / "run-1.recovered-1.yaml", whole[2])
        put(kept, 5, whole[3])
        found = rescued("run-1", seen)
        assert found is not None
        assert found.path == kept / "run-1.recovered-5.yaml"
        assert rescued("run-2", seen) is None
        assert rescued("run-1", ()) == found
        other = scan(whole[3].replace(b"", b"")).checkpoints
        assert rescued("run-1", other) is None
        (temporary / "other-x").mkdir()
        (temporary / "other-x" / "run-3.recovered-1.yaml").write_bytes(whole[3])
        assert rescued("run-3", ()) is None

    def test_a_record_that_does_not_continue_is_passed_over(
        self, folder: Path, writer: RecordWriter, tmp_path: Path
    ) -> None:
        writer.append("note", {"number": 1})
        other_folder = tmp_path / "other"
        other_folder.mkdir(mode=0o700)
        other = RecordWriter.create(other_folder, {"run": "run-1"}, ANN)
        for number in range(5):
            other.append("note", {"number": number})
        other.close()
        kept = state_folder() / "recovered"
        kept.mkdir(parents=True)
        (kept / "run-1.recovered-1.yaml").write_bytes(other.path.read_bytes())
        assert rescued("run-1", writer.checkpoints) is None
        assert rescued("run-1", other.checkpoints[:2]) is not None

    @pytest.mark.usefixtures("kept_open")
    def test_it_is_written_to_the_first_place_that_takes_it(
        self, folder: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        directory = os.open(folder, os.O_RDONLY)
        (folder / "record.recovered-2.yaml").touch()
        (folder / "record.recovered-1.yaml.part").write_bytes(b"left behind")
        assert spill(folder, directory, "r", b"text") == folder / "record.recovered-1.yaml"
        assert spill(folder, directory, "r", b"text") == folder / "record.recovered-3.yaml"
        assert (folder / "record.recovered-3.yaml").read_bytes() == b"text"
        assert sorted(path.name for path in folder.iterdir()) == [
            f"record.recovered-{number}.yaml" for number in (1, 2, 3)
        ]
        os.close(directory)
        kept = state_folder() / "recovered"
        assert spill(folder, directory, "r", b"text") == kept / "r.recovered-1.yaml"
        assert spill(folder, directory, "r", b"more") == kept / "r.recovered-2.yaml"
        assert (kept / "r.recovered-2.yaml").read_bytes() == b"more"
        assert kept.stat().st_mode & 0o777 == 0o700
        monkeypatch.setenv("XDG_STATE_HOME", str(kept / "r.recovered-1.yaml"))
        found = spill(folder, directory, "r", b"text")
        assert found is not None
        assert found.parent.parent == temporary
        assert (found.name, found.read_bytes()) == ("r.recovered-1.yaml", b"text")
        assert found.parent.name.startswith("runbook-tui-")
        before = sorted(temporary.rglob("*"))
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", failing(errno.ENOSPC))
            assert spill(folder, directory, "r", b"text") is None
        assert sorted(temporary.rglob("*")) == before, "nothing is left behind"

    @pytest.mark.usefixtures("kept_open")
    @pytest.mark.parametrize("name", ["write", "fsync", "rename"])
    def test_nothing_is_left_of_what_was_not_written(
        self, folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        directory = os.open(folder, os.O_RDONLY)
        monkeypatch.setenv("XDG_STATE_HOME", str(folder / "nowhere"))
        monkeypatch.setattr(tempfile, "mkdtemp", failing())
        with monkeypatch.context() as patch:
            patch.setattr(os, name, failing())
            patch.setattr(os, "mkdir", failing())
            assert spill(folder, directory, "r", b"text") is None
        assert list(folder.iterdir()) == []
        os.close(directory)
