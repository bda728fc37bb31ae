"""Shared by the tests of this room."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest


@pytest.fixture
def benchmark_seconds() -> Callable[[Callable[[], object]], float]:
    """The processor time of the fastest of five calls, in seconds."""

    def measure(call: Callable[[], object]) -> float:
        best = float("inf")
        for _ in range(5):
            began = time.process_time()
            call()
            best = min(best, time.process_time() - began)
        return best

    return measure
