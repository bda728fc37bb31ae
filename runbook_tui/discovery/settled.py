"""What goes into the manifest in the end: whatever refers to what was left out is left out with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from runbook_tui.discovery.model import Candidate, Fact, Kind, Store
from runbook_tui.discovery.proposal import Proposal


@dataclass(frozen=True, slots=True)
class Settled:
    """A proposal, and which of its facts have a place in the manifest."""

    proposal: Proposal
    apis: frozenset[str]
    """Names, as found, of the APIs that are provided."""
    uses: frozenset[tuple[str, str]]
    """Service and data store, as found."""

    def facts(self, candidate: Candidate, kind: Kind) -> Iterator[Fact]:
        """The facts of a service that go into the manifest, sorted."""
        found = [fact for fact in candidate.facts if fact.kind is kind and self.has(fact)]
        yield from sorted(found, key=lambda fact: (fact.kind is Kind.DEPENDS_ON, fact.value))

    def has(self, fact: Fact) -> bool:
        """Whether a fact goes into the manifest."""
        return not self.why_not(fact)

    def why_not(self, fact: Fact) -> str:
        """Why a fact does not go into the manifest; empty when it does."""
        proposal = self.proposal
        if not proposal.is_accepted(fact):
            return "rejected"
        if not proposal.has_service(fact.service):
            return f"{proposal.name('service', fact.service)} is left out"
        if fact.kind is Kind.CONSUMES and fact.value not in self.apis:
            return f"nobody provides {proposal.name('api', fact.value)}"
        if fact.kind is Kind.DEPENDS_ON and not proposal.has_service(fact.value):
            return f"{proposal.name('service', fact.value)} is left out"
        if fact.kind is Kind.DATASTORE and f"store:{fact.value}" in proposal.refused:
            return f"{proposal.name('store', fact.value)} is left out"
        if fact.kind is Kind.MIGRATIONS:
            return self._why_not_migrations(fact)
        return ""

    def _why_not_migrations(self, fact: Fact) -> str:
        store = fact.field("datastore")
        if (fact.service, store) not in self.uses:
            return f"the service does not use {self.proposal.name('store', store)}"
        uses = (
            each
            for each in self.proposal.found.facts()
            if each.kind is Kind.DATASTORE and each.value == store
        )
        own = next((each for each in uses if each.service == fact.service), None)
        return (
            "the service only reads the data store"
            if own and self.proposal.text(own, "access") == "read"
            else ""
        )

    def stores(self) -> Iterator[Store]:
        """The data stores that a service of the manifest uses, by name."""
        used = {store for _, store in self.uses}
        yield from (store for store in self.proposal.found.stores if store.name in used)

    def owners(self) -> dict[str, list[str]]:
        """Data store to the services that claim to own it, as found."""
        claims: dict[str, list[str]] = {}
        for fact in self.proposal.found.facts():
            if (
                fact.kind is Kind.DATASTORE
                and self.has(fact)
                and self.proposal.text(fact, "access") == "owner"
            ):
                claims.setdefault(fact.value, []).append(fact.service)
        return claims


def settle(proposal: Proposal) -> Settled:
    """Work out what goes into the manifest."""
    first = Settled(proposal, frozenset(), frozenset())
    facts = list(proposal.found.facts())
    apis = frozenset(fact.value for fact in facts if fact.kind is Kind.PROVIDES and first.has(fact))
    uses = frozenset(
        (fact.service, fact.value) for fact in facts if fact.kind is Kind.DATASTORE and first.has(fact)
    )
    return Settled(proposal, apis, uses)
