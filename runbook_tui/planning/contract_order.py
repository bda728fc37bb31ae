"""What a changed API or event demands of its provider and each of its consumers: who is deployed first, and how surely.

Each demand stands on the change itself and on what a search of the consumer's code has found. A search that finds
nothing proves nothing, so it only ever decides between two demands that contradict each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook_tui.contracts.model import Action, Change, Direction, Effect, Verdict
from runbook_tui.planning.model import Constraint, Strength
from runbook_tui.planning.words import line, new, old, plural
from runbook_tui.release.model import ContractChange, ContractUse, Release, ServiceChange
from runbook_tui.repositories.model import Hit

if TYPE_CHECKING:
    from runbook_tui.planning.context import Scope

_Where = Callable[[str], tuple[Hit, ...]]
"""Name to the places where code says it."""


@dataclass(frozen=True, slots=True)
class Demand:
    """One deploy before another because of a contract."""

    contract: ContractChange
    provider: ServiceChange
    consumer: ServiceChange
    first: Verdict
    """``PROVIDER_FIRST`` or ``CONSUMER_FIRST``."""
    strength: Strength
    because: str
    source: str
    """``path:line`` in the provider's repository."""


def verdict(release: Release, contract: ContractChange) -> Verdict | None:
    """Who goes first; None while nobody has said of a contract that could not be read.

    A person's answer stands above what was read. A definition that is new needs its provider first whatever is in it,
    and one that is gone its consumers: nobody can use what nobody provides.
    """
    answer = release.answers.contracts.get(contract.api)
    if answer is not None:
        return Verdict(answer.verdict)
    read = contract.diff.verdict if contract.diff is not None else None
    whole = {"added": Verdict.PROVIDER_FIRST, "removed": Verdict.CONSUMER_FIRST}.get(contract.kind)
    if whole is not None and read in (None, Verdict.COMPATIBLE, Verdict.EITHER):
        return whole
    return read


def narrowing(contract: ContractChange) -> tuple[Change, ...]:
    """The changes that running consumers may not survive."""
    return _demanding(contract, Verdict.CONSUMER_FIRST)


def gone(contract: ContractChange) -> tuple[Change, ...]:
    """Those of them that take something away: code that survives them no longer names it."""
    return tuple(change for change in narrowing(contract) if change.action is Action.REMOVE)


def contradicting(scope: Scope, cycle: Iterable[Constraint]) -> tuple[ContractChange, ...]:
    """The contracts whose demands are part of a cycle, by API."""
    edges = {(item.before, item.after, item.rule) for item in cycle}
    found: dict[str, ContractChange] = {}
    for demand in scope.demands:
        pair = scope.deploy(demand.provider.name), scope.deploy(demand.consumer.name)
        before, after = pair if demand.first is Verdict.PROVIDER_FIRST else pair[::-1]
        if (before, after, demand.first.value) in edges:
            found[demand.contract.api] = demand.contract
    return tuple(found[api] for api in sorted(found))


def demands(scope: Scope, contract: ContractChange, consumer: ServiceChange) -> Iterator[Demand]:
    """What a contract demands of its provider and one consumer, both of which move."""
    found = scope.verdict(contract)
    use = scope.contract_use(contract.api, consumer.name)
    pair = _Pair(scope.release, contract, scope.changes[contract.provider], consumer, use)
    if found in (Verdict.PROVIDER_FIRST, Verdict.SPLIT):
        yield pair.provider_first(opposed=found is Verdict.SPLIT)
    if found in (Verdict.CONSUMER_FIRST, Verdict.SPLIT):
        yield pair.consumer_first(opposed=found is Verdict.SPLIT)


@dataclass(frozen=True, slots=True)
class _Pair:
    release: Release
    contract: ContractChange
    provider: ServiceChange
    consumer: ServiceChange
    use: ContractUse | None

    def provider_first(self, *, opposed: bool) -> Demand:
        changes = self._supported(_demanding(self.contract, Verdict.PROVIDER_FIRST), self._begins)
        used = self._first_hit(changes, self._begins)
        stated = self._answered or self.contract.kind == "added"
        certain = stated or used is not None or (opposed and not self._left(changes))
        strength = Strength.HARD if certain else Strength.LIKELY
        because = self._because(changes, Verdict.PROVIDER_FIRST)
        if used is not None:
            name, hit = used
            because += f"; {new(self.consumer)} uses {line(name)} ({line(f'{hit.path}:{hit.line}')})"
        return self._demand(Verdict.PROVIDER_FIRST, strength, because, changes)

    def consumer_first(self, *, opposed: bool) -> Demand:
        changes = self._supported(narrowing(self.contract), self._used_before)
        unused = opposed and not self._answered and self._never_used(changes)
        strength = Strength.LIKELY if unused else Strength.HARD
        return self._demand(
            Verdict.CONSUMER_FIRST, strength, self._because(changes, Verdict.CONSUMER_FIRST), changes
        )

    @property
    def _answered(self) -> bool:
        return self.contract.api in self.release.answers.contracts

    def _begins(self, name: str) -> tuple[Hit, ...]:
        """Where the new version of the consumer says a name that the running one does not."""
        if self.use is None or name in self.use.before:
            return ()
        return self.use.after.get(name, ())

    def _used_before(self, name: str) -> tuple[Hit, ...]:
        return () if self.use is None else self.use.before.get(name, ())

    def _left(self, additions: Sequence[Change]) -> bool:
        """Whether the consumer is seen to use what goes, and not to use what comes."""
        if self.use is None or any(change.first is Verdict.SPLIT for change in additions):
            return False
        left = any(self._used_before(name) for change in gone(self.contract) for name in change.names)
        comes = any(name in self.use.after for change in additions for name in change.names)
        return left and not comes

    def _never_used(self, removals: Sequence[Change]) -> bool:
        """Whether the consumer is seen to use what comes, and never to have used what goes."""
        if self.use is None or any(change.first is Verdict.SPLIT for change in removals):
            return False
        if any(change.action is not Action.REMOVE for change in removals):
            return False  # what it has to bear or to send from now on has no name that it would have used
        used = any(self._used_before(name) for change in removals for name in change.names)
        additions = _demanding(self.contract, Verdict.PROVIDER_FIRST)
        comes = any(name in self.use.after for change in additions for name in change.names)
        return comes and not used

    @staticmethod
    def _supported(changes: Iterable[Change], where: _Where) -> tuple[Change, ...]:
        """Those that the consumer's code speaks of first."""
        return tuple(sorted(changes, key=lambda change: not any(where(name) for name in change.names)))

    @staticmethod
    def _first_hit(changes: Iterable[Change], where: _Where) -> tuple[str, Hit] | None:
        return next(((name, hit) for one in changes for name in one.names for hit in where(name)), None)

    def _because(self, changes: Sequence[Change], first: Verdict) -> str:
        said = self._said()
        if not changes:
            return self._whole(first) + said
        more = f" (and {plural(len(changes) - 1, 'more change')})" if len(changes) > 1 else ""
        return (
            f"{self._why(changes[0], first)}: {line(self.contract.api)} {line(changes[0].text)}{more}{said}"
        )

    def _why(self, change: Change, first: Verdict) -> str:
        provider, consumer = new(self.provider), old(self.consumer)
        if first is Verdict.PROVIDER_FIRST:
            consumer = new(self.consumer)
            if change.effect is Effect.NEITHER:
                return f"{consumer} and {old(self.provider)} do not understand each other"
            if change.direction is Direction.REQUEST:
                return f"{provider} has to accept what {consumer} may send"
            return f"{provider} has to send what {consumer} may rely on"
        if change.effect is Effect.NEITHER:
            return f"{consumer} and {provider} do not understand each other"
        if change.direction is Direction.REQUEST:
            return f"{consumer} may still send what {provider} no longer accepts"
        return f"{consumer} may not understand what {provider} sends"

    def _whole(self, first: Verdict) -> str:
        api = line(self.contract.api)
        if first is Verdict.CONSUMER_FIRST:
            return f"{old(self.consumer)} may break on what {new(self.provider)} changes in {api}"
        provides = "is the first to provide" if self.contract.kind == "added" else "provides in its new form"
        return f"{new(self.consumer)} may use {api}, which {new(self.provider)} {provides}"

    def _said(self) -> str:
        answer = self.release.answers.contracts.get(self.contract.api)
        return f" ({line(answer.by)}: {line(answer.because)})" if answer else ""

    def _demand(self, first: Verdict, strength: Strength, because: str, changes: Sequence[Change]) -> Demand:
        source = place(changes[0]) if changes else self.contract.path
        return Demand(self.contract, self.provider, self.consumer, first, strength, because, source)


def place(change: Change) -> str:
    """``path:line`` of a change."""
    return f"{change.path}:{change.line}" if change.line else change.path


def decisive(contract: ContractChange) -> str:
    """``path:line`` of the first change that running consumers may not survive; the definition where there is none."""
    return next((place(change) for change in narrowing(contract)), contract.path)


def _demanding(contract: ContractChange, first: Verdict) -> tuple[Change, ...]:
    changes = contract.diff.changes if contract.diff is not None else ()
    return tuple(change for change in changes if change.first in (first, Verdict.SPLIT))
