"""How long a command has printed nothing. Neither a wall clock that jumps nor a machine that sleeps makes it wrong."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from runbook_tui.execution import clock

_MOST = 1000


class Silence:
    """Remembers when output files were seen to grow, by the clock that counts from the start of the machine."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[Path, tuple[int, int, int]] = {}
        """Size, microseconds since boot when it last grew, and when that was looked at."""

    def of(self, log: Path, began: int) -> float:
        """Seconds since a file last grew.

        Args:
            log: the file; as long as it is missing, nothing was printed.
            began: when the command began, in microseconds since boot.
        """
        now = clock.since_boot()
        began = min(began, now)
        try:
            status = log.stat()
        except OSError:
            return (now - began) / 1e6
        with self._lock:
            size, grew, looked = self._seen.get(log, (0, began, began))
            if status.st_size != size:
                # It grew after it was last looked at. The wall clock says when, within these bounds.
                ago = time.time_ns() // 1000 - status.st_mtime_ns // 1000
                grew = now - max(0, min(ago, now - looked))
            if len(self._seen) >= _MOST:
                self._seen.clear()
            self._seen[log] = (status.st_size, grew, now)
        return max(0, now - grew) / 1e6
