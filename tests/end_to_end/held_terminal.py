"""A pseudo-terminal that outlives the programs on it, so that a test can see how each of them left it."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pyte

_ROOT = Path(__file__).parents[2]
_PROGRAM = """
import fcntl, sys, termios, time
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
slow = float(sys.argv.pop(1))
if slow:
    from runbook_tui.execution.runner import Runner
    resume = Runner.resume
    def late(*args, **more):
        time.sleep(slow)
        return resume(*args, **more)
    Runner.resume = late
from runbook_tui.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
"""The command, as the leader of its session; with a disk that takes its time when a run is opened."""

_MODES = {"alternate screen": 1049, "mouse": 1000, "mouse moves": 1003, "paste": 2004, "cursor": 25}
_MODE = re.compile(rb"\x1b\[\?(\d+)([hl])")


class HeldTerminal:
    """One pseudo-terminal with at most one program on it at a time."""

    def __init__(self, folder: Path) -> None:
        self.master, self.slave = pty.openpty()
        termios.tcsetwinsize(self.slave, (30, 110))
        self._cooked = termios.tcgetattr(self.slave)
        self._environment = {
            **os.environ,
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "XDG_STATE_HOME": str(folder / "state"),
            "RUNBOOK_OPERATOR": "ann",
        }
        self._folder = folder
        self.received = b""
        self.process: subprocess.Popen[bytes]

    def start(self, *arguments: str, slow: float = 0) -> None:
        """Start the command; ``slow`` is how many seconds opening a run takes longer."""
        self.received = b""
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(slow), *arguments],
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            cwd=self._folder,
            env={**self._environment, "PYTHONPATH": str(_ROOT)},
            start_new_session=True,
        )

    def close(self) -> None:
        """End what is left."""
        self.process.kill()
        self.process.wait()
        for fd in (self.master, self.slave):
            if fd >= 0:
                os.close(fd)
        self.master = self.slave = -1

    def hang_up(self) -> None:
        """Close the window."""
        os.close(self.master)
        self.master = -1

    # -- looking

    def read(self, seconds: float = 0.0) -> None:
        """Take what the program wrote."""
        end = time.monotonic() + seconds
        while self.master >= 0:
            ready, _, _ = select.select([self.master], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                return
            try:
                self.received += os.read(self.master, 65536)
            except OSError:
                return
            if time.monotonic() >= end:
                return

    def until(self, holds: Callable[[], object], seconds: float) -> float:
        """Read until a condition holds; how many seconds that took.

        Raises:
            AssertionError: it did not in that time.
        """
        begun = time.monotonic()
        while not holds():
            assert time.monotonic() < begun + seconds, self.screen()
            self.read(0.01)
        return time.monotonic() - begun

    def see(self, *words: bytes, since: int = 0, seconds: float = 30) -> float:
        """Read until all these words came after a place in what was received."""
        return self.until(lambda: all(word in self.received[since:] for word in words), seconds)

    def screen(self) -> str:
        """What the terminal shows, for a person who wants to know why a test failed."""
        screen = pyte.Screen(110, 30)
        pyte.ByteStream(screen).feed(self.received[-100_000:])
        return "\n".join(screen.display)

    def ended(self) -> bool:
        """Whether the program has ended."""
        return self.process.poll() is not None

    def state(self) -> str:
        """Of the process, as the kernel has it: ``S`` asleep, ``T`` stopped; empty when it is gone."""
        return self._stat()[0] if self._stat() else ""

    def cpu(self, seconds: float) -> float:
        """The share of a core that the program takes in the time to come."""
        before = self._ticks()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read(0.05)
        return (self._ticks() - before) / os.sysconf("SC_CLK_TCK") / seconds

    def left_modes(self) -> set[str]:
        """What is not as it was found: modes of the terminal that stayed on, and how it takes lines."""
        self.read(0.05)
        last = {int(found[1]): found[2] for found in _MODE.finditer(self.received)}
        wrong = {name for name, number in _MODES.items() if last.get(number) == b"h"} ^ {"cursor"}
        wrong = {name for name in wrong if _MODES[name] in last}
        now = termios.tcgetattr(self.slave)
        if (now[0], now[3]) != (self._cooked[0], self._cooked[3]):
            wrong.add("line mode")
        return wrong

    # -- acting

    def press(self, keys: bytes) -> None:
        """Type."""
        os.write(self.master, keys)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        self.process.send_signal(number)

    def _ticks(self) -> int:
        fields = self._stat()
        return int(fields[11]) + int(fields[12]) if fields else 0

    def _stat(self) -> list[str]:
        try:
            text = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii", errors="replace")
        except OSError:
            return []
        return text.rpartition(")")[2].split()
