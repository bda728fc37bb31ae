"""What a careless program does with a record: it goes on after errors. The sweeps of faults run it again and again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from runbook_tui.execution.errors import RecordFailed
from runbook_tui.execution.framing import scan
from runbook_tui.execution.record import RecordWriter, read_record
from runbook_tui.files.problems import RunbookError

ANN: dict[str, str | int] = {"operator": "ann"}


@dataclass
class Story:
    """What a recording program was told."""

    acknowledged: list[int] = field(default_factory=list)
    tried: int = 0
    refused: RunbookError | None = None
    rescued: list[tuple[bytes, list[int]]] = field(default_factory=list)
    """The record as it was rescued, or is to be printed, and what had been acknowledged by then."""
    after_error: int = 0
    """Checkpoints that the same writer acknowledged after it had refused one."""

    def add(self, writer: RecordWriter, told: Callable[[int], None]) -> bool:
        """Three checkpoints; False when one was refused."""
        refused = False
        for _ in range(3):
            number = self.tried
            self.tried += 1
            try:
                writer.append("note", {"number": number})
            except RecordFailed as error:
                refused = True
                self.refuse(error)
            else:
                self.after_error += refused
                self.acknowledged.append(number)
                told(number)
        return not refused

    def refuse(self, error: RunbookError) -> None:
        """Keep what an error says."""
        self.refused = error
        if isinstance(error, RecordFailed):
            data = error.spilled.read_bytes() if error.spilled is not None else error.text.encode()
            self.rescued.append((data, self.acknowledged[:]))


def record_something(folder: Path, told: Callable[[int], None] = lambda number: None) -> Story:
    """Create a record, go on with it, go on after a write that was cut off, and after a damaged end."""
    story = Story()
    for harm in (None, nothing, cut_off, damage):
        try:
            if harm is None:
                writer = RecordWriter.create(folder, {"run": folder.name}, ANN)
            else:
                with suppress(OSError):  # the fault may meet it, too
                    harm(folder)
                writer = RecordWriter.open(folder, ANN, repair=harm is damage)
        except RunbookError as error:
            story.refuse(error)
            return story
        whole = story.add(writer, told)
        writer.close()
        if not whole:
            break
    return story


def rescue_something(folder: Path, told: Callable[[int], None] = lambda number: None) -> Story:
    """A record that somebody else writes into is ended and rescued to another file, where it goes on."""
    story = Story()
    try:
        writer = RecordWriter.create(folder, {"run": folder.name}, ANN)
        if story.add(writer, told):
            cut_off(folder)
            story.add(writer, told)
        writer.close()
        writer = RecordWriter.open(folder, ANN)
        story.add(writer, told)
        writer.close()
    except RunbookError as error:
        story.refuse(error)
    return story


def nothing(folder: Path) -> None:
    """No harm is done between two sittings."""


def cut_off(folder: Path) -> None:
    """A write that a crash cut off."""
    with (folder / "record.yaml").open("ab") as file:
        file.write(b"---\nseq: 9\nprev")


def damage(folder: Path) -> None:
    """A last checkpoint that was lost on the disk and comes back as something else."""
    with (folder / "record.yaml").open("ab") as file:
        file.write(b'---\nseq: 9\nsum: "x"\n...\n')


def numbers_of(data: bytes) -> list[object]:
    """The notes in a record."""
    return [point.values.get("number") for point in scan(data).checkpoints if point.kind == "note"]


def holds(kept: Sequence[object], acknowledged: list[int]) -> bool:
    """Whether all that was acknowledged is there, once and in order; what was refused may be there, too."""
    return [number for number in kept if number in acknowledged] == acknowledged


def judge(folder: Path, acknowledged: list[int], story: Story | None, where: str) -> None:
    """Compare what was promised with what is on the disk, and go on with it."""
    if story is not None:
        assert story.after_error == 0, where
        if story.refused is not None:
            assert str(folder.parent) in str(story.refused), where
        for data, before in story.rescued:
            assert holds(numbers_of(data), before), where
    if not acknowledged:
        return
    writer = RecordWriter.open(folder, {"operator": "later"}, repair=True)
    kept = [point.values["number"] for point in writer.checkpoints if point.kind == "note"]
    writer.append("note", {"number": -1})
    writer.close()
    assert holds(kept, acknowledged), where
    assert read_record(folder).checkpoints[-1].values == {"number": -1}, where


def main() -> int:
    """Run the story in a process of its own and say on standard output what was acknowledged."""
    story = record_something(Path(sys.argv[1]), lambda number: print(number, flush=True))
    if story.refused is not None:
        print(f"refused: {story.refused}", file=sys.stderr)
    print("after-error", story.after_error, flush=True)
    return 74 if story.refused is not None else 0


if __name__ == "__main__":
    sys.exit(main())
