"""Two runs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from runbook_tui.cli.output import emit, say, table

if TYPE_CHECKING:
    from runbook_tui.execution.compare import Comparison, Side, SideOfStep


def compare_runs(first: Path, second: Path, as_json: bool) -> int:
    """Print how two runs went, step by step; what differs is marked.

    Raises:
        RecordError: one of them cannot be read.
    """
    from dataclasses import asdict

    from runbook_tui.execution.compare import compare
    from runbook_tui.execution.runs import read_run

    found = compare(read_run(first), read_run(second))
    if as_json:
        steps = [{**asdict(step), "differs": step.differs} for step in found.steps]
        emit({**asdict(found), "steps": steps})
    else:
        _print(found)
    return 0


def _print(found: Comparison) -> None:
    sides = (found.first, found.second)
    say(table([_run("", side) for side in sides]))
    if not found.same_runbook:
        say("They executed different runbooks.")
    say()
    rows = [("", "step", "first", "second", "first", "second", "deviations")]
    for step in found.steps:
        one, two = step.first, step.second
        deviations = _deviations("first", one) + _deviations("second", two)
        mark = "≠" if step.differs else ""
        states = (one.state if one else "none", two.state if two else "none")
        rows.append((mark, step.id, *states, _seconds(one), _seconds(two), "; ".join(deviations)))
    say(table(rows))


def _run(indent: str, side: Side) -> tuple[str, ...]:
    kind = "rehearsal" if side.rehearsal else "run"
    times = f"{side.elapsed:.1f}s: machine {side.machine:.1f}s, waiting {side.waiting:.1f}s"
    return (f"{indent}{kind} {side.run}", side.environment, f"by {side.operator}", side.outcome, times)


def _deviations(which: str, side: SideOfStep | None) -> list[str]:
    return [f"{which}: {told}" for told in side.deviations] if side else []


def _seconds(side: SideOfStep | None) -> str:
    return f"{side.seconds:.1f}s" if side and side.seconds is not None else ""
