"""Rolling back in line mode: what would be undone, then step by step."""

from __future__ import annotations

from runbook_tui.cli.output import say
from runbook_tui.cli.plain_desk import FAILED, Desk, Left
from runbook_tui.cli.prompts import INDENT
from runbook_tui.cli.step_text import rollback_lines
from runbook_tui.execution.model import State


def roll_back(desk: Desk) -> None:
    """Undo what was done, as far as it goes. It is always an explicit choice.

    Raises:
        Left: it is undone, or a step could not be.
    """
    plan = desk.runner.rollback_plan()
    for step_id in plan.steps:
        say(f"{INDENT}undo {step_id}" + (" (by hand)" if step_id in plan.by_hand else ""))
        _show(desk, step_id)
    if plan.because:
        say(f"{INDENT}{plan.because}", "yellow")
    if not plan.steps or desk.choose(["pause", "undo these steps in this order"]) == "pause":
        raise Left(FAILED)
    for step_id in plan.steps:
        _undo(desk, step_id, by_hand=step_id in plan.by_hand)
    if plan.stops_at is None:
        desk.runner.finish("rolled_back")
    say("Rolled back" if plan.stops_at is None else f"Rolled back as far as {plan.stops_at}", "bold")
    raise Left(FAILED)


def undo_again(desk: Desk, step_id: str) -> None:
    """Try a rollback that failed once more.

    Raises:
        Left: it could not be undone.
    """
    plan = desk.runner.rollback_plan()
    _undo(desk, step_id, by_hand=step_id in plan.by_hand)


def _show(desk: Desk, step_id: str) -> None:
    for line in rollback_lines(desk.runner.step(step_id)):
        say(f"{INDENT}  {line}", "dim")


def _undo(desk: Desk, step_id: str, *, by_hand: bool) -> None:
    say(f"{INDENT}undoing {step_id}", "bold")
    _show(desk, step_id)
    note = desk.reason("how it was undone: ") if by_hand else ""
    status = desk.do(
        step_id, lambda aids: desk.runner.rollback(step_id, confirmed=by_hand, note=note, **aids)
    )
    desk.lines.pause()
    if status.state is not State.ROLLED_BACK:
        say(f"{INDENT}{step_id} could not be undone: {status.message}", "red")
        raise Left(FAILED)
