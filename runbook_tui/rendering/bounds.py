"""Limits on what somebody's template may take: a loop without end, or a text that doubles, ends as an error."""

from __future__ import annotations

import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from jinja2.exceptions import TemplateRuntimeError

SECONDS = 5.0
"""Of processor time; the document of a thousand steps takes one."""
MEMORY = 512 * 1024 * 1024
"""Bytes beside what the program has already."""


@contextmanager
def bounded(*, seconds: float = SECONDS, memory: int = MEMORY) -> Iterator[None]:
    """Within, rendering that takes more raises ``TemplateRuntimeError`` or ``MemoryError``.

    The limits are those of the process, so this is for a command of its own, and does nothing outside of the main
    thread; memory is limited where the system can (Linux).
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def too_long(_: int, __: FrameType | None) -> None:
        raise TemplateRuntimeError(f"rendering takes more than {seconds:g} seconds; does a loop never end?")

    before = signal.signal(signal.SIGVTALRM, too_long)
    limits = resource.getrlimit(resource.RLIMIT_AS)
    try:
        _limit_memory(memory, limits)
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        resource.setrlimit(resource.RLIMIT_AS, limits)
        signal.signal(signal.SIGVTALRM, before)


def _limit_memory(memory: int, limits: tuple[int, int]) -> None:
    sizes = Path("/proc/self/statm")
    if not sizes.exists():
        return
    most = int(sizes.read_text("ascii").split()[0]) * resource.getpagesize() + memory
    soft, hard = limits
    if soft == resource.RLIM_INFINITY or most < soft:
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
