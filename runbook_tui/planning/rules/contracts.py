"""A changed API or event definition: whoever has to understand more moves first."""

from __future__ import annotations

from collections.abc import Iterator

from runbook_tui.contracts.model import Verdict
from runbook_tui.planning import contract_usage
from runbook_tui.planning.context import Context
from runbook_tui.planning.contract_order import decisive
from runbook_tui.planning.model import Constraint
from runbook_tui.planning.rules.evidence import constraint
from runbook_tui.planning.words import line, names

PROVIDER_FIRST = "provider-first"
CONSUMER_FIRST = "consumer-first"


def provider_first(context: Context) -> Iterator[Constraint]:
    """The provider of an API is deployed before its consumers when the change widens what they may ask for.

    The same holds where it narrows what is answered: new consumers may rely on either. As long as nothing shows that a
    consumer does, this yields to a constraint that says the opposite.
    """
    yield from _derived(context, Verdict.PROVIDER_FIRST)


def consumer_first(context: Context) -> Iterator[Constraint]:
    """The consumers of an API are deployed before its provider when the change takes away what they may ask for.

    The same holds where it widens what is answered or sent: the last caller has to be gone, and every reader has to
    understand more, before the provider changes. A consumer that is not in the release is a finding.
    """
    yield from _derived(context, Verdict.CONSUMER_FIRST)
    for contract in context.scope.contract_changes:
        gate = context.scope.ids.contract_gate(contract.api)
        if context.has(gate):
            outside = names(one.service for one in contract_usage.outside(context.scope, contract))
            because = f"{line(contract.api)} is also consumed by {outside}, outside of this release"
            deploy = context.scope.deploy(contract.provider)
            yield constraint(gate, deploy, CONSUMER_FIRST, because, decisive(contract))


def _derived(context: Context, first: Verdict) -> Iterator[Constraint]:
    scope = context.scope
    for demand in scope.demands:
        if demand.first is first:
            provider, consumer = scope.deploy(demand.provider.name), scope.deploy(demand.consumer.name)
            before, after = (provider, consumer) if first is Verdict.PROVIDER_FIRST else (consumer, provider)
            yield constraint(
                before, after, first.value, demand.because, demand.source, strength=demand.strength
            )
