"""Approvals: who decided, how that is known, and exactly what it is about.

Who approves a change has to be somebody other than who executes it, unless the change is of the type ``standard``
(DORA RTS 2024/1774, article 17(1); SOC 2 CC8.1; ISO 27001 A.5.3). An approval is bound to the digest of what is
executed: it is void once a command is changed.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_tui.execution.errors import NotAllowed
from runbook_tui.execution.operators import operator_name, same_person
from runbook_tui.execution.session import reason
from runbook_tui.files.problems import RunbookError
from runbook_tui.files.yaml_source import read_bytes

if TYPE_CHECKING:
    from runbook_tui.execution.framing import Value
    from runbook_tui.execution.model import RunState
    from runbook_tui.execution.session import Session
    from runbook_tui.runbook.model import Step

_LONGEST_SIGNATURE = 16 * 1024
_NAMED = "name who did, or give the reason to break the glass"


def statement(state: RunState, step: Step, by: str) -> str:
    """The text that an approver signs: what is approved, where, by whom. It ends with a line break.

    Args:
        state: of the run, as anybody can read it.
        step: that asks for the approval.
        by: name of the approver.
    """
    asked = hashlib.sha256((step.approve or "").encode()).hexdigest()
    return (
        "runbook-tui approval 1\n"
        f"run: {state.run_id}\n"
        f"environment: {state.environment}\n"
        f"step: {step.id}\n"
        f"question: {asked}\n"
        f"runbook: {state.digest}\n"
        f"edits: {edits_digest(state)}\n"
        f"approver: {by}\n"
    )


def edits_digest(state: RunState) -> str:
    """What the commands that were changed in this run come to; ``none`` when the runbook is executed as it is."""
    edited = [f"{step_id}\0{status.edited}\0" for step_id, status in state.statuses.items() if status.edited]
    return hashlib.sha256("".join(edited).encode()).hexdigest() if edited else "none"


def approval(
    session: Session, step: Step, *, by: str | None, note: str, signature: Path | None, break_glass: str
) -> dict[str, Value]:
    """What the record says about an approval, when it counts.

    Args:
        session: of the run.
        step: that asks for it.
        by: who approves; the operator when None.
        note: where and how, when that is somebody else and nothing is signed.
        signature: file with an OpenSSH signature over :func:`statement`.
        break_glass: the reason to go on without an approval that the rules would accept.

    Raises:
        NotAllowed: it does not count; the text says what would.
        RunbookError: the signature is not good, or cannot be read.
    """
    name = operator_name(by if by is not None else session.operator)
    if any(same_person(name, other) for other in session.status(step.id).approved_by):
        raise NotAllowed(f"{name} approved {step.id} already; {step.approvals} different people are needed")
    values: dict[str, Value] = {
        "by": name,
        "note": note,
        "digest": session.state.digest,
        "edits": edits_digest(session.state),
    }
    if step.approvers:
        values["approvers"] = list(step.approvers)
    if name != session.operator:
        values["operator"] = session.operator
    if break_glass:
        told = reason(break_glass, "to break the glass")
        return {**values, "how": "break-glass", "break_glass": told}
    if signature is not None or _signers(session) is not None:
        return {**values, **_signed(session, step, name, signature)}
    _require_another(session, step, name)
    if name != session.operator and not note:
        raise NotAllowed(f"{name} is said to have approved {step.id}; say in a note where and how")
    if step.approvers and name not in step.approvers and not note:
        names = ", ".join(step.approvers)
        raise NotAllowed(f"{step.id} is approved by {names}; say in a note why {name} did")
    return {**values, "how": "operator" if name == session.operator else "told"}


def _require_another(session: Session, step: Step, name: str) -> None:
    if not session.runbook.separate_approvers or not same_person(name, session.operator):
        return
    names = f" ({', '.join(step.approvers)})" if step.approvers else ""
    raise NotAllowed(
        f"{step.id} is approved by somebody other than {name}, who executes the run{names}; {_NAMED}; a change of the "
        "type standard, or approval: {separate: false}, needs no second person"
    )


def _signers(session: Session) -> Path | None:
    policy = session.runbook.approval
    return session.base / policy.signers if policy is not None and policy.signers is not None else None


def _signed(session: Session, step: Step, name: str, signature: Path | None) -> dict[str, Value]:
    signers = _signers(session)
    if signers is None:
        raise NotAllowed(
            "the runbook names no allowed_signers to check a signature against: approval: {signers: FILE}"
        )
    if signature is None:
        raise NotAllowed(
            f"{step.id} needs a signed approval: `runbook approve {session.folder} {step.id} --as NAME --key KEY`, "
            "by who approves; then give the file with the signature"
        )
    _require_another(session, step, name)
    from runbook_tui.execution.signing import check

    text = statement(session.state, step, name)
    armored = _read(signature)
    signed = check(signers, name, text.encode(), armored)
    return {
        "how": "signed",
        "principal": signed.principal,
        "fingerprint": signed.fingerprint,
        "statement": text,
        "signature": armored,
    }


def _read(path: Path) -> str:
    data = read_bytes(path, str(path))
    if len(data) > _LONGEST_SIGNATURE:
        raise RunbookError(f"{path}: larger than any signature")
    return data.decode("ascii", "replace")
