"""Show, verify, repair, watch, sign, redact, export or compare the records of runs.

``show``, ``verify``, ``watch``, ``export`` and ``compare`` write nothing. ``repair`` sets a damaged last checkpoint
aside in a file of its own; with ``--accept-shorter`` it also goes on though checkpoints are missing at the end.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_tui.cli import verify
from runbook_tui.cli.output import emit, narrate, say, table

if TYPE_CHECKING:
    from runbook_tui.execution.report import RunReport


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what ``runbook record`` takes."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    show = _action(actions.add_parser("show", help="what was done"))
    show.add_argument("--json", action="store_true", help="print as JSON")
    verify.add_arguments(actions.add_parser("verify", help="which layers of evidence hold: runbook verify"))
    repair = _action(actions.add_parser("repair", help="make a damaged record fit to go on"))
    repair.add_argument(
        "--accept-shorter",
        metavar="REASON",
        default="",
        help="why it is right to go on without the end",
    )
    watch = _action(
        actions.add_parser("watch", help="follow a run that somebody executes, one line an event")
    )
    watch.add_argument("--json", action="store_true", help="print one JSON document a line")
    sign = _action(actions.add_parser("sign", help="sign the record as it is now with an SSH key"))
    sign.add_argument("--key", type=Path, required=True, help="file of the key, such as ~/.ssh/id_ed25519")
    sign.add_argument("--as", dest="signer", metavar="NAME", help="your name in the allowed_signers file")
    redact = _action(actions.add_parser("redact", help="take a secret out of an output file"))
    redact.add_argument("--output", required=True, help="the file, such as output/deploy-billing-1.log")
    redact.add_argument(
        "--env",
        action="append",
        required=True,
        metavar="NAME",
        help="environment variable that holds what is taken out",
    )
    redact.add_argument("--reason", required=True, help="why; it is recorded")
    _action(actions.add_parser("export", help="all checkpoints as JSON"))
    compare = _action(actions.add_parser("compare", help="two runs: steps, outcomes, durations, deviations"))
    compare.add_argument("other", type=Path, metavar="OTHER", help="folder of the other run")
    compare.add_argument("--json", action="store_true", help="print as JSON")


def run(args: Namespace) -> int:
    """Do what was asked for."""
    if args.action == "verify":
        return verify.run(args)
    if args.action == "watch":
        from runbook_tui.cli.record_watch import watch

        return watch(args.run, args.json)
    if args.action == "compare":
        from runbook_tui.cli.record_compare import compare_runs

        return compare_runs(args.run, args.other, args.json)
    if args.action == "repair":
        return _repair(args.run, args.accept_shorter)
    if args.action == "sign":
        return _sign(args.run, args.key, args.signer)
    if args.action == "redact":
        return _redact(args)
    return _show(args.run, args.json) if args.action == "show" else _export(args.run)


def _action(parser: ArgumentParser) -> ArgumentParser:
    parser.add_argument(
        "run", type=Path, metavar="RUN", help="folder of the run, such as checkout.runs/2026-11-24-production"
    )
    return parser


def _show(folder: Path, as_json: bool) -> int:
    from dataclasses import asdict

    from runbook_tui.execution.framing import Whole
    from runbook_tui.execution.report import report
    from runbook_tui.execution.runs import read_run

    view = read_run(folder)
    summary = report(view.runbook, view.checkpoints, view.state)
    if as_json:
        emit(asdict(summary))
    else:
        _print(view.runbook.title, summary)
    if view.whole not in {Whole.CLEAN, Whole.TORN}:  # a torn end is what a writer at work looks like, too
        narrate(f"This is not all: {view.why}")
        return 1
    return 0


def _repair(folder: Path, accept_shorter: str) -> int:
    from runbook_tui.execution.runner import Runner

    Runner.resume(folder, repair=True, accept_shorter=accept_shorter).close()
    narrate(f"{folder} can go on")
    return 0


def _sign(folder: Path, key: Path, signer: str | None) -> int:
    from runbook_tui.cli.output import interactive
    from runbook_tui.execution.operators import operator_name
    from runbook_tui.execution.signatures import FILE, sign_record

    made = sign_record(folder, key, operator_name(signer), ask=interactive())
    narrate(f"{made.signer} signed checkpoint {made.seq} in {folder / FILE}")
    say(made.sum)
    return 0


def _redact(args: Namespace) -> int:
    import os

    from runbook_tui.execution.redacting import redact_run, still_there
    from runbook_tui.files.problems import RunbookError

    values = []
    for name in args.env:
        if not os.environ.get(name):
            raise RunbookError(f"{name} is empty or not set; give it the value that is to be taken out")
        values.append(os.environ[name])
    found = redact_run(args.run, args.output, values, args.reason)
    narrate(f"{found.output}: {'taken out' if found.changed else 'it was not in there'}")
    left = still_there(args.run, values)
    if left:
        narrate(
            f"it is still in {', '.join(left)}, which cannot be changed: make the secret worthless", "red"
        )
    return 0 if found.changed else 1


def _export(folder: Path) -> int:
    """Print everything, also of a record that is damaged: what is whole of it, and then what is wrong."""
    from dataclasses import asdict

    from runbook_tui.execution.framing import Whole
    from runbook_tui.execution.record import read_record

    view = read_record(folder)
    emit(
        {
            "record": view.path.name,
            "state": view.whole.value,
            "why": view.why,
            "checkpoints": [asdict(point) for point in view.checkpoints],
        }
    )
    if view.whole is not Whole.CLEAN:
        narrate(f"This is not all: {view.why or 'it is empty'}")
    return 0 if view.whole in {Whole.CLEAN, Whole.TORN} else 1


def _print(title: str, summary: RunReport) -> None:
    state = summary.state
    rehearsed = ", rehearsal" if state.rehearsal else ""
    say(f"{title} ({state.environment}{rehearsed})", "bold")
    say(f"run {state.run_id} by {state.operator}, {state.started_at} to {state.finished_at or 'now'}")
    say(f"outcome: {state.finished or 'not finished'}, resumed {state.resumed} times")
    say(f"machine time {summary.machine:.1f}s, waiting {summary.waiting:.1f}s\n")
    rows = [
        (
            step.state,
            step.id,
            f"{step.seconds:.1f}s" if step.seconds is not None else "",
            step.by or "",
            step.message.replace("\n", " "),
        )
        for step in summary.steps
    ]
    say(table(rows))
    if summary.deviations:
        say("\nNot as planned:", "bold")
    for found in summary.deviations:
        where = f" {found.step}" if found.step else ""
        style = "red bold" if found.kind == "break-glass" else ""
        say(f"  {found.at}  {found.kind}{where} by {found.by}: {' '.join(found.text.split())}", style)
    for note in state.notes:
        say(f"\nnote by {note.by} at {note.at}{f' on {note.step}' if note.step else ''}: {note.text}")
