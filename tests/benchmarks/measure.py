"""Interleaved wall-clock measurements of whole processes and of functions."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median

Case = Callable[[], object]


def process(argv: Sequence[str], *, cwd: str | None = None) -> Case:
    """A case that runs a program to its end, output discarded."""

    def case() -> None:
        subprocess.run(argv, cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    return case


def medians(cases: Mapping[str, Case], rounds: int) -> dict[str, float]:
    """Median seconds of each case; the cases take turns, so that noise hits all of them alike."""
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            started = time.perf_counter()
            case()
            times[name].append(time.perf_counter() - started)
    return {name: median(values) for name, values in times.items()}


def report(title: str, results: Mapping[str, float], baseline: str) -> None:
    """Print the medians in milliseconds and as multiples of the baseline."""
    print(f"\n{title}")
    for name, seconds in results.items():
        print(f"  {name:<44} {seconds * 1000:9.2f} ms  {seconds / results[baseline]:7.2f} x")


PYTHON = sys.executable
