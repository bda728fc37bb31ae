"""Power cuts of a file system of our own, while a process records on it. Run by root, in a mount namespace of its own:

    unshare -m --propagation private python -m tests.faults.power_cut cut xfs 100 FOLDER
    unshare -m --propagation private python -m tests.faults.power_cut snapshot ext4 100 FOLDER

``cut`` shuts the file system down without flushing its log (XFS_IOC_GOINGDOWN), and mounts it again. ``snapshot``
clones the image of the file system at some moment (FICLONE), and mounts the clone: what a disk holds at a power cut.
With ``nosync`` as a fifth argument fsync does nothing: then checkpoints must be lost, or the harness sees nothing.
"""

from __future__ import annotations

import fcntl
import os
import random
import select
import signal
import struct
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from runbook_tui.execution.record import RecordWriter
from runbook_tui.files.problems import RunbookError

_GOING_DOWN, _NO_LOG_FLUSH = 0x8004587D, 2
_CLONE = 0x40049409
_CUTS_OF_A_RUN = 20
_SIZES = {"xfs": 320, "ext4": 64, "btrfs": 160}
_MAKE = {
    "xfs": ["mkfs.xfs", "-q", "-f"],
    "ext4": ["mkfs.ext4", "-q", "-F"],
    "btrfs": ["mkfs.btrfs", "-q", "-f"],
}


def make_image(path: Path, kind: str, megabytes: int) -> None:
    """A file with an empty file system."""
    with path.open("wb") as file:
        file.truncate(megabytes * 1024 * 1024)
    subprocess.run([*_MAKE[kind], str(path)], check=True, capture_output=True)


def mount(image: Path, place: Path, kind: str) -> None:
    """Mount an image."""
    place.mkdir(exist_ok=True)
    options = "loop,nouuid" if kind == "xfs" else "loop"
    subprocess.run(["mount", "-t", kind, "-o", options, str(image), str(place)], check=True)


def unmount(place: Path) -> None:
    """Unmount; a process that was just killed may still hold it."""
    for _ in range(50):
        if subprocess.run(["umount", str(place)], check=False, capture_output=True).returncode == 0:
            return
        time.sleep(0.02)
    subprocess.run(["umount", "-l", str(place)], check=True)


class Recorder:
    """A process that records, and tells of each checkpoint that was acknowledged."""

    def __init__(self, folder: Path, count: int, *, sync: bool) -> None:
        self._reading, writing = os.pipe()
        self.acknowledged = count
        self._pid = os.fork()
        if self._pid == 0:
            _record(folder, count, writing, sync=sync)
        os.close(writing)

    def listen(self, seconds: float) -> None:
        """Take in what is told for some time."""
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            if select.select([self._reading], [], [], left)[0] and not self._read():
                return

    def stop(self) -> None:
        """Nothing is acknowledged after this."""
        os.kill(self._pid, signal.SIGSTOP)
        os.waitpid(self._pid, os.WUNTRACED)
        while select.select([self._reading], [], [], 0)[0] and self._read():
            pass

    def end(self) -> None:
        """kill -9."""
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._reading)

    def _read(self) -> bool:
        told = os.read(self._reading, 4)
        if told:
            self.acknowledged = struct.unpack("i", told)[0] + 1
        return bool(told)


def _record(folder: Path, count: int, telling: int, *, sync: bool) -> None:
    try:
        if not sync:
            os.fsync = lambda fd: None
        if folder.exists():
            writer = RecordWriter.open(folder, {"operator": "child"})
        else:
            folder.mkdir(mode=0o700)
            writer = RecordWriter.create(folder, {"run": folder.name}, {"operator": "child"})
        while True:
            writer.append("count", {"number": count, "padding": "x" * (count % 700)})
            os.write(telling, struct.pack("i", count))
            count += 1
    finally:
        os._exit(1)


def kept(folder: Path) -> int:
    """How many counts a record holds without a gap; 0 when it cannot be taken up."""
    with suppress(RunbookError):
        writer = RecordWriter.open(folder, {"operator": "next"})
        numbers = [point.values["number"] for point in writer.checkpoints if point.kind == "count"]
        writer.close()
        if numbers == list(range(len(numbers))):
            return len(numbers)
    return 0


def cut(kind: str, times: int, place: Path, chance: random.Random, *, sync: bool) -> tuple[int, int]:
    """Shut a file system down again and again; how much was acknowledged, and how much of it lost."""
    image, root = place / "image", place / "mounted"
    make_image(image, kind, _SIZES[kind])
    acknowledged = lost = count = 0
    for number in range(times):
        mount(image, root, kind)
        if number % _CUTS_OF_A_RUN == 0:
            count = 0
        recorder = Recorder(root / f"run-{number // _CUTS_OF_A_RUN}", count, sync=sync)
        recorder.listen(chance.uniform(0, 0.15))
        recorder.stop()
        fd = os.open(root, os.O_RDONLY)
        fcntl.ioctl(fd, _GOING_DOWN, struct.pack("I", _NO_LOG_FLUSH))
        os.close(fd)
        recorder.end()
        unmount(root)
        mount(image, root, kind)
        left = kept(root / f"run-{number // _CUTS_OF_A_RUN}")
        unmount(root)
        acknowledged += recorder.acknowledged - count
        lost += max(0, recorder.acknowledged - left)
        count = left
    return acknowledged, lost


def snapshot(kind: str, times: int, place: Path, chance: random.Random, *, sync: bool) -> tuple[int, int]:
    """Clone the image of a file system that is written to, again and again."""
    outer, root, copied = place / "outer", place / "mounted", place / "copied"
    make_image(place / "outer-image", "xfs", 2048)
    mount(place / "outer-image", outer, "xfs")
    make_image(outer / "image", kind, _SIZES[kind])
    mount(outer / "image", root, kind)
    acknowledged = lost = 0
    recorder = Recorder(root / "run-0", 0, sync=sync)
    for number in range(times):
        run = f"run-{number // _CUTS_OF_A_RUN}"
        if number and number % _CUTS_OF_A_RUN == 0:  # long records take long to read
            recorder.end()
            acknowledged += recorder.acknowledged
            recorder = Recorder(root / run, 0, sync=sync)
        recorder.listen(chance.uniform(0, 0.05))
        told = recorder.acknowledged
        clone(outer / "image", outer / f"clone-{number}")
        mount(outer / f"clone-{number}", copied, kind)
        state = os.environ["XDG_STATE_HOME"]
        os.environ["XDG_STATE_HOME"] = str(place / f"state-{number}")  # the head went on after the cut
        lost += max(0, told - kept(copied / run))
        os.environ["XDG_STATE_HOME"] = state
        unmount(copied)
        (outer / f"clone-{number}").unlink()
    recorder.end()
    unmount(root)
    unmount(outer)
    return acknowledged + recorder.acknowledged, lost


def clone(source: Path, target: Path) -> None:
    """A copy that shares all blocks, made at one moment."""
    with source.open("rb") as old, target.open("wb") as new:
        fcntl.ioctl(new.fileno(), _CLONE, old.fileno())


def main() -> None:
    """Print the figures."""
    way, kind, times, place = sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])
    sync = "nosync" not in sys.argv[5:]
    seed = int(os.environ.get("SEED", "0")) or time.time_ns()
    run = cut if way == "cut" else snapshot
    acknowledged, lost = run(kind, times, place, random.Random(seed), sync=sync)
    control = "" if sync else " control_without_fsync"
    print(
        f"power_cuts={times} way={way} file_system={kind}{control} seed={seed} acked={acknowledged} lost={lost}"
    )


if __name__ == "__main__":
    main()
