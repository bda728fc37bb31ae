"""The limits under which somebody's template is rendered: those of the whole process, which does nothing else.

A loop without end, or a text that doubles, ends as an error with its line; what does not come back to Python at all is
ended by the system.
"""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from jinja2.exceptions import TemplateRuntimeError

SECONDS = 2.0
"""Of processor time; the document of a thousand steps takes 0.3."""
MEMORY = 512 * 1024 * 1024
"""Bytes beside what the process has already."""
LONGEST = 16 * 1024 * 1024
"""Bytes of the text; the document of a thousand steps has about one million."""
_FILES = 16
"""Open files: a template and those it includes are read one after the other."""


@contextmanager
def bounded(*, seconds: float = SECONDS, memory: int = MEMORY) -> Iterator[None]:
    """Within, rendering that takes more raises ``TemplateRuntimeError`` or ``MemoryError``.

    The limits are those of the process and stay: this is for the main thread of a process that ends afterwards.
    No file can be written from here on. Memory is limited where the system can (Linux).

    Args:
        seconds: of processor time. Python code that takes longer is told with its line; a second later the system
            ends the process.
        memory: bytes beside what the process has.
    """

    def too_long(_: int, __: FrameType | None) -> None:
        raise TemplateRuntimeError(f"rendering takes more than {seconds:g} seconds; does a loop never end?")

    signal.signal(signal.SIGVTALRM, too_long)
    used = resource.getrusage(resource.RUSAGE_SELF)
    last = int(used.ru_utime + used.ru_stime + seconds) + 2
    _limit(resource.RLIMIT_CPU, last)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, _FILES)
    sizes = Path("/proc/self/statm")
    if sizes.exists():
        _limit(resource.RLIMIT_AS, int(sizes.read_text("ascii").split()[0]) * resource.getpagesize() + memory)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _limit(kind: int, most: int) -> None:
    """Lower a limit for good, as far as it is not lower already."""
    for limit in resource.getrlimit(kind):
        if limit != resource.RLIM_INFINITY:
            most = min(most, limit)
    resource.setrlimit(kind, (most, most))
