"""Show or verify the record of a run. Nothing is ever written."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what ``runbook record`` takes."""
    parser.add_argument("action", choices=["show", "verify"])
    parser.add_argument(
        "run", type=Path, help="the folder of the run, such as checkout.runs/2026-11-24-production"
    )
    parser.add_argument("--json", action="store_true", help="print as JSON")
