"""Run all benchmarks: ``python -m tests.benchmarks``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.benchmarks import (
    app_output,
    contracts_catalog,
    help_,
    migrations,
    output,
    planning,
    recording,
    step,
)


def main() -> None:
    """Print every table."""
    help_.run()
    migrations.run()
    contracts_catalog.run()
    for table in (planning, recording, step, output, app_output):
        with tempfile.TemporaryDirectory(prefix="runbook-bench-") as folder:
            table.run(Path(folder))


main()
