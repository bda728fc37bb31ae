"""Author a runbook in the app: steps, reasons, questions, preview."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from runbook_tui.cli.parser import file_path


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what ``runbook open`` takes."""
    parser.add_argument("runbook", type=file_path)


def run(args: Namespace) -> int:
    """Open the app; a terminal is needed."""
    from runbook_tui.cli.app import open_app

    return open_app(args.runbook, mode="author")
