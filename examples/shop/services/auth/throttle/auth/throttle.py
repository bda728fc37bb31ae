"""No more than five wrong passwords a minute for one login."""

from __future__ import annotations

import time
from collections import defaultdict, deque

ALLOWED, SECONDS = 5, 60.0
_failures: defaultdict[str, deque[float]] = defaultdict(deque)


def exhausted(login: str) -> bool:
    """Whether this login has to wait."""
    failures = _failures[login]
    while failures and failures[0] < time.monotonic() - SECONDS:
        failures.popleft()
    return len(failures) >= ALLOWED


def failed(login: str) -> None:
    """Remember one wrong password."""
    _failures[login].append(time.monotonic())
