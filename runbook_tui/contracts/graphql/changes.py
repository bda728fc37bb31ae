"""How a difference between two schemas becomes a change.

The requests of GraphQL are operations and their variables: a server rejects those that name what it has not, so what
exists, and what may be given, is a matter of requests. What fields return is a matter of responses, and of events
below a subscription.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from runbook_tui.contracts.format import Report
from runbook_tui.contracts.graphql.model import Notes, Place, Type
from runbook_tui.contracts.model import Action, Change, Direction, Effect, Kind

_LONGEST = 80
"""Characters of a reason or value that are told."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The part of a schema that differs."""

    pointer: str
    """Its schema coordinate, such as ``Order.items(first:)`` (https://spec.graphql.org/draft/#sec-Schema-Coordinates)."""
    label: str
    """How a sentence calls it: ``the argument first of Order.items``."""
    names: tuple[str, ...] = ()
    """What code that names it contains, any of them."""
    holders: tuple[str, ...] = ()
    """What code contains that uses what it is part of, and may leave it out."""

    @property
    def left_out(self) -> Subject:
        """The same for a change that concerns those who do not name it."""
        return replace(self, names=self.holders)


def subject_of(each: Type) -> Subject:
    """A type as a whole."""
    return Subject(each.name, f"{each.shape.value} {each.name}", (each.name,))


@dataclass(frozen=True, slots=True)
class Recorder:
    """Adds changes to a report."""

    report: Report

    def add(  # the axes of a change
        self,
        rule: str,
        subject: Subject,
        place: Place,
        effect: Effect | None,
        text: str,
        *,
        kind: Kind = Kind.EXISTENCE,
        action: Action = Action.CHANGE,
        direction: Direction = Direction.REQUEST,
    ) -> None:
        """Record one change."""
        self.report.changes.append(
            Change(
                rule=rule,
                direction=direction,
                kind=kind,
                action=action,
                pointer=subject.pointer,
                path=place.path,
                line=place.line,
                column=place.column,
                effect=effect,
                text=text,
                names=subject.names,
            )
        )

    def added(
        self, rule: str, subject: Subject, place: Place, text: str = "", effect: Effect | None = Effect.WIDENS
    ) -> None:
        """Requests may name something new: whoever reads them needs it first."""
        self.add(rule, subject, place, effect, text or f"adds {subject.label}", action=Action.ADD)

    def removed(self, rule: str, subject: Subject, place: Place, text: str = "") -> None:
        """Requests that name something are rejected from now on: whoever writes them has to stop first."""
        told = text or f"removes {subject.label}"
        self.add(rule, subject, place, Effect.NARROWS, told, action=Action.REMOVE)

    def notes(self, what: str, subject: Subject, place: Place, old: Notes, new: Notes) -> None:
        """Deprecation, and directives on a definition: no message shows them."""
        if old.deprecated != new.deprecated:
            self._deprecation(what, subject, place, old.deprecated, new.deprecated)
        self.applied(subject, place, old.applied, new.applied)

    def _deprecation(
        self, what: str, subject: Subject, place: Place, old: str | None, new: str | None
    ) -> None:
        if new is None:
            self.add(f"{what}-undeprecated", subject, place, None, f"no longer deprecates {subject.label}")
        elif old is None:
            text = f"deprecates {subject.label}: {short(new)}"
            self.add(f"{what}-deprecated", subject, place, None, text)
        else:
            text = f"deprecates {subject.label} for another reason: {short(new)}"
            self.add(f"{what}-deprecation-changed", subject, place, None, text)

    def applied(self, subject: Subject, place: Place, old: Iterable[str], new: Iterable[str]) -> None:
        """Directives that are used on a definition, by their text."""
        before, after = Counter(old), Counter(new)
        for text in after - before:
            said = f"puts {text} on {subject.label}"
            self.add("directive-applied", subject, place, None, said, action=Action.ADD)
        for text in before - after:
            said = f"takes {text} off {subject.label}"
            self.add("directive-unapplied", subject, place, None, said, action=Action.REMOVE)


def short(text: str) -> str:
    """A reason or value from a schema as it is told: its beginning."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
