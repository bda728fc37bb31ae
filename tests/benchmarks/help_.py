"""``runbook --help`` against a bare interpreter."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.measure import PYTHON, medians, process, report


def run() -> None:
    """Print the table."""
    runbook = str(Path(PYTHON).with_name("runbook"))
    cases = {
        "python -I -c pass": process([PYTHON, "-I", "-c", "pass"]),
        "runbook --help": process([runbook, "--help"]),
        "runbook --version": process([runbook, "--version"]),
        "runbook plan --help": process([runbook, "plan", "--help"]),
    }
    report("Start-up (whole processes)", medians(cases, 21), "python -I -c pass")
