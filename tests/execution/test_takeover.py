"""Who holds a run is asked to leave, and told by whom and why."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from runbook_tui.execution import holders, processes, takeover
from runbook_tui.execution.errors import HeldByAnother, RecordError
from runbook_tui.execution.lock import holder_told
from runbook_tui.execution.processes import Process
from runbook_tui.execution.record import RecordWriter
from runbook_tui.execution.takeover import ask_to_leave, taken_over_by

FORK = multiprocessing.get_context("fork")
Hold = Callable[..., int]


def hold_it(folder: Path, told: Connection, patient: bool, holder: dict[str, str | int]) -> None:
    """Hold a run until asked to leave; say by whom."""
    left: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: left.append(number))
    writer = RecordWriter.open(folder, holder)
    told.send(os.getpid())
    ends = time.monotonic() + 20
    while time.monotonic() < ends and (patient or not left):
        time.sleep(0.01)
    told.send(taken_over_by(folder))
    writer.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "run"
    path.mkdir(mode=0o700)
    RecordWriter.create(path, {"run": "run-1"}, {"operator": "ann"}).close()
    return path


@pytest.fixture
def ends() -> tuple[Connection, Connection]:
    return FORK.Pipe()


@pytest.fixture
def hold(folder: Path, ends: tuple[Connection, Connection]) -> Iterator[Hold]:
    """Has another process hold the run; gives its id."""
    started = []

    def begin(*, patient: bool = False, **holder: str | int) -> int:
        told = {"operator": "ann", "host": socket.gethostname(), **holder}
        process = FORK.Process(target=hold_it, args=(folder, ends[1], patient, told))
        process.start()
        started.append(process)
        return int(ends[0].recv())

    yield begin
    for process in started:
        process.kill()
        process.join()


def test_the_holder_leaves_and_knows_why(
    folder: Path, hold: Hold, ends: tuple[Connection, Connection]
) -> None:
    hold()
    ask_to_leave(folder, "ann went home\x1b[2J", "maria")
    told = ends[0].recv()
    assert told.startswith("maria took this run over: ann went home")
    assert "\x1b" not in told
    RecordWriter.open(folder, {"operator": "maria"}).close()
    assert taken_over_by(folder) is None, "that was said to another process"


def test_nobody_has_to_be_asked(folder: Path) -> None:
    ask_to_leave(folder, "x", "maria")
    assert not (folder / "record.takeover").exists()
    (folder / "record.lock").unlink()
    ask_to_leave(folder, "x", "maria")


def test_a_holder_who_does_not_leave(folder: Path, hold: Hold) -> None:
    pid = hold(patient=True)
    with pytest.raises(HeldByAnother, match=f"kill -9 {pid}"):
        ask_to_leave(folder, "x", "maria", patience=0.2)
    with pytest.raises(HeldByAnother, match="ann executes this run"):
        RecordWriter.open(folder, {"operator": "maria"})


def forge(folder: Path, **values: str | int) -> None:
    """Change what the lock file says."""
    lines = dict(line.split(": ", 1) for line in (folder / "record.lock").read_text().splitlines())
    lines |= {key: json.dumps(value) for key, value in values.items()}
    (folder / "record.lock").write_text("".join(f"{key}: {value}\n" for key, value in lines.items()))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"host": "elsewhere"}, "on another machine"),
        ({"boot": "before"}, "on another machine"),
        ({"start": 1}, "does not say which process"),
        ({"pid": 0}, "does not say which process"),
        ({"pid": "7"}, "does not say which process"),
    ],
)
def test_only_a_process_of_this_machine_is_asked(
    folder: Path, hold: Hold, values: dict[str, str | int], words: str
) -> None:
    pid = hold()
    forge(folder, **values)
    with pytest.raises(HeldByAnother, match=words):
        ask_to_leave(folder, "x", "maria", patience=0.2)
    os.kill(pid, 0)


def test_another_user_is_not_asked(folder: Path, hold: Hold, monkeypatch: pytest.MonkeyPatch) -> None:
    hold()
    uid = os.getuid()
    monkeypatch.setattr("runbook_tui.execution.takeover._owner", lambda pid: uid + 1)
    with pytest.raises(HeldByAnother, match="another user"):
        ask_to_leave(folder, "x", "maria", patience=0.2)


def test_a_process_that_may_not_be_ended(folder: Path, hold: Hold, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(fd: int, number: int) -> None:
        raise PermissionError

    hold()
    monkeypatch.setattr(signal, "pidfd_send_signal", refuse)
    with pytest.raises(HeldByAnother, match="may not be ended from here"):
        ask_to_leave(folder, "x", "maria", patience=0.2)


def test_a_process_that_ends_meanwhile(folder: Path, hold: Hold, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = hold(patient=True)

    def gone(number: int) -> int:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise ProcessLookupError

    monkeypatch.setattr(os, "pidfd_open", gone)
    ask_to_leave(folder, "x", "maria", patience=5)


def test_oneself_is_not_asked(folder: Path) -> None:
    writer = RecordWriter.open(folder, {"operator": "ann"})
    with pytest.raises(HeldByAnother, match="this very process"):
        ask_to_leave(folder, "x", "maria", patience=0.2)
    writer.close()


def test_a_word_that_cannot_be_left(folder: Path, hold: Hold) -> None:
    pid = hold()
    (folder / "record.takeover.part").mkdir()
    with pytest.raises(RecordError, match="cannot be taken over"):
        ask_to_leave(folder, "x", "maria", patience=0.2)
    os.kill(pid, 0)


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000, '{"pid": 1}'])
def test_words_that_make_no_sense(folder: Path, text: str) -> None:
    (folder / "record.takeover").write_text(text)
    assert taken_over_by(folder) is None
    assert taken_over_by(folder / "nowhere") is None


def test_what_is_told_of_a_holder(folder: Path, hold: Hold, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = hold(patient=True, tty="/dev/pts/7", since="09:30")
    assert "ann executes it on" in holder_told(folder)
    assert f"at /dev/pts/7 since 09:30 (process {pid})" in holder_told(folder)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    told = holder_told(folder)
    assert told.startswith("nobody executes it now; ann did on")
    assert told.endswith("and has left or was ended")
    forge(folder, boot="before")
    assert "cannot be seen from here" in holder_told(folder)
    RecordWriter.open(folder, {"operator": "maria"}).close()
    (folder / "record.lock").unlink()
    assert holder_told(folder) == ""
    assert holder_told(folder / "nowhere") == ""


def test_a_lock_whose_file_names_somebody_who_has_ended(folder: Path, hold: Hold) -> None:
    hold()
    forge(folder, start=1)
    with pytest.raises(HeldByAnother, match="the lock file still names ann, who has ended"):
        RecordWriter.open(folder, {"operator": "maria"})


def test_this_process_can_be_told_from_others() -> None:
    me = holders.this_process()
    process = holders.process_of(me)
    assert process == Process(os.getpid(), processes.myself().start, processes.myself().boot)
    assert holders.ended(me) is False
    assert holders.ended({}) is None


def test_what_the_one_who_is_ended_is_told(folder: Path) -> None:
    me = processes.myself()
    word = {"by": "maria", "reason": "you sleep\x1b", "at": "now", "pid": me.pid, "start": me.start}
    (folder / "record.takeover").write_text(json.dumps(word))
    assert taken_over_by(folder) == "maria took this run over: you sleep␛"


def test_processes_that_are_gone() -> None:
    gone = Process(2**22 + 1, 7, processes.myself().boot)
    assert takeover._owner(gone.pid) is None
    assert holders.ended({"pid": gone.pid, "start": gone.start, "boot": gone.boot}) is True
    takeover._end(Path("run"), gone, {})
    takeover._end(
        Path("run"), Process(os.getpid(), 1, gone.boot), {}
    )  # another process had its number: not ended
