"""Changing the course of a run: another command for a step, going back to a step, handing over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from runbook_tui.execution.errors import NotAllowed
from runbook_tui.execution.model import Phase, Rewind, State, StepStatus
from runbook_tui.execution.operators import operator_name
from runbook_tui.execution.session import reason
from runbook_tui.runbook.digest import digest
from runbook_tui.runbook.graph import dependents, prerequisites
from runbook_tui.runbook.model import Kind

if TYPE_CHECKING:
    from runbook_tui.execution.session import Session
    from runbook_tui.runbook.model import Step

_LONGEST_COMMAND = 16_000
"""Characters. The worst of them take six bytes in a checkpoint, and more than one text is in it."""
_EDITABLE = (State.PENDING, State.BLOCKED, State.FAILED, State.ROLLED_BACK)
_IDS_A_CHECKPOINT, _SENTENCES_A_CHECKPOINT = 200, 50
_LOOKING = frozenset({Kind.PREFLIGHT, Kind.VERIFY})
_UNTOUCHED = frozenset({State.PENDING, State.BLOCKED})


def edit(session: Session, step_id: str, command: str, why: str) -> StepStatus:
    """Execute another command for a step, in this run only. Approvals before it are void, and asked for again.

    Raises:
        NotAllowed: the step has no command, was done, runs, or there is no reason.
    """
    with session.lock:
        step = session.step(step_id)
        if session.state.rehearsal or step.run is None:
            what = "nothing is executed in a rehearsal" if session.state.rehearsal else "it has no command"
            raise NotAllowed(f"the command of {step_id} cannot be changed: {what}")
        status = session.require(step, "changed", *_EDITABLE)
        if status.phase in {Phase.ROLLBACK, Phase.ROLLBACK_VERIFY}:
            raise NotAllowed(f"the rollback of {step_id} failed; what its action was is not run again")
        command = command.strip("\n")
        _require_command(step, command)
        voids = tuple(
            other for other in prerequisites(session.runbook.steps, step_id) if _approved(session, other)
        )
        return session.told(
            "step-edited",
            step,
            {
                "command": command,
                "script": digest(command.encode()),
                "reason": reason(why, "to change a command"),
                "voids": voids[:200],
            },
        )


def rewind_consequences(session: Session, step_id: str) -> Rewind:
    """What going back to a step resets: itself and all that depends on it and was begun.

    Raises:
        NotAllowed: there is no such step, or the run is finished.
    """
    session.step(step_id)
    below = set(dependents(session.runbook.steps, step_id))
    steps, unsafe, voids = [], [], []
    for step in session.runbook.steps:
        status = session.status(step.id)
        begun = status.state not in _UNTOUCHED and not (
            status.state is State.WAITING and status.phase is Phase.ACTION
        )
        if step.id != step_id and not (step.id in below and begun):
            continue
        steps.append(step.id)
        if step.approve is not None and status.state is State.SUCCEEDED:
            voids.append(step.id)
        elif status.attempts and _has_effect(step):
            unsafe.append(step.id)
    return Rewind(tuple(steps), tuple(unsafe), tuple(voids))


def rewind(session: Session, step_id: str, why: str) -> Rewind:
    """Go back to a step. What was done stays done in the world; the record says that it is to be done again.

    Raises:
        NotAllowed: something that would be reset runs, nothing was begun, or there is no reason.
    """
    with session.lock:
        step = session.step(step_id)
        found = rewind_consequences(session, step_id)
        busy = [i for i in found.steps if i in session.active or session.status(i).state is State.RUNNING]
        if busy:
            raise NotAllowed(f"{', '.join(busy)} is running; wait for it or stop it, then go back")
        if session.status(step_id).state in {*_UNTOUCHED, State.WAITING} and len(found.steps) == 1:
            raise NotAllowed(f"{step_id} was not begun; there is nothing to go back over")
        told = reason(why, "to go back")
        # What depends on others is reset first: a run that is killed in between has no done step before a reset one.
        for part in reversed(list(_parts(found.steps, _IDS_A_CHECKPOINT))):
            unsafe = [other for other in part if other in found.unsafe]
            session.told("rewound", step, {"reason": told, "steps": part, "unsafe": unsafe})
        return found


def hand_over(session: Session, to: str, note: str) -> None:
    """Record who goes on; the run is then left to them.

    Raises:
        NotAllowed: a note that is too long.
        RunbookError: the name cannot be recorded.
    """
    with session.lock:
        if session.state.finished is not None:
            raise NotAllowed(f"the run is finished ({session.state.finished}); there is nothing to hand over")
        values = {"by": session.operator, "to": operator_name(to), "note": reason(note, "")}
        session.append("handed-over", values)


def accept_drift(session: Session, why: str) -> tuple[str, ...]:
    """Go on though something moved: all that is seen now is accepted.

    Returns:
        What was accepted, in sentences.

    Raises:
        NotAllowed: nothing moved, or there is no reason.
    """
    found = session.drift(None)
    if not found:
        raise NotAllowed("nothing moved since the run began")
    with session.lock:
        told = reason(why, "to go on though something moved")
        for part in _parts(found, _SENTENCES_A_CHECKPOINT):
            session.append("drift-accepted", {"by": session.operator, "reason": told, "drift": part})
    return found


def _parts(texts: tuple[str, ...], most: int) -> Iterator[tuple[str, ...]]:
    return (texts[start : start + most] for start in range(0, len(texts), most))


def _require_command(step: Step, command: str) -> None:
    if not command.strip():
        raise NotAllowed(f"the command of {step.id} is empty; skip the step to leave it out")
    if len(command) > _LONGEST_COMMAND:
        raise NotAllowed(f"a command of {len(command)} characters; put it into a file, and run that")
    if any(not (character.isprintable() or character in "\n\t") for character in command):
        raise NotAllowed("the command has characters that nobody can see; write it without them")
    if command == step.run:
        raise NotAllowed(f"that is the command that {step.id} has; retry it")


def _has_effect(step: Step) -> bool:
    """Whether doing a step twice may not be the same as doing it once: what only looks can be done again."""
    if step.repeatable or step.manual or step.action in {"", "wait", "sql"} or step.kind in _LOOKING:
        return False
    return step.http is None or step.http.method not in {"GET", "HEAD"}


def _approved(session: Session, step_id: str) -> bool:
    step = session.steps[step_id]
    return step.approve is not None and session.status(step_id).state is State.SUCCEEDED
