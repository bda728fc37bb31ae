"""What ends or stops the process from outside: a closed window, a dropped connection, a service manager, a shell.

Without handlers Textual dies on SIGTERM and SIGHUP with the terminal in the alternate screen and mouse reports on.
A command that runs is not touched: its shim goes on and keeps the result for the next start.
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
import termios
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

ENDING = (signal.SIGTERM, signal.SIGHUP)
LATE = 0.8
"""Seconds after which the process is ended however busy the app is: it has to be gone within one second."""

_GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL

_RESTORE = (
    b"\x1b[?2004l\x1b[?7h\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
)
"""What Textual's driver writes when it gives the terminal back."""


class Signals:
    """The signals of one app, from before its first frame until its terminal is given back.

    The app is asked to end from its event loop. A thread stands by: when the loop does not come to it, because a
    terminal takes no more output or a disk does not answer, it writes the last words, restores the terminal as far as
    that is possible, and ends the process.
    """

    def __init__(self, *, end: Callable[[int], None], last_words: Callable[[str], None]) -> None:
        """
        Args:
            end: called in the event loop with the exit status, 128 + number.
            last_words: called with the name of the signal when the loop did not come to it; from another thread.
        """
        self._end, self._last_words = end, last_words
        self.restored = False
        """Whether the terminal was given back: then it is not touched any more."""
        self.came = ""
        """Name of the signal that ends the app."""
        self._attributes: list[Any] | None = None
        self._pipe: tuple[int, int] | None = None
        self._before: dict[int, Any] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def take(self) -> None:
        """Take the ending signals over. Does nothing outside the main thread, where that is not possible."""
        if threading.current_thread() is not threading.main_thread():
            return
        self._loop = asyncio.get_running_loop()
        self._attributes = _attributes()
        self._pipe = os.pipe2(os.O_CLOEXEC)
        threading.Thread(target=self._stand_by, args=(self._pipe[0],), daemon=True, name="signals").start()
        for number in ENDING:  # also where nohup had SIGHUP ignored: without a terminal the app would spin
            self._before[number] = signal.signal(number, self._came)

    def on(self, number: int, handler: Callable[[], None]) -> None:
        """Call ``handler`` in the event loop for a signal that does not end the app."""
        if self._loop is not None:
            self._before.setdefault(number, signal.getsignal(number))
            self._loop.add_signal_handler(number, handler)

    def give_back(self) -> None:
        """Let signals do what they did before; may be called twice. A process that is to end is still ended in time."""
        self.restored = True
        for number, handler in self._before.items():
            if self._loop is not None and number not in ENDING and not self._loop.is_closed():
                self._loop.remove_signal_handler(number)
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
        self._before.clear()
        if self._pipe is not None and not self.came:
            os.close(self._pipe[1])
            self._pipe = None

    def _came(self, number: int, _frame: object) -> None:
        if self.came or self._pipe is None or self._loop is None:
            return
        self.came = signal.Signals(number).name
        os.write(self._pipe[1], bytes([number]))
        with suppress(RuntimeError):  # the loop is closed: the process is about to end
            self._loop.call_soon_threadsafe(self._end, 128 + number)

    def _stand_by(self, pipe: int) -> None:
        number = self._wait(pipe)
        if number is None:
            os.close(pipe)
            return
        time.sleep(LATE / 2)
        threading.Thread(target=self._last_words, args=(self.came,), daemon=True).start()
        time.sleep(LATE / 2)
        if not self.restored:
            restore_terminal(self._attributes)
        os._exit(128 + number)

    def _wait(self, pipe: int) -> int | None:
        """The signal that ends the app; a terminal that is closed is one. None when signals are given back first."""
        poller = select.poll()
        poller.register(pipe, select.POLLIN)
        poller.register(_terminal(), 0)
        while True:
            for fd, event in poller.poll():
                if fd == pipe:
                    came = os.read(pipe, 1)
                    return came[0] if came else None
                if (
                    event & _GONE and not self.restored
                ):  # not every program gets SIGHUP then, and reading would spin
                    self.came = self.came or signal.SIGHUP.name
                    if self._loop is not None:
                        with suppress(RuntimeError):
                            self._loop.call_soon_threadsafe(self._end, 128 + signal.SIGHUP)
                    return signal.SIGHUP
            time.sleep(0.01)


def terminal_gone() -> bool:
    """Whether the terminal of the app was closed."""
    poller = select.poll()
    poller.register(_terminal(), 0)
    return any(event & _GONE for _, event in poller.poll(0))


def in_foreground() -> bool:
    """Whether the terminal is this process's to draw on; a shell says so with ``fg`` and ``bg``."""
    try:
        return os.tcgetpgrp(_terminal()) == os.getpgrp()
    except OSError:
        return True


def restore_terminal(attributes: list[Any] | None) -> None:
    """Bring the terminal back without waiting for it, as far as it takes that."""
    with suppress(OSError, termios.error):
        fd = os.open(os.ttyname(2), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        try:
            if attributes is not None:
                termios.tcsetattr(fd, termios.TCSANOW, attributes)
            os.write(fd, _RESTORE)
        finally:
            os.close(fd)


def _terminal() -> int:
    return sys.__stdin__.fileno() if sys.__stdin__ is not None else 0


def _attributes() -> list[Any] | None:
    try:
        return termios.tcgetattr(0)
    except termios.error:
        return None
