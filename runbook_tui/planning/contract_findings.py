"""What a reviewer of the plan must see of its changed APIs and events."""

from __future__ import annotations

from collections.abc import Iterator

from runbook_tui.planning.context import Scope
from runbook_tui.planning.contract_order import decisive, place
from runbook_tui.planning.contract_usage import ConsumerEvidence, consumers
from runbook_tui.planning.model import PlanFinding, warning
from runbook_tui.planning.rules.contracts import CONSUMER_FIRST, PROVIDER_FIRST
from runbook_tui.planning.words import line, new, old, plural
from runbook_tui.release.model import BrokenPromise, ContractChange

ORDER_NOT_KNOWN = "order-not-known"
"""A contract that could not be read: it is not known whether it orders the services that it concerns."""


def contract_findings(scope: Scope) -> Iterator[PlanFinding]:
    """What is said of the definitions of every service that moves."""
    for contract in scope.contract_changes:
        yield from _unread(scope, contract)
        for promise in contract.broken_promises:
            yield _broken(scope, contract, promise)
        if CONSUMER_FIRST not in scope.off:
            for one in consumers(scope, contract):
                yield from _outside(scope, contract, one) if one.outside else _inside(scope, contract, one)
    yield from _unused_answers(scope)


def concerned(scope: Scope, contract: ContractChange) -> list[str]:
    """The services of the release whose order a contract decides: its provider and the consumers that move."""
    moving = [
        name
        for name in sorted(set(contract.consumers))
        if name in scope.changes and scope.changes[name].moves
    ]
    return [contract.provider, *(name for name in moving if name != contract.provider)]


def unknown(scope: Scope, contract: ContractChange) -> bool:
    """Whether a contract leaves the order of services unknown."""
    if {PROVIDER_FIRST, CONSUMER_FIRST} <= scope.off:
        return False
    return scope.verdict(contract) is None and len(concerned(scope, contract)) > 1


def _unread(scope: Scope, contract: ContractChange) -> Iterator[PlanFinding]:
    faults = contract.diff.faults if contract.diff is not None else ()
    provider = scope.changes[contract.provider]
    for fault in faults:
        version = old(provider) if fault.version == "old" else new(provider)
        text = f"{line(contract.api)} of {version} could not be compared: {line(fault.what)}"
        at = ":".join(str(part) for part in (fault.path, fault.line, fault.column) if part)
        remedy = "; ".join(
            part for part in (f"expected {fault.expected}" if fault.expected else "", fault.remedy) if part
        )
        yield warning(
            "contract-unread",
            text,
            line(at),
            line(remedy, otherwise=" ").strip(),
            scope.deploy(provider.name),
        )
    if unknown(scope, contract):
        for name in concerned(scope, contract):
            others = [other for other in concerned(scope, contract) if other != name]
            text = (
                f"order not known: whether {new(scope.changes[name])} goes before or after {', '.join(others)}, "
                f"because of {line(contract.api)}"
            )
            remedy = f"answer contract:{line(contract.api)}"
            yield warning(ORDER_NOT_KNOWN, text, line(contract.path), remedy, scope.deploy(name))


def _broken(scope: Scope, contract: ContractChange, promise: BrokenPromise) -> PlanFinding:
    provider = scope.changes[contract.provider]
    against = (
        "what runs now"
        if promise.running
        else f"commit {promise.version[:12]}, whose messages may still be kept"
    )
    text = (
        f"{line(contract.api)} promises {contract.compatibility}, and {new(provider)} {line(promise.change.text)}, "
        f"against {against}"
    )
    remedy = "publish it under a new subject or topic, or make it in two steps"
    return PlanFinding(
        "broken-promise", "error", text, line(place(promise.change)), remedy, scope.deploy(provider.name)
    )


def _outside(scope: Scope, contract: ContractChange, one: ConsumerEvidence) -> Iterator[PlanFinding]:
    provider = scope.changes[contract.provider]
    step, api = scope.deploy(provider.name), line(contract.api)
    text = (
        f"{new(provider)} changes {api} for consumers that moved first, and {one.shown} is not in the release. "
        f"{_told(one)}"
    )
    remedy = f"release {one.service} first, or take {api} out of its consumes if it no longer uses it"
    certain = one.evidence.still_used or contract.kind == "removed"
    yield PlanFinding(
        "consumer-not-in-release",
        "error" if certain else "warning",
        text,
        one.evidence.source or line(decisive(contract)),
        remedy,
        step,
    )


def _inside(scope: Scope, contract: ContractChange, one: ConsumerEvidence) -> Iterator[PlanFinding]:
    if one.evidence.still_used:
        provider = scope.changes[contract.provider]
        text = f"{one.shown} still names what {new(provider)} changes in {line(contract.api)}. {_told(one)}"
        remedy = f"look at {plural(len(one.evidence.hits), 'place')}: {one.service} must not need it any more"
        yield warning("still-used", text, one.evidence.source, remedy, scope.deploy(provider.name))


def _told(one: ConsumerEvidence) -> str:
    """What was found, without a full stop at the end."""
    said = one.evidence.text.rstrip(".")
    return f"{said}: {'; '.join(one.evidence.hits[:3])}" if one.evidence.hits else said


def _unused_answers(scope: Scope) -> Iterator[PlanFinding]:
    """A verdict belongs to one change; left in the file it would be taken for the next change of that API."""
    changed = {change.api for change in scope.contract_changes}
    for change in scope.moving:
        for api in sorted({item.api for item in change.service.provides} - changed):
            answer = scope.release.answers.contracts.get(api)
            if answer is not None:
                text = (
                    f"{api} does not change in this release, and {line(answer.by)} answers that it does, "
                    f"{answer.verdict}: {line(answer.because)}"
                )
                remedy = f"take contract:{api} out of the answers before {api} changes again"
                yield warning("unused-answer", text, remedy=remedy)
