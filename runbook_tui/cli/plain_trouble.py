"""What an operator does in line mode where something went wrong: failed, unknown, drifted, nothing that can start."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from runbook_tui.cli.output import say
from runbook_tui.cli.plain_desk import FAILED, PERSON_NEEDED, Desk, Left
from runbook_tui.cli.plain_rollback import undo_again
from runbook_tui.cli.plain_shell import edited_command
from runbook_tui.cli.plain_verbs import choose_verb, common_verbs, pause, pause_after_failure, skip
from runbook_tui.cli.prompts import INDENT
from runbook_tui.execution.errors import NotAllowed
from runbook_tui.execution.model import DONE, ROLLING_BACK, State

if TYPE_CHECKING:
    from runbook_tui.execution.model import StepStatus
    from runbook_tui.runbook.model import Step


def failed(desk: Desk, step: Step) -> None:
    """A step failed: what now?

    Raises:
        Left: nobody is there, or the operator leaves.
    """
    desk.lines.show(step)
    status = desk.runner.state.statuses[step.id]
    if status.message:
        say(f"{INDENT}it failed: {status.message}", "red")
    decision = desk.decision(step)
    if decision is not None and decision.decision == "retry" and status.attempts < 2:
        execute(desk, step)
        return
    if not desk.asks:
        say(f"{INDENT}{step.id} failed; mend it and run again in a terminal, or give a decision", "red")
        raise Left(FAILED)
    verbs = {**_of_failed(desk, step, status), **common_verbs(desk, step)}
    choose_verb(desk, {**verbs, "pause": pause_after_failure})


def _of_failed(desk: Desk, step: Step, status: StepStatus) -> dict[str, Callable[[], None]]:
    if status.phase in ROLLING_BACK:
        return {
            "undo it again": lambda: undo_again(desk, step.id),
            "mark as done": lambda: _mark(desk, step),
        }
    verbs: dict[str, Callable[[], None]] = {}
    if step.manual:
        verbs["ask again"] = lambda: _ask_again(desk, step)
    else:
        verbs["retry"] = lambda: execute(desk, step)
        if step.run is not None:
            verbs["edit and retry"] = lambda: _edit(desk, step, status)
    verbs["skip"] = lambda: skip(desk, step)
    verbs["mark as done"] = lambda: _mark(desk, step)
    return verbs


def unknown(desk: Desk, step: Step) -> None:
    """Nobody can know how a step ended: its verify is shown, and a person says.

    Raises:
        Left: nobody is there, or the operator leaves.
    """
    desk.lines.show(step)
    status = desk.runner.state.statuses[step.id]
    say(f"{INDENT}it was started, and nobody can know how it ended", "yellow")
    for line in status.tail:
        say(f"{INDENT}| {line}")
    _check(desk, step)
    if not desk.asks:
        say(f"{INDENT}say in a terminal whether it worked; nothing is assumed", "yellow")
        raise Left(PERSON_NEEDED)
    if not step.repeatable:
        say(f"{INDENT}it is not marked as safe to repeat", "yellow")
    verbs: dict[str, Callable[[], None]] = {
        "it worked": lambda: _resolve(desk, step, worked=True),
        "run it again": lambda: _again(desk, step),
        "it failed": lambda: _resolve(desk, step, worked=False),
    }
    common = common_verbs(desk, step)
    common.pop("roll back", None)
    choose_verb(desk, {**verbs, **common, "pause": _pause_unknown})


def drifted(desk: Desk, step: Step, text: str) -> None:
    """Something moved since the run began: the operator accepts that with a reason, or stops for it.

    Raises:
        Left: nobody is there, or the operator stops.
    """
    desk.lines.show(step)
    found = desk.runner.drift(step.id) or (text,)
    for sentence in found:
        say(f"{INDENT}{sentence}", "yellow")
    if desk.wishes.accept_drift:
        desk.runner.accept_drift(desk.wishes.accept_drift)
        say(f"{INDENT}accepted: {desk.wishes.accept_drift}", "yellow")
        return
    if not desk.asks:
        desk.refused("plan again and start a new run, or accept it with --accept-drift REASON")
        raise Left(PERSON_NEEDED)
    verbs: dict[str, Callable[[], None]] = {"accept it": lambda: _accept_drift(desk)}
    choose_verb(desk, {**verbs, **common_verbs(desk, step), "pause": pause})


def stuck(desk: Desk) -> None:
    """Steps are left and none of them can start, as after a rollback.

    Raises:
        Left: nobody is there, or the operator leaves.
    """
    statuses = desk.runner.state.statuses
    left = [step_id for step_id, status in statuses.items() if status.state not in DONE]
    say(f"{len(left)} steps are not done and none of them can start", "red")
    undone = [step_id for step_id in left if statuses[step_id].state is State.ROLLED_BACK]
    if undone:
        say(f"{len(undone)} of them are rolled back: {', '.join(undone[:5])}", "yellow")
    if not desk.asks or not undone:
        raise Left(FAILED)
    step = desk.runner.runbook.step(undone[0])
    verbs: dict[str, Callable[[], None]] = {f"execute {step.id} again": lambda: execute(desk, step)}
    choose_verb(desk, {**verbs, **common_verbs(desk, step), "pause": pause_after_failure})


def repeat(desk: Desk, step: Step) -> None:
    """A step was done before, and nobody said that it may be done twice.

    Raises:
        Left: nobody is there, or the operator leaves.
    """
    desk.lines.show(step)
    if not desk.asks:
        desk.refused("say in a terminal whether it is to be executed again")
        raise Left(PERSON_NEEDED)
    verbs: dict[str, Callable[[], None]] = {
        "mark as done": lambda: _mark(desk, step),
        "execute it again": lambda: execute(desk, step),
        "skip": lambda: skip(desk, step),
    }
    choose_verb(desk, {**verbs, **common_verbs(desk, step), "pause": pause})


def refused(desk: Desk, step: Step, text: str) -> None:
    """A step may not start for another reason.

    Raises:
        Left: nobody is there, or the operator leaves.
    """
    desk.lines.show(step)
    desk.refused(text)
    if not desk.asks:
        raise Left(FAILED)
    verbs = {"try again": lambda: None, "skip": lambda: skip(desk, step)}
    choose_verb(desk, {**verbs, **common_verbs(desk, step), "pause": pause_after_failure})


def execute(desk: Desk, step: Step) -> None:
    """Execute a step that a person saw to."""
    runner = desk.runner
    status = desk.do(step.id, lambda aids: runner.run(step.id, past_no_return=True, repeat=True, **aids))
    desk.lines.tell(step.id, status)


def _edit(desk: Desk, step: Step, status: StepStatus) -> None:
    command = edited_command(desk, step, status.edited or step.run or "")
    if command is None:
        return
    desk.runner.edit(step.id, command, desk.reason("why the command is another one: "))
    statuses = desk.runner.state.statuses
    waiting = [need.step for need in step.needs if statuses[need.step].state not in DONE]
    if waiting:
        desk.refused(f"what was approved was another command; {', '.join(waiting)} is asked again first")
    else:
        execute(desk, step)


def _accept_drift(desk: Desk) -> None:
    desk.runner.accept_drift(desk.reason())


def _mark(desk: Desk, step: Step) -> None:
    desk.runner.mark_done(step.id, desk.reason())


def _ask_again(desk: Desk, step: Step) -> None:
    desk.runner.rewind(step.id, desk.reason())


def _check(desk: Desk, step: Step) -> None:
    """Run the verify of a step, as evidence for whoever decides."""
    if step.verify is None or step.verify.confirm is not None or desk.runner.state.rehearsal:
        return
    say(f"{INDENT}its verify, now:")
    try:
        checked = desk.do(step.id, lambda aids: desk.runner.check(step.id, **aids))
    except NotAllowed as error:
        desk.refused(str(error))
        return
    desk.lines.pause()
    told = "it holds" if checked.holds else f"it does not hold: {checked.message}"
    say(f"{INDENT}{told}", "green" if checked.holds else "red")


def _resolve(desk: Desk, step: Step, *, worked: bool) -> None:
    desk.runner.resolve_unknown(step.id, "worked" if worked else "failed", desk.reason())


def _again(desk: Desk, step: Step) -> None:
    because = "" if step.repeatable else desk.reason()
    desk.runner.resolve_unknown(step.id, "again", because)
    execute(desk, step)


def _pause_unknown() -> None:
    raise Left(PERSON_NEEDED)
