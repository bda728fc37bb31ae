"""What people do, decide and see in line mode: gates, manual steps, verifications, instruction mode."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

from runbook_tui.cli.output import say
from runbook_tui.cli.plain_approvals import approve_beforehand, approve_now
from runbook_tui.cli.plain_desk import FAILED, PERSON_NEEDED, Desk, Left
from runbook_tui.cli.plain_verbs import choose_verb, common_verbs, pause, skip
from runbook_tui.cli.prompts import INDENT
from runbook_tui.execution.model import ROLLING_BACK, Phase, State

if TYPE_CHECKING:
    from runbook_tui.cli.decisions import Decision
    from runbook_tui.execution.model import StepStatus
    from runbook_tui.runbook.model import Step


def see_to(desk: Desk, step: Step) -> None:
    """Let a person do their part of a step that waits for one.

    Raises:
        Left: nobody is there, or the operator leaves.
    """
    desk.lines.show(step)
    status = desk.runner.state.statuses[step.id]
    if status.state is State.WAITING and status.phase in {Phase.VERIFY, Phase.ROLLBACK_VERIFY}:
        _see(desk, step, status)
    else:
        _decide(desk, step)


def needs_person(desk: Desk, text: str) -> Left:
    """What ends a run without a terminal where only a person can go on."""
    desk.refused(f"{text}; give --decisions or run in a terminal")
    return Left(PERSON_NEEDED)


def _decide(desk: Desk, step: Step) -> None:
    decision = desk.decision(step)
    if decision is not None:
        _decided(desk, step, decision)
    elif desk.wishes.break_glass and step.approve is not None:
        say(f"{INDENT}approved without a second person: {desk.wishes.break_glass}", "red")
        accept(desk, step, break_glass=desk.wishes.break_glass)
    elif not desk.asks:
        raise needs_person(desk, f"a person is needed for {step.id}")
    else:
        gate = step.approve is not None
        verbs = {
            "approve" if gate else "done": (lambda: approve_now(desk, step) if gate else _done(desk, step)),
            "skip": (lambda: skip(desk, step)),
            "decline" if gate else "fail": (lambda: _refuse(desk, step, desk.reason())),
        }
        choose_verb(desk, {**verbs, **common_verbs(desk, step), "pause": pause})


def _decided(desk: Desk, step: Step, decision: Decision) -> None:
    say(f"{INDENT}{decision.decision} ({decision.told})")
    if decision.decision == "skip":
        desk.runner.skip(step.id, decision.told)
    elif decision.decision == "decline":
        _refuse(desk, step, decision.told)
    elif step.approve is not None:
        approve_beforehand(desk, step, decision)
    else:
        accept(desk, step, decision.told)


def accept(desk: Desk, step: Step, note: str = "", *, result: str = "", break_glass: str = "") -> None:
    """A step is done, or a gate approved by the operator; its verify follows."""
    runner = desk.runner
    if step.approve is not None:
        status = desk.do(
            step.id, lambda aids: runner.approve(step.id, note=note, break_glass=break_glass, **aids)
        )
    else:
        status = desk.do(step.id, lambda aids: runner.confirm(step.id, note=note, result=result, **aids))
    desk.lines.tell(step.id, status)


def _done(desk: Desk, step: Step) -> None:
    accept(desk, step, result=_result(desk))


def _result(desk: Desk) -> str:
    """What the operator saw, in instruction mode: the evidence that a command's output is otherwise."""
    return desk.pasted("paste what was printed") if desk.runner.state.instructions else ""


def _refuse(desk: Desk, step: Step, reason: str) -> None:
    status = desk.runner.state.statuses[step.id]
    if step.approve is not None or status.state is State.WAITING:
        desk.runner.decline(step.id, reason)
    else:
        desk.runner.fail(step.id, reason)
    say(f"{INDENT}stopped", "red")
    if not desk.asks:
        raise Left(FAILED)


def _see(desk: Desk, step: Step, status: StepStatus) -> None:
    """What a step, or its undoing, did is seen by a person: it worked, or it did not."""
    check = step.verify
    if status.phase in ROLLING_BACK:
        check = step.rollback.verify if step.rollback is not None else None
    if check is not None and check.confirm is not None:
        say(indent(check.confirm, INDENT))
    decision = desk.decision(step)
    if decision is not None and decision.decision in {"approve", "confirm", "decline"}:
        say(f"{INDENT}{decision.decision} ({decision.told})")
        _seen(desk, step, decision.told, worked=decision.decision != "decline")
        return
    if not desk.asks:
        raise needs_person(desk, f"a person has to see whether {step.id} worked")
    verbs = {
        "it worked": (lambda: _seen(desk, step, "", worked=True, result=_result(desk))),
        "it did not": (lambda: _seen(desk, step, desk.reason(), worked=False)),
    }
    choose_verb(desk, {**verbs, **common_verbs(desk, step), "pause": pause})


def _seen(desk: Desk, step: Step, note: str, *, worked: bool, result: str = "") -> None:
    runner = desk.runner
    if worked:
        status = desk.do(step.id, lambda aids: runner.confirm(step.id, note=note, result=result, **aids))
    else:
        status = runner.decline(step.id, note)
    desk.lines.tell(step.id, status)
    if not worked and not desk.asks:
        raise Left(FAILED)
