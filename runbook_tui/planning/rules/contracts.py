"""A changed API or event definition: whoever has to understand more moves first."""

from __future__ import annotations

from collections.abc import Iterator

from runbook_tui.planning.context import Context, Scope
from runbook_tui.planning.model import Constraint
from runbook_tui.planning.rules.evidence import constraint
from runbook_tui.planning.words import line, new, old
from runbook_tui.release.model import ContractChange, ServiceChange

PROVIDER_FIRST = "provider-first"
CONSUMER_FIRST = "consumer-first"


def verdict(scope: Scope, change: ContractChange) -> str | None:
    """``provider-first``, ``consumer-first`` or ``either``; None while nobody has said.

    A definition that is new needs no answer: nothing can use it before somebody provides it.
    """
    answer = scope.release.answers.contracts.get(change.api)
    if answer is not None:
        return answer.verdict
    return PROVIDER_FIRST if change.kind == "added" else None


def provider_first(context: Context) -> Iterator[Constraint]:
    """The provider of an API is deployed before its consumers when the change widens what they may ask for.

    That is so for a definition that is new, and where a person gave that verdict on a changed one: otherwise a
    consumer would call what is not there yet.
    """
    scope = context.scope
    for change, provider, consumer in _pairs(scope, PROVIDER_FIRST):
        because = f"{new(consumer)} may use {change.api}, which {new(provider)} {_provides(change)}"
        yield constraint(
            scope.deploy(provider.name),
            scope.deploy(consumer.name),
            PROVIDER_FIRST,
            because + _said(scope, change),
            change.path,
        )


def consumer_first(context: Context) -> Iterator[Constraint]:
    """The consumers of an API are deployed before its provider when the change takes away what they may ask for.

    That follows a person's verdict: the last caller has to be gone, or every reader has to understand more, before
    the provider changes what it sends. A consumer that is not in the release is a finding.
    """
    scope = context.scope
    for change, provider, consumer in _pairs(scope, CONSUMER_FIRST):
        because = f"{old(consumer)} may break on what {new(provider)} changes in {change.api}"
        yield constraint(
            scope.deploy(consumer.name),
            scope.deploy(provider.name),
            CONSUMER_FIRST,
            because + _said(scope, change),
            change.path,
        )


def _pairs(scope: Scope, wanted: str) -> Iterator[tuple[ContractChange, ServiceChange, ServiceChange]]:
    """Changes with this verdict, with their provider and each of their consumers in the release."""
    for change in scope.contract_changes:
        if verdict(scope, change) == wanted:
            for name in sorted(set(change.consumers) - {change.provider}):
                consumer = scope.changes.get(name)
                if consumer is not None and consumer.moves:
                    yield change, scope.changes[change.provider], consumer


def _provides(change: ContractChange) -> str:
    return "is the first to provide" if change.kind == "added" else "provides in its new form"


def _said(scope: Scope, change: ContractChange) -> str:
    answer = scope.release.answers.contracts.get(change.api)
    return f" ({answer.by}: {line(answer.because)})" if answer else ""
