"""Execute a runbook step by step, or go on where it stopped.

A run that was interrupted is taken up again; ``--new`` starts another one. Without a terminal, or with ``--plain``,
events are printed line by line, and a step that needs a person takes its decision from ``--decisions`` or is an error.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from runbook_tui.cli.parser import file_path


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what ``runbook run`` takes."""
    parser.add_argument("runbook", type=file_path)
    parser.add_argument("--plain", action="store_true", help="line by line, without the app")
    parser.add_argument("--rehearse", action="store_true", help="execute nothing, reach no network")
    parser.add_argument("--new", action="store_true", help="start a new run though one is unfinished")
    parser.add_argument(
        "--decisions", type=file_path, metavar="FILE", help="decisions of people, by step id (--plain)"
    )
    parser.add_argument("--until", metavar="STEP", help="stop before this step (--plain)")
    parser.add_argument(
        "--operator", metavar="NAME", help="who executes; RUNBOOK_OPERATOR or the login name if left out"
    )


def run(args: Namespace) -> int:
    """Execute; 0 when every step is done, 1 when one failed, 3 when a person is needed."""
    from runbook_tui.files.yaml_source import read_bytes

    read_bytes(
        args.runbook, str(args.runbook)
    )  # a missing file or a pipe is told before anything is looked up
    if not args.new and _already_done(args.runbook, args.rehearse):
        return 0
    if args.plain:
        from runbook_tui.cli.plain import run_plain

        return run_plain(
            args.runbook,
            rehearsal=args.rehearse,
            new=args.new,
            decisions=args.decisions,
            until=args.until,
            operator=args.operator,
        )
    from runbook_tui.cli.app import open_app

    return open_app(args.runbook, mode="run", rehearsal=args.rehearse, operator=args.operator, new=args.new)


def _already_done(runbook: Path, rehearsal: bool) -> bool:
    """Whether this very runbook was executed to its end, and nothing of it waits: then it is not done twice unasked."""
    from runbook_tui.cli.output import say
    from runbook_tui.execution.runs import succeeded_run, unfinished_runs

    folder = succeeded_run(runbook, rehearsal=rehearsal)
    if folder is None or unfinished_runs(runbook, rehearsal=rehearsal):
        return False
    say(f"This runbook was executed to its end already: {folder}")
    say("Nothing was done. runbook record show tells what was; --new executes it once more")
    return True
