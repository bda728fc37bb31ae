"""Evidence on consumers of an API: does the code that will be running still name what changes?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from runbook_tui.contracts.model import Action, Change, Verdict
from runbook_tui.planning.context import Scope
from runbook_tui.planning.contract_order import gone, narrowing
from runbook_tui.planning.usage import Evidence
from runbook_tui.planning.words import line, names, new, plural
from runbook_tui.release.model import ContractChange, ContractUse, ServiceChange

_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class ConsumerEvidence:
    """What is known of one consumer of a change that running consumers may not survive."""

    service: str
    shown: str
    """With the version that will be running, where it has one."""
    outside: bool
    """Whether the consumer stays as it is: no order helps it."""
    evidence: Evidence


def consumers(scope: Scope, contract: ContractChange) -> tuple[ConsumerEvidence, ...]:
    """Every consumer of a change that needs its consumers first or has to be split, by name."""
    if scope.verdict(contract) not in (Verdict.CONSUMER_FIRST, Verdict.SPLIT):
        return ()
    found = sorted(set(contract.consumers) - {contract.provider})
    return tuple(_consumer(scope, contract, name) for name in found)


def outside(scope: Scope, contract: ContractChange) -> tuple[ConsumerEvidence, ...]:
    """Those that are not in the release."""
    return tuple(one for one in consumers(scope, contract) if one.outside)


def _consumer(scope: Scope, contract: ContractChange, name: str) -> ConsumerEvidence:
    consumer = scope.changes.get(name)
    if consumer is None:
        text = f"{name}: only the catalog knows of it, so its code was not searched; a person has to know."
        return ConsumerEvidence(name, name, True, Evidence(name, text))
    return ConsumerEvidence(name, new(consumer), not consumer.moves, _evidence(scope, contract, consumer))


def _evidence(scope: Scope, contract: ContractChange, consumer: ServiceChange) -> Evidence:
    use = scope.contract_use(contract.api, consumer.name)
    goes = _names(gone(contract))
    comes = _names(one for one in narrowing(contract) if one.action is Action.ADD)
    if use is None or not (goes or comes):
        return Evidence(consumer.name, f"{new(consumer)}: nothing to search for; a person has to know.")
    where = f"{new(consumer)} at commit {consumer.target.sha[:12]}"
    if goes:
        return _still_named(use, goes, where)
    known = [name for name in comes if name in use.after]
    if not known:
        return Evidence(consumer.name, f"{where} does not name {_listed(comes)}: does it bear that?")
    hit = use.after[known[0]][0]
    return Evidence(
        consumer.name, f"{where} names {_listed(known)} ({line(f'{hit.path}:{hit.line}')}): it seems to know."
    )


def _still_named(use: ContractUse, goes: tuple[str, ...], where: str) -> Evidence:
    found = {hit for name in goes for hit in use.after.get(name, ())}
    hits = sorted(found, key=lambda hit: (hit.path, hit.line, hit.text))
    if not hits:
        more = " any more" if any(name in use.before for name in goes) else ""
        return Evidence(use.service, f"{where} does not name {_listed(goes)}{more}.")
    said = _listed([name for name in goes if name in use.after])
    return Evidence(
        use.service,
        f"{where} names {said} in {plural(len(hits), 'place')}.",
        tuple(line(f"{hit.path}:{hit.line}: {hit.text.strip()}", longest=200) for hit in hits[:20]),
        line(f"{hits[0].path}:{hits[0].line}"),
    )


def _names(changes: Iterable[Change]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for change in changes for name in change.names))


def _listed(found: Iterable[str]) -> str:
    return names((line(name) for name in found), most=_MOST_NAMED)
