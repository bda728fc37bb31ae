"""Execute a runbook step by step, or go on where it stopped.

A run that was interrupted is taken up again; ``--new`` starts another one. Without a terminal, or with ``--plain``,
events are printed line by line, and a step that needs a person takes its decision from ``--decisions`` or is an error.
"""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from runbook_tui.cli.parser import file_path

_MOST_JOBS = 100
_OF_PLAIN = ("jobs", "break_glass", "take_over", "accept_drift")
"""Options that must not be passed over where the app would open."""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what ``runbook run`` takes."""
    parser.add_argument("runbook", type=file_path)
    parser.add_argument("--plain", action="store_true", help="line by line, without the app")
    parser.add_argument("--rehearse", action="store_true", help="execute nothing, reach no network")
    parser.add_argument(
        "--instructions",
        action="store_true",
        help="execute nothing: do what each step says, and paste what you saw",
    )
    parser.add_argument("--new", action="store_true", help="start a new run though one is unfinished")
    parser.add_argument(
        "--decisions", type=file_path, metavar="FILE", help="decisions of people, by step id (--plain)"
    )
    parser.add_argument("--until", metavar="STEP", help="stop before this step (--plain)")
    parser.add_argument(
        "--jobs",
        type=_jobs,
        metavar="N",
        help="execute up to N steps at a time that do not wait for each other (--plain); "
        "the runbook's 'parallel', else 1, if left out",
    )
    parser.add_argument(
        "--operator", metavar="NAME", help="who executes; RUNBOOK_OPERATOR or the login name if left out"
    )
    parser.add_argument(
        "--take-over",
        metavar="REASON",
        default="",
        help="ask whoever executes the run to leave it, and go on with it (--plain)",
    )
    parser.add_argument(
        "--break-glass",
        metavar="REASON",
        default="",
        help="approve gates without a second person; the record says so (--plain)",
    )
    parser.add_argument(
        "--accept-drift",
        metavar="REASON",
        default="",
        help="go on though something moved since the run began (--plain)",
    )


def run(args: Namespace) -> int:
    """Execute; 0 when every step is done, 1 when one failed, 3 when a person is needed."""
    from runbook_tui.files.yaml_source import read_bytes

    # a missing file or a pipe is told before anything is looked up
    read_bytes(args.runbook, str(args.runbook))
    _refuse_unfit(args)
    if args.instructions and not args.new:
        _refuse_a_run_that_executes(args.runbook)
    if not args.new and _already_done(args.runbook, args.rehearse):
        return 0
    if args.plain:
        from runbook_tui.cli.plain import run_plain
        from runbook_tui.cli.plain_desk import Wishes

        wishes = Wishes(
            rehearsal=args.rehearse,
            instructions=args.instructions,
            new=args.new,
            decisions=args.decisions,
            until=args.until,
            operator=args.operator,
            jobs=args.jobs,
            break_glass=args.break_glass,
            take_over=args.take_over,
            accept_drift=args.accept_drift,
        )
        return run_plain(args.runbook, wishes)
    from runbook_tui.cli.app import open_app

    return open_app(
        args.runbook,
        mode="run",
        rehearsal=args.rehearse,
        instructions=args.instructions,
        operator=args.operator,
        new=args.new,
    )


def _refuse_a_run_that_executes(runbook: Path) -> None:
    """Refuse to go on with a run that executes where somebody asked for one that does not."""
    from runbook_tui.cli.usage import UsageError
    from runbook_tui.execution.runs import read_run, unfinished_runs

    for folder in unfinished_runs(runbook, rehearsal=False)[:1]:
        if not read_run(folder).state.instructions:
            raise UsageError(
                "--instructions", "a run that goes on", "--new beside it, or a run that began with it"
            )


def _refuse_unfit(args: Namespace) -> None:
    """Refuse options that would have no effect, or contradict each other.

    Raises:
        UsageError: there are some.
    """
    from runbook_tui.cli.usage import UsageError

    for name in _OF_PLAIN:
        if getattr(args, name) and not args.plain:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(
                option, str(getattr(args, name)), "--plain beside it; the app asks for it instead"
            )
    if args.instructions and args.rehearse:
        raise UsageError("--instructions", "with --rehearse", "one of the two: neither executes anything")


def _jobs(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:4]) <= _MOST_JOBS):
        raise ArgumentTypeError(f"a number from 1 to {_MOST_JOBS} is needed, not {text!r}")
    return int(text)


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
