"""A step whose command does nothing, against the least that it can cost: bash, and two writes that are made durable."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.benchmarks.measure import Case, medians, report

ROUNDS = 40


def run(folder: Path) -> None:
    """Print the table."""
    from runbook_tui.execution.commands import Job, follow, start
    from runbook_tui.execution.runner import Runner

    os.environ["XDG_STATE_HOME"] = str(folder / "state")
    path = folder / "noop.yaml"
    steps = "".join(f"  - {{id: s{n}, title: S, kind: verify, run: 'true'}}\n" for n in range(ROUNDS + 1))
    path.write_text(f"runbook: 1\ntitle: Nothing\nenvironment: bench\nsteps:\n{steps}")
    runner = Runner.start(path, operator="bench")
    ids = iter([step.id for step in runner.runbook.steps])
    runner.run(next(ids))
    jobs = iter(Job(runner.folder, f"bench-{number}") for number in range(ROUNDS))
    fd = os.open(folder / "bare", os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)

    def bash() -> None:
        os.waitpid(os.posix_spawnp("bash", ["bash", "-c", "true"], os.environ), 0)

    def interpreter() -> None:
        argv = [sys.executable, "-I", "-S", "-c", "pass"]
        os.waitpid(os.posix_spawn(sys.executable, argv, os.environ), 0)

    def bare() -> None:
        os.write(fd, b"x" * 600)
        os.fsync(fd)
        bash()
        os.write(fd, b"x" * 600)
        os.fsync(fd)

    def shim() -> None:
        job = next(jobs)
        child = start(job, "true", directory=folder, environment=dict(os.environ), timeout=60)
        follow(job, lambda _: None, lambda: False, child=child)

    cases: dict[str, Case] = {
        "bash -c true": bash,
        "bash and two times write + fsync": bare,
        "an interpreter that does nothing": interpreter,
        "a command under its shim": shim,
        "a whole step, both checkpoints included": lambda: runner.run(next(ids)),
    }
    results = medians(cases, ROUNDS)
    report(f"A step that does nothing ({ROUNDS} rounds)", results, "bash and two times write + fsync")
    whole = results["a whole step, both checkpoints included"]
    floor = results["bash and two times write + fsync"] + results["an interpreter that does nothing"]
    print(
        f"  a whole step costs {(whole - floor) * 1000:.1f} ms more than bash, an interpreter and two syncs"
    )
    runner.close()
