"""What every contract format speaks: changes as data, faults, and the verdict that follows from them.

A contract has writers and readers. A change alters the set of legal messages: one that widens it needs the reader
first, one that narrows it needs the writer first, one that does neither cannot be ordered and has to be split. Requests
are written by the consumer and read by the provider; responses and events are written by the provider.

Sources: Confluent's "upgrade first" column (BACKWARD = consumers, FORWARD = producers); the axes direction, kind and
action are those of oasdiff's rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Who writes the message that changes."""

    REQUEST = "request"
    """The consumer writes, the provider reads."""
    RESPONSE = "response"
    """The provider writes, the consumer reads."""
    EVENT = "event"
    """The provider (producer) writes, the consumer reads; messages may be kept for long."""


class Kind(StrEnum):
    """What about the contract changes."""

    EXISTENCE = "existence"
    REQUIREDNESS = "requiredness"
    VALUES = "values"
    """Enumerations and constants."""
    TYPE = "type"
    CONSTRAINTS = "constraints"
    """Lengths, ranges, patterns, counts."""
    STRUCTURE = "structure"
    """Names, numbers, nesting, unions."""


class Action(StrEnum):
    """How it changes."""

    ADD = "add"
    REMOVE = "remove"
    INCREASE = "increase"
    DECREASE = "decrease"
    GENERALIZE = "generalize"
    SPECIALIZE = "specialize"
    CHANGE = "change"
    """To something that is neither more nor less."""


class Effect(StrEnum):
    """What a change does to the set of legal messages."""

    WIDENS = "widens"
    NARROWS = "narrows"
    NEITHER = "neither"
    """Old and new cannot be understood in either order."""


class Verdict(StrEnum):
    """Who has to be deployed first."""

    COMPATIBLE = "compatible"
    """Nothing changed that a message could show."""
    PROVIDER_FIRST = "provider-first"
    CONSUMER_FIRST = "consumer-first"
    EITHER = "either"
    """Something changed, and each version understands the other."""
    SPLIT = "split"
    """No order is safe: the change has to be made in several releases."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions of a contract."""

    rule: str
    """A stable name such as ``request-property-became-required``."""
    direction: Direction
    kind: Kind
    action: Action
    pointer: str
    """Where: a JSON pointer (``/paths/~1orders/get``), or names with dots (``shop.Order.total``) where the format has
    no pointers. In the new version, or in the old one where something is removed."""
    path: str
    """File of ``pointer``."""
    line: int
    """From 1; 0 for the file as a whole."""
    effect: Effect | None
    """None where each version understands the other: such a change orders nothing."""
    text: str
    """What the change does, as the rest of a sentence about the new version of the contract: ``removes GET /orders``,
    ``requires currency in the body of POST /invoices``."""
    names: tuple[str, ...] = ()
    """Names by which a search finds code that depends on the change, most telling first: the property, the last part of
    a path, the operation. Such code has any of them as a whole word; empty where nothing can be searched for."""
    column: int = 0
    """From 1; 0 where it is not known."""

    @property
    def first(self) -> Verdict:
        """Who goes first because of this change alone."""
        if self.effect is None:
            return Verdict.EITHER
        if self.effect is Effect.NEITHER:
            return Verdict.SPLIT
        reads = Verdict.PROVIDER_FIRST if self.direction is Direction.REQUEST else Verdict.CONSUMER_FIRST
        writes = Verdict.CONSUMER_FIRST if self.direction is Direction.REQUEST else Verdict.PROVIDER_FIRST
        return reads if self.effect is Effect.WIDENS else writes


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """A part of a contract that could not be compared; the order is not known because of it."""

    path: str
    line: int
    column: int
    """Both from 1; 0 where they are not known."""
    what: str
    """``$ref '../../secrets.yaml' leaves the repository``."""
    expected: str = ""
    remedy: str = ""
    version: str = "new"
    """``old`` or ``new``: which of the two has it."""


@dataclass(frozen=True, slots=True)
class ContractDiff:
    """Everything that differs between two versions of one contract."""

    type: str
    """Name of the format, such as ``openapi``."""
    changes: tuple[Change, ...]
    """Those that order something, sorted by path, line, pointer and rule."""
    harmless: tuple[Change, ...] = ()
    """Those that each version understands of the other: their effect is None."""
    faults: tuple[Fault, ...] = ()

    @property
    def verdict(self) -> Verdict | None:
        """Who has to be deployed first; None where a fault leaves that unknown."""
        return None if self.faults else verdict_of(self.changes, bool(self.harmless))


def verdict_of(changes: tuple[Change, ...], harmless: bool = False) -> Verdict:
    """What several changes demand together: opposite demands are a split."""
    demands = {change.first for change in changes} - {Verdict.EITHER}
    if not demands:
        return Verdict.EITHER if harmless else Verdict.COMPATIBLE
    return demands.pop() if len(demands) == 1 else Verdict.SPLIT
