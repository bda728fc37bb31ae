"""A step that prints 100 MB: seconds, and the memory of the program that watches it."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path

SIZE = 100_000_000


def run(folder: Path) -> None:
    """Print the table."""
    print(f"\n{SIZE / 1e6:.0f} MB of output")
    lines = f"yes 'a line of output that is neither long nor short' | head -c {SIZE}"
    for name, secrets in (("plain", False), ("with a secret that is masked", True)):
        child = os.fork()
        if child == 0:
            measure(folder / name.replace(" ", "-"), lines, name, secrets=secrets)
            os._exit(0)
        os.waitpid(child, 0)


def measure(folder: Path, script: str, name: str, *, secrets: bool) -> None:
    """Run it in this process, and print what that took."""
    from runbook_tui.execution.commands import Job, follow, start
    from runbook_tui.execution.output import examine

    for part in ("output", "jobs"):
        (folder / part).mkdir(parents=True)
    job = Job(folder, "flood-1")
    asked: list[float] = []

    def leave() -> bool:
        asked.append(time.perf_counter())
        return False

    shown = 0

    def show(text: str) -> None:
        nonlocal shown
        shown += len(text)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    given = {"TOKEN": "hunter2-hunter2"} if secrets else {}
    environment = dict(os.environ)
    child = start(job, script, directory=folder, environment=environment, timeout=None, secrets=given)
    found = follow(job, show, leave, child=child)
    printed = examine(job.log, 1 << 62)
    spent = time.perf_counter() - began
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    slowest = max(later - earlier for earlier, later in zip([began, *asked], asked, strict=False))
    assert found.ending is not None
    assert printed.size == SIZE
    print(
        f"  {name:<32} {spent:6.2f} s   memory {most / 1024:.0f} MiB ({(most - before) / 1024:.0f} MiB more)   "
        f"shown {shown / 1e6:.1f} MB   longest without being asked {slowest * 1000:.0f} ms"
    )
