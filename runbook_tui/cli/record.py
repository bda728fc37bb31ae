"""Show or verify the record of a run, or make a damaged one fit to go on.

``show`` and ``verify`` write nothing. ``repair`` sets a damaged last checkpoint aside in a file of its own; with
``--accept-shorter`` it also goes on though checkpoints are missing at the end. Both are written into the record.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_tui.cli.output import emit, narrate, say, table

if TYPE_CHECKING:
    from runbook_tui.execution.report import RunReport


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what ``runbook record`` takes."""
    parser.add_argument("action", choices=["show", "verify", "repair"])
    parser.add_argument(
        "run", type=Path, help="folder of the run, such as checkout.runs/2026-11-24-production"
    )
    parser.add_argument("--json", action="store_true", help="print as JSON (show, verify)")
    parser.add_argument(
        "--accept-shorter",
        metavar="REASON",
        default="",
        help="why it is right to go on without the end (repair)",
    )


def run(args: Namespace) -> int:
    """Show what was done, or say whether the record is intact (0), broken (1) or cannot be told (2)."""
    if args.action == "repair":
        return _repair(args.run, args.accept_shorter)
    return _show(args.run, args.json) if args.action == "show" else _verify(args.run, args.json)


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
    for note in state.notes:
        say(f"\nnote by {note.by} at {note.at}{f' on {note.step}' if note.step else ''}: {note.text}")


def _verify(folder: Path, as_json: bool) -> int:
    from dataclasses import asdict

    from runbook_tui.execution.verify import Judgement, verify

    found = verify(folder)
    if as_json:
        emit(asdict(found))
    else:
        words = {True: "holds", False: "BROKEN", None: "not known"}
        say(table((words[layer.holds], layer.text) for layer in found.findings))
        say(
            f"The record is {found.judgement}."
            if found.judgement is not Judgement.UNSURE
            else "Nobody can tell."
        )
    return list(Judgement).index(found.judgement)
