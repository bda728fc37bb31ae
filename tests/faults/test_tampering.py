"""Records that somebody else touched: between two sittings, or while they are being written."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from runbook_tui.execution.errors import CorruptRecord, HeldByAnother, RecordFailed
from runbook_tui.execution.framing import Whole
from runbook_tui.execution.record import RecordWriter, read_record

HOLDER: dict[str, str | int] = {"operator": "ann"}
FORK = multiprocessing.get_context("fork")


def record(folder: Path) -> Path:
    return folder / "record.yaml"


def numbers(folder: Path) -> list[object]:
    return [point.values["number"] for point in read_record(folder).checkpoints if point.kind == "note"]


def edit_in_place(path: Path) -> None:
    """Another digit, the same size, in the same file."""
    with path.open("r+b") as file:
        file.seek(path.read_bytes().index(b"number: 2") + 8)
        file.write(b"7")


def replace_by_rename(path: Path) -> None:
    copy = path.with_name("copy")
    copy.write_bytes(path.read_bytes())
    copy.rename(path)


EDITS: dict[str, Callable[[Path], object]] = {
    "append": lambda path: path.open("ab").write(b"# a comment\n"),
    "edit in place": edit_in_place,
    "sed -i": lambda path: subprocess.run(["sed", "-i", "s/number: 2/number: 7/", str(path)], check=True),
    "remove": lambda path: path.unlink(),
    "truncate": lambda path: os.truncate(path, 100),
    "cut to nothing": lambda path: os.truncate(path, 0),
    "rename over": replace_by_rename,
    "CR LF": lambda path: path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n")),
    "chmod": lambda path: path.chmod(0o644),
    "hard link": lambda path: os.link(path, path.with_name("link")),
    "lock removed": lambda path: path.with_name("record.lock").unlink(),
    "lock replaced": lambda path: replace_by_rename(path.with_name("record.lock")),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_record_that_was_touched_while_running_is_not_appended_to(
    folder: Path, writer: RecordWriter, name: str
) -> None:
    EDITS[name](record(folder))
    touched = record(folder).read_bytes() if record(folder).exists() else None
    with pytest.raises(RecordFailed) as caught:
        writer.append("note", {"number": 4})
    with pytest.raises(RecordFailed):
        writer.append("note", {"number": 5})
    writer.close()
    assert (record(folder).read_bytes() if record(folder).exists() else None) == touched
    assert caught.value.spilled is not None
    assert numbers(folder) == [1, 2, 3, 4], "the whole history is in the file it was rescued to"


@pytest.mark.parametrize("tail", [b"\0", b"\0" * 4096, b"---\nseq: 4\nprev", b"x" * 512, b"old data\n...x"])
def test_a_torn_end_is_set_aside_and_the_record_goes_on(
    folder: Path, writer: RecordWriter, tail: bytes
) -> None:
    writer.close()
    size = record(folder).stat().st_size
    with record(folder).open("ab") as file:
        file.write(tail)
    again = RecordWriter.open(folder, HOLDER)
    again.append("note", {"number": 4})
    again.close()
    assert numbers(folder) == [1, 2, 3, 4]
    assert (folder / f"record.torn-{size}").read_bytes() == tail
    recovered = next(p for p in read_record(folder).checkpoints if p.kind == "recovered")
    assert (recovered.values["bytes"], recovered.values["file"]) == (len(tail), f"record.torn-{size}")


def test_a_changed_last_checkpoint_is_repaired_only_when_asked(folder: Path, writer: RecordWriter) -> None:
    writer.close()
    changed = record(folder).read_bytes().replace(b"number: 3", b"number: 9")
    record(folder).write_bytes(changed)
    with pytest.raises(CorruptRecord, match="repair"):
        RecordWriter.open(folder, HOLDER)
    assert record(folder).read_bytes() == changed
    again = RecordWriter.open(folder, HOLDER, repair=True)
    again.append("note", {"number": 4})
    again.close()
    assert numbers(folder) == [1, 2, 4]
    assert b"number: 9" in next(folder.glob("record.torn-*")).read_bytes()


def test_a_changed_checkpoint_in_the_middle_is_refused_in_any_case(
    folder: Path, writer: RecordWriter
) -> None:
    writer.close()
    changed = record(folder).read_bytes().replace(b"number: 2", b"number: 9")
    record(folder).write_bytes(changed)
    for repair in (False, True):
        with pytest.raises(CorruptRecord, match="checkpoint 2"):
            RecordWriter.open(folder, HOLDER, repair=repair)
    assert record(folder).read_bytes() == changed
    view = read_record(folder)
    assert (view.whole, numbers(folder)) == (Whole.CORRUPT, [1])


def cut_last(folder: Path, count: int) -> None:
    kept = read_record(folder).checkpoints[:-count]
    os.truncate(record(folder), sum(point.size for point in kept))


def test_whole_checkpoints_that_are_missing_at_the_end_are_noticed(
    folder: Path, writer: RecordWriter
) -> None:
    writer.close()
    cut_last(folder, 2)
    view = read_record(folder)
    assert (view.whole, view.behind) == (Whole.CLEAN, 2), "the chain alone cannot tell"
    with pytest.raises(CorruptRecord, match="2 checkpoints are missing at the end"):
        RecordWriter.open(folder, HOLDER)
    again = RecordWriter.open(folder, HOLDER, accept_shorter="restored from the backup of noon")
    again.close()
    accepted = read_record(folder).checkpoints[-1]
    assert (accepted.kind, accepted.values["missing"]) == ("accepted-shorter", 2)
    RecordWriter.open(folder, HOLDER).close()


def test_a_lost_end_is_not_taken_for_a_torn_write(folder: Path, writer: RecordWriter) -> None:
    writer.close()
    os.truncate(record(folder), record(folder).stat().st_size - 3)
    with pytest.raises(CorruptRecord, match="1 checkpoints are missing"):
        RecordWriter.open(folder, HOLDER)


def test_a_history_that_was_written_anew_is_noticed_on_the_machine_that_knows_it(
    folder: Path, tmp_path: Path, writer: RecordWriter
) -> None:
    writer.close()
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    state = os.environ["XDG_STATE_HOME"]
    os.environ["XDG_STATE_HOME"] = str(tmp_path / "elsewhere")
    forged = RecordWriter.create(other, {"run": "run-1"}, HOLDER)
    for number in (1, 2, 3):
        forged.append("note", {"number": number})
    forged.close()
    os.environ["XDG_STATE_HOME"] = state
    record(other).rename(record(folder))
    with pytest.raises(CorruptRecord, match="not the one that this machine wrote"):
        RecordWriter.open(folder, HOLDER)


def test_a_copy_of_an_older_state_is_noticed(folder: Path, writer: RecordWriter) -> None:
    old = record(folder).read_bytes()
    writer.append("note", {"number": 4})
    writer.close()
    record(folder).write_bytes(old)
    with pytest.raises(CorruptRecord, match="1 checkpoints are missing"):
        RecordWriter.open(folder, HOLDER)


def write_when_possible(folder: Path, name: str, seconds: float, told: Connection) -> None:
    """Append again and again while nobody else holds the record."""
    acknowledged, refused = [], []
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        asked = time.monotonic()
        try:
            writer = RecordWriter.open(folder, {"operator": name})
        except HeldByAnother as error:
            refused.append(time.monotonic() - asked)
            assert "executes this run" in str(error)
            time.sleep(0.002)
            continue
        for _ in range(3):
            acknowledged.append(writer.append("count", {"by": name}).seq)
        writer.close()
    told.send((acknowledged, refused))
    told.close()


def test_operators_do_not_write_over_each_other(
    folder: Path, writer: RecordWriter, show: Callable[[str], None]
) -> None:
    writer.close()
    before = len(read_record(folder).checkpoints)
    ends, processes = [], []
    for number in range(6):
        here, there = FORK.Pipe()
        process = FORK.Process(target=write_when_possible, args=(folder, f"op-{number}", 3.0, there))
        process.start()
        there.close()
        ends.append(here)
        processes.append(process)
    told = [end.recv() for end in ends]
    for process, end in zip(processes, ends, strict=True):
        process.join()
        end.close()
        process.close()
    acknowledged = sorted(seq for seqs, _ in told for seq in seqs)
    found = read_record(folder)
    refused = sorted(seconds for _, times in told for seconds in times)
    assert found.whole is Whole.CLEAN
    assert acknowledged == list(range(before, len(found.checkpoints)))
    assert refused[len(refused) * 95 // 100] < 0.1, "the slowest waited for a processor, not for the lock"
    show(
        f"operators=6 acked={len(acknowledged)} interleaved=0 refused={len(refused)} "
        f"refusal_p95={refused[len(refused) * 95 // 100] * 1000:.1f}ms slowest={refused[-1] * 1000:.0f}ms"
    )


def hold(folder: Path, told: Connection) -> None:
    writer = RecordWriter.open(folder, {"operator": "crashing"})
    told.send(len(writer.checkpoints))
    time.sleep(60)


def test_a_holder_that_crashed_holds_nothing(folder: Path, writer: RecordWriter) -> None:
    writer.close()
    here, there = FORK.Pipe()
    process = FORK.Process(target=hold, args=(folder, there))
    process.start()
    here.recv()
    with pytest.raises(HeldByAnother, match="crashing"):
        RecordWriter.open(folder, HOLDER)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    RecordWriter.open(folder, HOLDER).close()
    for end in (here, there):
        end.close()
    process.close()
