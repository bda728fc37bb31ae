"""Decisions that a changed API waits for, and what its deploy says of it."""

from __future__ import annotations

from collections.abc import Iterator

from runbook_tui.contracts.model import Direction
from runbook_tui.contracts.wording import fault_text
from runbook_tui.planning import contract_usage
from runbook_tui.planning.context import Scope
from runbook_tui.planning.contract_findings import concerned, unknown
from runbook_tui.planning.contract_order import narrowing, place
from runbook_tui.planning.rules.contracts import CONSUMER_FIRST
from runbook_tui.planning.steps.drafting import DECISION, Drafting, pager
from runbook_tui.planning.words import bullets, line, names, new, paragraphs
from runbook_tui.release.model import ContractChange, ServiceChange
from runbook_tui.runbook.model import Kind, Risk, Step, StepPhase

_MOST_CHANGES = 8


def gates(drafting: Drafting) -> Iterator[Step]:
    """A decision for each changed API that may break a consumer outside the release."""
    scope = drafting.scope
    if CONSUMER_FIRST in scope.off:
        return
    for contract in scope.contract_changes:
        found = contract_usage.outside(scope, contract)
        if not found:
            continue
        provider, api = scope.changes[contract.provider], line(contract.api)
        blocked = [one.service for one in found if one.evidence.still_used]
        outside = names(one.service for one in found)
        question = (
            f"Do not approve: what {new(provider)} changes in {api} is still used by {names(blocked)}."
            if blocked
            else f"May {new(provider)} be deployed? {api} is also consumed by {outside}, outside of this release."
        )
        evidence = (f"{one.evidence.text}\n{bullets(one.evidence.hits)}".strip() for one in found)
        yield Step(
            id=scope.ids.contract_gate(contract.api),
            title=f"Decide whether the change of {api} is safe for {outside}",
            kind=Kind.GATE,
            phase=StepPhase.DEPLOY,
            service=provider.name,
            approve=paragraphs(question, bullets(changes(contract)), *evidence),
            owner=line(provider.service.owner),
            pager=pager(scope, provider),
            approvers=tuple(scope.release.manifest.approvers),
            risk=Risk.HIGH if blocked else Risk.MEDIUM,
            estimate=DECISION,
        )


def told(scope: Scope, change: ServiceChange) -> Iterator[str]:
    """Paragraphs for the deploy of a service: what it changes in its APIs, who was searched, what is not known."""
    for contract in scope.contracts_of(change.name):
        if unknown(scope, contract) and change.name in concerned(scope, contract):
            faults = contract.diff.faults if contract.diff is not None else ()
            yield (
                f"Order not known: {line(contract.api)} could not be compared, so nobody knows who goes first."
                + ("\n" + bullets([fault_text(fault) for fault in faults], most=5) if faults else "")
            )
        if contract.provider != change.name:
            continue
        if changes(contract):
            yield f"It changes {line(contract.api)}:\n{bullets(changes(contract), most=_MOST_CHANGES)}"
        if any(one.direction is Direction.EVENT for one in narrowing(contract)):
            yield (
                f"What it sends from now on is kept with the messages of {line(contract.api)}: consumers cannot go "
                "back to a version that does not understand it."
            )
        searched = [
            f"{one.evidence.text}\n{bullets(one.evidence.hits, most=5)}".strip()
            for one in contract_usage.consumers(scope, contract)
            if not one.outside
        ]
        yield from searched


def changes(contract: ContractChange) -> list[str]:
    """What differs and orders something, a line each, with its place."""
    found = contract.diff.changes if contract.diff is not None else ()
    return [line(f"{change.text} ({place(change)})") for change in found]
