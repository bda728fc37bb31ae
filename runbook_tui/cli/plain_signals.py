"""Signals in line mode: an interrupt asks, an end from outside ends within a second, commands go on.

SIGINT (ctrl+c) opens the stop menu, SIGTERM and SIGHUP leave the run in good order. A handler only raises where the
program waits for somebody to type; everywhere else it posts what happened, so that nothing is cut in the middle of a
write. A thread of its own wakes the main one, whichever thread the kernel gave the signal to, and leaves when the main
one cannot, such as when it hangs in a write to a terminal.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

ENDING = (signal.SIGTERM, signal.SIGHUP)
_WAKING = signal.SIGURG
"""Does nothing but end a system call that waits."""
_GRACE = 0.6
"""Seconds that the main thread gets to leave by itself."""
_LAST = 0.25
"""Seconds for the last checkpoint when it did not."""


class Interrupt:
    """Somebody pressed ctrl+c, or sent SIGINT."""


class EndedBySignal(BaseException):
    """A signal ends this sitting. Nothing but the opening of the run catches it."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(signal.Signals(number).name)

    @property
    def exit_status(self) -> int:
        """129 for SIGHUP, 143 for SIGTERM."""
        return 128 + self.number


class Signals:
    """Handlers of SIGINT, SIGTERM and SIGHUP while it is entered; those that were ignored before stay ignored."""

    def __init__(self) -> None:
        self.ended = 0
        """The number of the signal that ends the sitting; 0 for none."""
        self._post: Callable[[object], None] | None = None
        self._leave: Callable[[str], None] = lambda _: None
        self._raises = 0
        self._foreign = 0
        self._prompt = ""
        self._left = threading.Event()
        self._before: dict[int, object] = {}
        self._pipe: int | None = None
        """Gets the number of every signal."""
        self._pipe_before = -1

    def __enter__(self) -> Signals:
        handlers: dict[int, Callable[[int, FrameType | None], None]] = {
            signal.SIGINT: self._interrupt,
            signal.SIGCONT: self._continued,
            **dict.fromkeys(ENDING, self._end),
        }
        handlers[_WAKING] = lambda *_: None
        if threading.current_thread() is not threading.main_thread():
            return self  # handlers cannot be set here
        for number, handler in handlers.items():
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, handler)
        read, write = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(write, False)
        self._pipe = write
        self._pipe_before = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        threading.Thread(target=self._see_to_it, args=(read,), name="signals", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)  # type: ignore[arg-type]  # what signal.signal gave
        if self._pipe is not None:
            signal.set_wakeup_fd(self._pipe_before)
            os.close(self._pipe)
        self._left.set()

    def serve(self, post: Callable[[object], None], leave: Callable[[str], None]) -> None:
        """The run is open.

        Args:
            post: gets an :class:`Interrupt` or an :class:`EndedBySignal`.
            leave: leaves the run in good order; called with the name of the signal, from another thread, when the main
                one does not react.
        """
        self._post, self._leave = post, leave

    @contextmanager
    def prompt(self, text: str = "") -> Iterator[None]:
        """Somebody is asked: SIGINT raises KeyboardInterrupt, the others :class:`EndedBySignal`."""
        if self.ended:
            raise EndedBySignal(self.ended)
        self._raises += 1
        self._prompt = text
        try:
            yield
        finally:
            self._raises -= 1
            self._prompt = ""

    @contextmanager
    def foreign(self) -> Iterator[None]:
        """Another program has the terminal; an interrupt is for it."""
        self._foreign += 1
        try:
            yield
        finally:
            self._foreign -= 1

    def _interrupt(self, _: int, __: FrameType | None) -> None:
        if self._foreign:
            return
        if self._raises or self._post is None:
            raise KeyboardInterrupt
        self._post(Interrupt())

    def _end(self, number: int, _: FrameType | None) -> None:
        self.ended = self.ended or number
        if self._raises or self._foreign or self._post is None:
            raise EndedBySignal(number)
        self._post(EndedBySignal(number))

    def _continued(self, _: int, __: FrameType | None) -> None:
        """After ``fg`` the question is not on the screen any more."""
        if self._prompt:
            with suppress(OSError, ValueError):
                os.write(sys.stdout.fileno(), self._prompt.encode(errors="replace"))

    def _see_to_it(self, pipe: int) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {*self._before})
        main = threading.main_thread().ident
        number = 0
        while number not in ENDING and (byte := os.read(pipe, 1)) and main is not None:
            number = byte[0]
            if number != _WAKING:
                signal.pthread_kill(main, _WAKING)  # ends its read, so that the handler runs
        if number not in ENDING or self._left.wait(_GRACE):
            os.close(pipe)
            return
        last = threading.Thread(target=self._leave, args=(signal.Signals(number).name,), daemon=True)
        last.start()
        last.join(_LAST)
        os._exit(128 + number)
