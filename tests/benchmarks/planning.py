"""``runbook plan`` of the example as a whole process, beside the same git calls run bare."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.benchmarks.measure import PYTHON, medians, process, report


def run(folder: Path) -> None:
    """Build the example in ``folder`` and print the table."""
    from runbook_tui.demo.build import build

    demo = build(folder / "demo", databases=False)
    calls = git_calls(demo.manifest)
    runbook = str(Path(PYTHON).with_name("runbook"))
    cases = {
        "the same git calls, bare, 4 threads": lambda: replay(calls),
        "runbook plan services.yaml": process([runbook, "plan", str(demo.manifest)]),
        "runbook plan services.yaml --json": process([runbook, "plan", str(demo.manifest), "--json"]),
    }
    print(f"\n{len(calls)} git calls for {len(list((demo.folder / 'repositories').iterdir()))} repositories")
    report(
        "Planning the example (whole processes)", medians(cases, 11), "the same git calls, bare, 4 threads"
    )


Call = tuple[Sequence[str], bytes, Mapping[str, str], str | None]


def git_calls(manifest: Path) -> list[Call]:
    """Every git process that planning this manifest starts: arguments, input, environment, directory."""
    from runbook_tui.authoring.draft import Request, draft
    from runbook_tui.repositories import command, environment

    calls: list[Call] = []
    original = command._run

    def recording(
        arguments: Sequence[str],
        directory: Path | None,
        lines: Sequence[str] = (),
        variables: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes, str]:
        sent = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
        own = environment.reading() if variables is None else variables
        calls.append((["git", "--no-pager", *arguments], sent, own, str(directory) if directory else None))
        return original(arguments, directory, lines, variables)

    command._run = recording
    try:
        draft(Request(manifest))
    finally:
        command._run = original
    return calls


def replay(calls: Sequence[Call]) -> None:
    """Run the calls with four threads and nothing else."""
    import os

    def one(call: Call) -> None:
        argv, sent, variables, directory = call
        subprocess.run(
            argv, input=sent, env={**os.environ, **variables}, cwd=directory, check=False, capture_output=True
        )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, calls))
