"""A real pseudo-terminal with a screen that tests can read."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyte

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "ctrl+c": "\x03",
    "ctrl+q": "\x11",
    "ctrl+s": "\x13",
    "backspace": "\x7f",
}


class Terminal:
    """One program in a pseudo-terminal of its own session."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        columns: int = 140,
        rows: int = 45,
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.raw = b""
        size = struct.pack("HHHH", rows, columns, 0, 0)
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)  # before the program can ask
            os.chdir(cwd)
            os.execvpe(argv[0], list(argv), {**os.environ, "TERM": "xterm-256color", **(env or {})})

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.alive():
            self.kill(signal.SIGKILL)

    @property
    def text(self) -> str:
        """What the screen shows now."""
        self._read(0)
        return "\n".join(self._screen.display)

    def alive(self) -> bool:
        """Whether the program still runs."""
        if self.pid == 0:
            return False
        done, _ = os.waitpid(self.pid, os.WNOHANG)
        if done:
            self.pid = 0
        return self.pid != 0

    def press(self, *keys: str) -> None:
        """Type keys, one after the other, as a person would."""
        for key in keys:
            os.write(self._fd, KEYS.get(key, key).encode())
            self._read(0.05)

    def wait_for(self, wanted: str | Callable[[str], bool], seconds: float = 30) -> str:
        """Read until the screen shows the text (or the condition holds).

        Raises:
            AssertionError: it did not within the time; the message holds the screen.
        """
        holds = wanted if callable(wanted) else lambda text: wanted in text
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if holds(self.text):
                return self.text
            self._read(0.05)
            if not self.alive():
                break
        if holds(self.text):
            return self.text
        raise AssertionError(f"not seen: {wanted!r}\n{self.text}")

    def settle(self, quiet: float = 0.3) -> None:
        """Read until nothing new came for a while, as a person looks before typing."""
        while True:
            before = len(self.raw)
            self._read(quiet)
            if len(self.raw) == before:
                return

    def wait_for_exit(self, seconds: float = 20) -> int:
        """The exit status, negative for a signal."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._read(0.05)
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self.pid = 0
                return os.waitstatus_to_exitcode(status)
        raise AssertionError(f"still running\n{self.text}")

    def kill(self, number: int) -> None:
        """Send a signal; for SIGKILL also reap, and close the terminal."""
        os.kill(self.pid, number)
        if number == signal.SIGKILL:
            os.waitpid(self.pid, 0)
            self.pid = 0
            os.close(self._fd)

    def _read(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while True:
            try:
                ready, _, _ = select.select([self._fd], [], [], max(0.0, end - time.monotonic()))
                if not ready:
                    return
                data = os.read(self._fd, 65536)
            except (OSError, ValueError):
                return
            if not data:
                return
            self.raw += data
            self._stream.feed(data)
