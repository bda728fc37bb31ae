"""Run all benchmarks: ``python -m tests.benchmarks``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.benchmarks import contracts_catalog, help_, migrations, planning, recording


def main() -> None:
    """Print every table."""
    help_.run()
    migrations.run()
    contracts_catalog.run()
    with tempfile.TemporaryDirectory(prefix="runbook-bench-") as folder:
        planning.run(Path(folder))
    with tempfile.TemporaryDirectory(prefix="runbook-bench-") as folder:
        recording.run(Path(folder))


main()
