"""Show or verify the record of a run. Nothing is ever written."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_tui.cli.output import emit, say, table

if TYPE_CHECKING:
    from runbook_tui.execution.report import RunReport

WHOLE, BROKEN = 0, 1


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what ``runbook record`` takes."""
    parser.add_argument("action", choices=["show", "verify"])
    parser.add_argument(
        "run", type=Path, help="folder of the run, such as checkout.runs/2026-11-24-production"
    )
    parser.add_argument("--json", action="store_true", help="print as JSON")


def run(args: Namespace) -> int:
    """Show what was done, or say whether the record is whole; 1 when it is not."""
    return _show(args.run, args.json) if args.action == "show" else _verify(args.run, args.json)


def _show(folder: Path, as_json: bool) -> int:
    from dataclasses import asdict

    from runbook_tui.execution.report import report
    from runbook_tui.execution.runs import read_run

    view = read_run(folder)
    summary = report(view.runbook, view.checkpoints, view.state)
    if as_json:
        emit(asdict(summary))
    else:
        _print(view.runbook.title, summary)
    return WHOLE


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
    from runbook_tui.execution.framing import Whole
    from runbook_tui.execution.record import read_record
    from runbook_tui.execution.runs import frozen_runbook

    view = read_record(folder)
    layers = {
        "chain": f"{len(view.checkpoints)} checkpoints, each with its checksum and linked to the one before"
        if view.whole is Whole.CLEAN
        else f"{view.whole}: {view.why}",
        "end": _end(view.behind),
    }
    broken = view.whole is not Whole.CLEAN or bool(view.behind)
    if view.checkpoints:
        frozen_runbook(folder, view.checkpoints[0])  # raises when it is not the one of the first checkpoint
        layers["runbook"] = "the frozen runbook is the one that the first checkpoint names"
    if as_json:
        emit({"path": str(view.path), "whole": not broken, "layers": layers})
    else:
        for name, text in layers.items():
            say(f"{name}: {text}")
        say(
            "A chain shows accidents; it does not stop somebody who may write the file from writing it anew.",
            "dim",
        )
    return BROKEN if broken else WHOLE


def _end(behind: int | None) -> str:
    if behind is None:
        return "this machine did not write the record, so it cannot tell whether the end is missing"
    return f"{behind} checkpoints are missing at the end" if behind else "nothing is missing at the end"
