"""Evidence on consumers of an API: does the code that will be running still name what changes?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from runbook_tui.contracts.model import Verdict
from runbook_tui.planning.context import Scope
from runbook_tui.planning.contract_order import narrowing
from runbook_tui.planning.usage import Evidence
from runbook_tui.planning.words import line, names, new, plural
from runbook_tui.release.model import ContractChange, ContractUse, ServiceChange
from runbook_tui.repositories.model import Hit

_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class ConsumerEvidence:
    """What is known of one consumer of a change that running consumers may not survive."""

    consumer: ServiceChange
    evidence: Evidence

    @property
    def outside(self) -> bool:
        """Whether the consumer stays as it is: no order helps it."""
        return not self.consumer.moves


def consumers(scope: Scope, contract: ContractChange) -> tuple[ConsumerEvidence, ...]:
    """Every consumer of a change that needs its consumers first or has to be split, by name."""
    if scope.verdict(contract) not in (Verdict.CONSUMER_FIRST, Verdict.SPLIT):
        return ()
    found = (scope.changes[name] for name in sorted(set(contract.consumers)) if name in scope.changes)
    return tuple(
        ConsumerEvidence(consumer, _evidence(scope, contract, consumer))
        for consumer in found
        if consumer.name != contract.provider
    )


def outside(scope: Scope, contract: ContractChange) -> tuple[ConsumerEvidence, ...]:
    """Those that are not in the release."""
    return tuple(one for one in consumers(scope, contract) if one.outside)


def _evidence(scope: Scope, contract: ContractChange, consumer: ServiceChange) -> Evidence:
    wanted = tuple(dict.fromkeys(name for change in narrowing(contract) for name in change.names))
    use = scope.contract_use(contract.api, consumer.name)
    who = new(consumer)
    if not wanted or use is None:
        return Evidence(consumer.name, f"{who}: nothing to search for; a person has to know.")
    at = f"at commit {consumer.target.sha[:12]}"
    named = names((line(name) for name in wanted), most=_MOST_NAMED)
    hits = sorted(_hits(use, wanted), key=lambda hit: (hit.path, hit.line, hit.text))
    if not hits:
        return Evidence(consumer.name, f"{who}: searched {at} for {named}, nothing found.")
    said = names((line(name) for name in wanted if name in use.after), most=_MOST_NAMED)
    return Evidence(
        consumer.name,
        f"{who}: {said} found {at}, {plural(len(hits), 'place')}.",
        tuple(line(f"{hit.path}:{hit.line}: {hit.text.strip()}", longest=200) for hit in hits[:20]),
        line(f"{hits[0].path}:{hits[0].line}"),
    )


def _hits(use: ContractUse, wanted: Iterable[str]) -> set[Hit]:
    return {hit for name in wanted for hit in use.after.get(name, ())}
