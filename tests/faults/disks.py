"""Full, read-only and protected file systems of our own. Run by root, in a mount namespace of its own:

unshare -m --propagation private python -m tests.faults.disks full FOLDER
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from runbook_tui.execution.errors import RecordError, RecordFailed
from runbook_tui.execution.record import RecordWriter, read_record
from tests.faults.power_cut import make_image, mount, unmount

_SIZES = {"ext4": 8, "xfs": 320, "btrfs": 128}


def new_run(place: Path) -> tuple[Path, RecordWriter]:
    """A run in which a step runs."""
    folder = place / "release.runs" / "run"
    folder.mkdir(parents=True, mode=0o700)
    folder.parent.chmod(0o700)
    writer = RecordWriter.create(folder, {"run": "run-1"}, {"operator": "ann"})
    writer.append("step-started", {"step": "migrate", "attempt": 1})
    return folder, writer


def fill(path: Path) -> None:
    """Leave no space, down to the last byte."""
    for size in (1 << 20, 4096, 512, 1):
        with suppress(OSError), path.open("ab", buffering=0) as file:
            while file.write(bytes(size)):
                pass
    os.sync()


def full(place: Path) -> None:
    """A disk that is full while a step runs: its outcome is recorded in the reserved space, or rescued."""
    in_place = []
    for kind in ("tmpfs", "ext4", "xfs", "btrfs"):
        root = place / kind
        root.mkdir()
        if kind == "tmpfs":
            subprocess.run(
                ["mount", "-t", "tmpfs", "-o", "size=512k,mode=700", "tmpfs", str(root)], check=True
            )
        else:
            make_image(place / f"{kind}-image", kind, _SIZES[kind])
            mount(place / f"{kind}-image", root, kind)
        folder, writer = new_run(root)
        fill(root / "ballast")
        try:
            writer.append("step-finished", {"step": "migrate", "outcome": "succeeded"})
            in_place.append(kind)
            kept = folder
        except RecordFailed as error:
            assert error.spilled is not None, kind
            (root / "ballast").unlink()
            os.sync()
            kept = folder
        writer.close()
        if kind not in in_place:
            RecordWriter.open(folder, {"operator": "bob"}).close()
        kinds = [point.kind for point in read_record(kept).checkpoints]
        assert "step-finished" in kinds, kind
        unmount(root)
    print(f"full_disks=4 outcome_in_place={len(in_place)} ({' '.join(in_place)}) outcome_kept=4")


def read_only(place: Path) -> None:
    """A file system that became read-only: it can be looked at, and the refusal names the path."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k,mode=700", "tmpfs", str(place)], check=True)
    folder, writer = new_run(place)
    writer.close()
    subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
    refused(folder, "Read-only file system")
    assert len(read_record(folder).checkpoints) == 2
    unmount(place)
    print("read_only=1 refused=1 readable=1")


def protected(place: Path) -> None:
    """Attributes of ext4: append-only can be recorded in, immutable is refused."""
    make_image(place / "image", "ext4", 16)
    root = place / "mounted"
    mount(place / "image", root, "ext4")
    folder, writer = new_run(root)
    subprocess.run(["chattr", "+a", str(writer.path)], check=True)
    writer.close()
    again = RecordWriter.open(folder, {"operator": "bob"})
    again.append("note", {"text": "append only"})
    again.close()
    with (folder / "record.yaml").open("ab") as file:
        file.write(b"---\nseq")
    refused(folder, "torn end cannot be cut off: Operation not permitted")
    subprocess.run(["chattr", "-a", "+i", str(writer.path)], check=True)
    refused(folder, "Operation not permitted")
    subprocess.run(["chattr", "-i", str(writer.path)], check=True)
    RecordWriter.open(folder, {"operator": "bob"}).close()
    unmount(root)
    print("append_only=1 recorded=1 immutable=1 refused=1")


def refused(folder: Path, words: str) -> None:
    """Whether taking a run up says why it cannot be, and where."""
    try:
        RecordWriter.open(folder, {"operator": "bob"}).close()
    except RecordError as error:
        assert words in str(error), error
        assert str(folder) in str(error), error
    else:
        raise AssertionError(f"{folder} was taken up")


def main() -> None:
    """One of them."""
    ways: dict[str, Callable[[Path], None]] = {"full": full, "read-only": read_only, "protected": protected}
    ways[sys.argv[1]](Path(sys.argv[2]))


if __name__ == "__main__":
    main()
