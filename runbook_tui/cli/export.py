"""Render a runbook as Markdown, or with a template of your own."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from runbook_tui.cli.parser import file_path


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what ``runbook export`` takes."""
    parser.add_argument("runbook", type=file_path)
    parser.add_argument(
        "-o", "--output", type=file_path, metavar="FILE", help="write here; printed when left out"
    )
    parser.add_argument(
        "--template",
        type=file_path,
        metavar="FILE",
        help='a Jinja file; it may extend "runbook.md.j2" and override blocks',
    )
    parser.add_argument(
        "--run", type=Path, metavar="FOLDER", help="fill the execution log from this run's record"
    )


def run(args: Namespace) -> int:
    """Render; nothing is written when the template has an error."""
    import sys

    from runbook_tui.cli.output import narrate
    from runbook_tui.rendering.render import render
    from runbook_tui.runbook.document import RunbookDocument

    document = RunbookDocument.read(args.runbook)
    state = _state(args.run)
    text = render(document.runbook, template=args.template, state=state)
    if args.output is None:
        from runbook_tui.text.terminal import block

        sys.stdout.write(block(text) if sys.stdout.isatty() else text)
        return 0
    from runbook_tui.files.atomic import write_atomic

    write_atomic(args.output, text)
    narrate(f"Wrote {args.output}")
    return 0


def _state(folder: Path | None) -> dict[str, object] | None:
    if folder is None:
        return None
    from dataclasses import asdict

    from runbook_tui.execution.report import report
    from runbook_tui.execution.runs import read_run

    view = read_run(folder)
    found = report(view.runbook, view.checkpoints, view.state).deviations
    head = view.checkpoints[-1].sum
    return {**asdict(view.state), "deviations": [asdict(deviation) for deviation in found], "head": head}
