"""Approvals in line mode: by the operator where that is allowed, told by somebody else, or signed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from runbook_tui.cli.output import say
from runbook_tui.cli.plain_desk import PERSON_NEEDED, Desk, Left
from runbook_tui.cli.prompts import INDENT
from runbook_tui.execution.errors import NotAllowed, RecordFailed
from runbook_tui.execution.model import State, StepStatus
from runbook_tui.execution.signing import SignatureRefused
from runbook_tui.files.problems import RunbookError

if TYPE_CHECKING:
    from runbook_tui.cli.decisions import Approval, Decision
    from runbook_tui.runbook.model import Step

_TOLD = "somebody else approved, and told me"
_SIGNED = "somebody else approved, and signed it"
_BROKEN = "approve without a second person (break glass)"
_BACK = "back"


def approve_now(desk: Desk, step: Step) -> None:
    """Take the approval of a gate from whoever sits there, in their own name or in that of somebody else.

    Raises:
        NotAllowed: it does not count; the text says why.
    """
    runner = desk.runner
    done = runner.state.statuses[step.id].approved_by
    if done:
        say(f"{INDENT}approved by {', '.join(done)} so far; {step.approvals} different people are needed")
    if runner.state.rehearsal or _may_approve(desk, step):
        _tell(desk, step, _approve(desk, step))
        return
    signers = _signers(desk)
    if step.approvers:
        say(f"{INDENT}approvers: {', '.join(step.approvers)}; you are {runner.operator}")
    else:
        say(f"{INDENT}somebody other than {runner.operator}, who executes, has to approve it")
    chosen = desk.choose([_SIGNED if signers else _TOLD, _BROKEN, _BACK])
    if chosen == _BACK:
        return
    if chosen == _BROKEN:
        _tell(desk, step, _approve(desk, step, break_glass=desk.reason("why it cannot wait: ")))
        return
    by = desk.reason("who approved it: ")
    if signers:
        say(f"{INDENT}they sign it with: runbook approve {runner.folder} {step.id} --as {by} --key KEY")
        signature = Path(desk.reason("file of the signature: ")).expanduser()
        _tell(desk, step, _approve(desk, step, by=by, signature=signature))
    else:
        _tell(desk, step, _approve(desk, step, by=by, note=desk.reason("where, or how you know: ")))


def approve_beforehand(desk: Desk, step: Step, decision: Decision) -> None:
    """Take the approvals of a gate from a file of decisions.

    Raises:
        Left: they do not count, or there are fewer than needed.
    """
    status = desk.runner.state.statuses[step.id]
    try:
        for approval in (decision, *decision.also):
            if approval.by not in status.approved_by and status.state is State.WAITING:
                status = _approve_as(desk, step, approval)
    except RecordFailed:
        raise
    except RunbookError as error:
        desk.refused(str(error))
        raise Left(PERSON_NEEDED) from None
    _tell(desk, step, status)
    if status.state is State.WAITING and len(status.approved_by) < step.approvals:
        desk.refused(f"{step.approvals} different people have to approve {step.id}; add them under also:")
        raise Left(PERSON_NEEDED)


def _approve_as(desk: Desk, step: Step, approval: Approval) -> StepStatus:
    """Take one approval; break the glass only when it does not count otherwise."""
    try:
        return _approve(desk, step, by=approval.by, note=approval.because, signature=approval.signature)
    except (NotAllowed, SignatureRefused) as error:
        if not desk.wishes.break_glass:
            raise
        say(f"{INDENT}{error}", "yellow")
        say(f"{INDENT}approved all the same: {desk.wishes.break_glass}", "red")
    return _approve(desk, step, by=approval.by, note=approval.because, break_glass=desk.wishes.break_glass)


def _approve(
    desk: Desk,
    step: Step,
    *,
    by: str | None = None,
    note: str = "",
    signature: Path | None = None,
    break_glass: str = "",
) -> StepStatus:
    runner = desk.runner
    return desk.do(
        step.id,
        lambda aids: runner.approve(
            step.id, by=by, note=note, signature=signature, break_glass=break_glass, **aids
        ),
    )


def _may_approve(desk: Desk, step: Step) -> bool:
    """Whether the operator's own word is enough."""
    runner = desk.runner
    listed = not step.approvers or runner.operator in step.approvers
    return listed and not runner.runbook.separate_approvers and not _signers(desk)


def _signers(desk: Desk) -> str | None:
    policy = desk.runner.runbook.approval
    return policy.signers if policy is not None else None


def _tell(desk: Desk, step: Step, status: StepStatus) -> None:
    desk.lines.tell(step.id, status)
