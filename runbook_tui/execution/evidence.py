"""What people vouch for in a record: signatures over its head, and approvals of its steps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from runbook_tui.execution import signing
from runbook_tui.execution.errors import RecordError
from runbook_tui.execution.findings import Finding
from runbook_tui.execution.framing import Checkpoint
from runbook_tui.execution.record import RecordView
from runbook_tui.execution.signatures import FILE, HeadSignature, read_signatures, stands_for
from runbook_tui.execution.signing import SignatureRefused, SigningUnavailable
from runbook_tui.runbook.model import Runbook

SIGNATURE, APPROVALS = "signature", "approvals"


def head_signatures(folder: Path, view: RecordView, signers: Path | None) -> Iterator[Finding]:
    """Who signed the record up to where, one finding a signature."""
    try:
        found, pure = read_signatures(folder)
    except RecordError as error:
        yield Finding(SIGNATURE, None, str(error))
        return
    if not pure:
        yield Finding(SIGNATURE, False, f"{FILE} holds something that is no signature of a record")
    for signature in found:
        yield _judged(signature, view, signers)
    if not found and pure:
        yield Finding(SIGNATURE, None, "nobody signed it; `runbook record sign` does")


def _judged(signature: HeadSignature, view: RecordView, signers: Path | None) -> Finding:
    wrong = stands_for(signature, view.checkpoints)
    if wrong:
        return Finding(SIGNATURE, False, f"the signature of {signature.signer} does not fit: {wrong}")
    later = view.checkpoints[-1].seq - signature.seq
    covered = f"checkpoint {signature.seq}, the last one" if not later else f"checkpoint {signature.seq}"
    rest = f"; the {later} checkpoints after it are not signed" if later else ""
    if signers is None:
        told = f"{signature.signer} signed {covered}{rest}; whether the key is theirs is known with --signers FILE"
        return Finding(SIGNATURE, None, told)
    try:
        signed = signing.check(
            signers, signature.signer, signature.text.encode(), signature.armor, at=signature.at
        )
    except SigningUnavailable as error:
        return Finding(SIGNATURE, None, str(error))
    except SignatureRefused as error:
        return Finding(
            SIGNATURE, False, f"the signature of checkpoint {signature.seq} does not count: {error}"
        )
    return Finding(
        SIGNATURE,
        True,
        f"{signed.principal} signed {covered} at {signature.at} with {signed.fingerprint}{rest}",
    )


def approvals(view: RecordView, runbook: Runbook | None, signers: Path | None) -> Iterator[Finding]:
    """Who approved which step, and how that is known, one finding an approval.

    Args:
        view: the record.
        runbook: the frozen one; None when it cannot be read.
        signers: the ``allowed_signers`` file to check against.
    """
    first = view.checkpoints[0]
    for checkpoint in view.checkpoints:
        if checkpoint.kind == "step-approved":
            yield _approval(checkpoint, first, runbook, signers)


def _approval(
    checkpoint: Checkpoint, first: Checkpoint, runbook: Runbook | None, signers: Path | None
) -> Finding:
    values = checkpoint.values
    step, by, how = (str(values.get(key, "")) for key in ("step", "by", "how"))
    what = f"the approval of {step} by {by}"
    if values.get("digest") not in {None, first.values.get("digest")}:
        return Finding(APPROVALS, False, f"{what} is of another runbook than the one that was executed")
    if how == "break-glass":
        return Finding(APPROVALS, None, f"{step} went on without an approval: {values.get('break_glass')}")
    alone = how == "operator" or (how == "signed" and "operator" not in values)
    if runbook is not None and runbook.separate_approvers and alone:
        return Finding(
            APPROVALS, False, f"{what} is by the one who executed the run, which the runbook does not allow"
        )
    if how == "signed":
        return _signed_approval(checkpoint, first, what, signers)
    if runbook is not None and runbook.approval is not None and runbook.approval.signers is not None:
        return Finding(APPROVALS, False, f"{what} is not signed, and the runbook asks for signatures")
    return Finding(APPROVALS, None, f"{what} is what the operator said; nothing is signed")


def _signed_approval(checkpoint: Checkpoint, first: Checkpoint, what: str, signers: Path | None) -> Finding:
    values = checkpoint.values
    text, armor = str(values.get("statement", "")), str(values.get("signature", ""))
    said = dict(line.partition(": ")[::2] for line in text.splitlines())
    expected = {
        "runbook": (first.values.get("digest"), "another runbook than the one that was executed"),
        "run": (first.values.get("run"), "another run"),
        "step": (values.get("step"), "another step"),
        "approver": (values.get("by"), "somebody else"),
    }
    for key, (value, instead) in expected.items():
        if said.get(key) != value:
            return Finding(
                APPROVALS, False, f"{what} is signed for {instead}: {key} {said.get(key, 'is missing')}"
            )
    if signers is None:
        return Finding(
            APPROVALS, None, f"{what} is signed; whether the key is theirs is known with --signers FILE"
        )
    try:
        signed = signing.check(
            signers, str(values.get("principal", values.get("by"))), text.encode(), armor, at=checkpoint.at
        )
    except SigningUnavailable as error:
        return Finding(APPROVALS, None, str(error))
    except SignatureRefused as error:
        return Finding(APPROVALS, False, f"{what} does not count: {error}")
    return Finding(APPROVALS, True, f"{what} is signed with {signed.fingerprint}")
