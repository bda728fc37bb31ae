"""What a difference between two versions of a contract asks for, in one sentence.

By the one principle: the reader first for what widens, the writer first for what narrows, and a split for what does
neither or for demands that contradict each other.
"""

from __future__ import annotations

from collections.abc import Iterable

from runbook_tui.contracts.model import Action, Change, ContractDiff, Direction, Effect, Fault, Kind, Verdict
from runbook_tui.text.terminal import plain

_LONGEST = 300
"""Characters that are told of one change."""


def sentence(diff: ContractDiff, provider: str = "the provider", consumers: str = "its consumers") -> str:
    """Who must be deployed first and why, or that no order exists and which split makes one; without a full stop.

    ``shop-api must be deployed before web: it adds GET /v2/orders (api/openapi.yaml:41), which nobody can use before``

    Args:
        provider, consumers: as they are called, in the middle of a sentence.
    """
    told = f"{_demand(diff.verdict, provider, consumers)}: {reason(diff, provider, consumers)}"
    way = f"add the new form beside the old one ({provider}), switch to it ({consumers}), then remove the old one"
    return f"{told}; so {way}" if diff.verdict is Verdict.SPLIT else told


def headline(diff: ContractDiff, provider: str = "the provider", consumers: str = "its consumers") -> str:
    """The same with the answer in its first words: ``The provider first: it adds GET /v2/orders (...)``."""
    lead = {
        Verdict.PROVIDER_FIRST: f"{provider} first",
        Verdict.CONSUMER_FIRST: f"{consumers} first",
        Verdict.SPLIT: "no order is safe",
        Verdict.EITHER: "in any order",
        Verdict.COMPATIBLE: "in any order",
        None: "not known",
    }[diff.verdict]
    return f"{lead[:1].upper()}{lead[1:]}: {reason(diff, provider, consumers)}"


def reason(diff: ContractDiff, provider: str = "the provider", consumers: str = "its consumers") -> str:
    """What follows the colon: the change that decides, its place, and what it does to the other side."""
    verdict = diff.verdict
    if verdict is None:
        return fault_text(diff.faults[0]) + _more(len(diff.faults) - 1, "problem")
    if verdict is Verdict.COMPATIBLE:
        return "nothing has changed that a message could show"
    if verdict is Verdict.EITHER:
        more = _more(len(diff.harmless) - 1, "change")
        return f"each version understands the other, though {provider} {_told(diff.harmless[0])}{more}"
    if verdict is Verdict.SPLIT:
        return _split(diff.changes, provider, consumers)
    deciding = demanding(diff.changes, verdict)
    subject = "it" if verdict is Verdict.PROVIDER_FIRST else provider
    more = _more(len(deciding) - 1, "change", "for the same order")
    return f"{subject} {_told(deciding[0])}, {_consequence(deciding[0], consumers)}{more}"


def split_steps(provider: str = "the provider", consumers: str = "its consumers") -> tuple[str, str, str]:
    """How to get from the old form to the new one through a time in which both are understood."""
    return (
        f"{provider}: add the new form beside the old one",
        f"{consumers}: switch to the new form",
        f"{provider}: remove the old form",
    )


def demanding(changes: Iterable[Change], verdict: Verdict) -> tuple[Change, ...]:
    """The changes that ask for one order, in the order in which they stand."""
    return tuple(change for change in changes if change.first is verdict)


def place(change: Change | Fault) -> str:
    """``path:line:column`` as far as it is known, safe to show."""
    path = plain(change.path)
    if not change.line:
        return path
    return f"{path}:{change.line}:{change.column}" if change.column else f"{path}:{change.line}"


def fault_text(fault: Fault) -> str:
    """What could not be compared, where, and what to do; safe to show."""
    parts = [fault.what, f"expected {fault.expected}" if fault.expected else "", fault.remedy]
    where = place(fault) or "the contract"
    which = " of the old version" if fault.version == "old" else ""
    return f"{where}{which}: {'; '.join(_cut(part) for part in parts if part)}"


def _demand(verdict: Verdict | None, provider: str, consumers: str) -> str:
    both = f"{provider} and {consumers}"
    return {
        Verdict.PROVIDER_FIRST: f"{provider} must be deployed before {consumers}",
        Verdict.CONSUMER_FIRST: f"{consumers} must be deployed before {provider}",
        Verdict.SPLIT: f"{both} cannot be deployed in any order",
        Verdict.EITHER: f"{both} can be deployed in any order",
        Verdict.COMPATIBLE: f"{both} can be deployed in any order",
        None: f"nobody can say which of {both} must be deployed first",
    }[verdict]


def _split(changes: tuple[Change, ...], provider: str, consumers: str) -> str:
    neither = demanding(changes, Verdict.SPLIT)
    if neither:
        more = _more(len(neither) - 1, "change", "like it")
        return f"{provider} {_told(neither[0])}, and neither version understands the other{more}"
    comes, goes = (demanding(changes, each) for each in (Verdict.PROVIDER_FIRST, Verdict.CONSUMER_FIRST))
    return (
        f"{provider} {_told(comes[0])}, which needs {provider} first, and {_told(goes[0])}, "
        f"which needs {consumers} first{_more(len(comes) + len(goes) - 2, 'change')}"
    )


def _told(change: Change) -> str:
    """What a change does, and the line that does it."""
    where = f"{plain(change.path)}:{change.line}" if change.line else plain(change.path)
    return f"{_cut(change.text)} ({where})"


def _consequence(change: Change, consumers: str) -> str:
    """What the change would do to the side that is deployed too late."""
    request = change.direction is Direction.REQUEST
    if change.effect is Effect.WIDENS and request:
        left_out = change.action is Action.REMOVE or change.kind is Kind.REQUIREDNESS
        return "which nobody may leave out before" if left_out else "which nobody can use before"
    if change.effect is Effect.NARROWS and request:
        gone = change.action is Action.REMOVE and change.kind in (Kind.EXISTENCE, Kind.VALUES, Kind.STRUCTURE)
        return (
            f"which {consumers} may still use"
            if gone
            else f"and {consumers} may still send what was sent before"
        )
    if change.effect is Effect.NARROWS:
        return "on which nobody can rely before"
    gone = change.action is Action.REMOVE
    return (
        f"on which {consumers} may still rely" if gone else f"for which {consumers} may not be prepared yet"
    )


def _more(count: int, noun: str, what: str = "") -> str:
    told = f"; {count} more {noun}{'s' if count > 1 else ''} {what}".rstrip()
    return told if count else ""


def _cut(text: str) -> str:
    found = plain(text)
    return found if len(found) <= _LONGEST else f"{found[: _LONGEST - 1]}…"
