"""What ends the process from outside: a closed window, a dropped connection, a service manager.

Without handlers Textual dies on SIGTERM and SIGHUP with the terminal in the alternate screen and mouse reports on.
A command that runs is not touched: its shim goes on and keeps the result for the next start.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

ENDING = (signal.SIGTERM, signal.SIGHUP)


def on_signals(end: Callable[[int], None], interrupt: Callable[[], None]) -> None:
    """Call ``end(128 + number)`` on SIGTERM and SIGHUP, and ``interrupt()`` on SIGINT, from the event loop.

    Does nothing outside the main thread, where handlers cannot be set.
    """
    loop = asyncio.get_running_loop()
    try:
        for number in ENDING:
            loop.add_signal_handler(number, end, 128 + number)
        loop.add_signal_handler(signal.SIGINT, interrupt)
    except (ValueError, RuntimeError, NotImplementedError):
        return


def off_signals() -> None:
    """Take the handlers away again; a signal then does what it does by default."""
    loop = asyncio.get_running_loop()
    for number in (*ENDING, signal.SIGINT):
        try:
            loop.remove_signal_handler(number)
        except (ValueError, RuntimeError, NotImplementedError):
            return
