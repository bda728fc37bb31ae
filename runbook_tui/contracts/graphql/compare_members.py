"""What a type consists of beside its fields: values of enums, members of unions, interfaces that are implemented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runbook_tui.contracts.graphql.changes import Recorder, Subject
from runbook_tui.contracts.graphql.model import Type, Value
from runbook_tui.contracts.graphql.uses import Uses
from runbook_tui.contracts.model import Action, Direction, Effect, Kind


@dataclass(frozen=True, slots=True)
class MemberComparison:
    """Compares two versions of a type that is of the same kind in both."""

    uses: Uses
    record: Recorder

    def values(self, old: Type, new: Type) -> None:
        """Values of an enum: one change for requests and one for responses where it is used in both.

        Where nothing in the schema uses it, the use that would be hurt is assumed: another file may have it.
        """
        directions = self.uses.directions.get(new.name, frozenset())
        for name in new.values.keys() - old.values.keys():
            for direction in directions or {Direction.RESPONSE}:
                self._value(old, new.values[name], direction, Action.ADD)
        for name in old.values.keys() - new.values.keys():
            for direction in directions or {Direction.REQUEST}:
                self._value(old, old.values[name], direction, Action.REMOVE)
        for name in old.values.keys() & new.values.keys():
            before, after = old.values[name], new.values[name]
            self.record.notes("enum-value", _value(new, name), after.place, before.notes, after.notes)

    def members(self, old: Type, new: Type) -> None:
        """Members of a union: a new one may be returned, and fragments on one that is gone are rejected."""
        for name in new.members.keys() - old.members.keys():
            self._may_return("union-member-added", new, new.members[name], new.name, name)
        for name in old.members.keys() - new.members.keys():
            text = f"no longer returns {name} as {new.name}"
            self.record.removed("union-member-removed", _as(new, name), old.members[name].place, text)

    def interfaces(self, old: Type, new: Type) -> None:
        """Interfaces of an object or interface that both versions have.

        One more means another type that fields of the interface may return; where the interface is new as well, nobody
        reads it yet, and requests may name it. A new type is told alone, whatever it implements: an interface is there
        to be implemented, and what a query reads of it every type has.
        """
        for name in new.interfaces.keys() - old.interfaces.keys():
            added = new.interfaces[name]
            if name in self.uses.known:
                self._may_return("interface-added", new, added, name, new.name)
            else:
                text = f"lets {new.name} be read as {name}"
                self.record.added("interface-added", _as(new, name), added.place, text)
        for name in old.interfaces.keys() - new.interfaces.keys():
            text = f"no longer returns {new.name} as {name}"
            self.record.removed("interface-removed", _as(new, name), old.interfaces[name].place, text)

    def _value(self, owner: Type, value: Value, direction: Direction, action: Action) -> None:
        subject = _value(owner, value.name)
        if direction is Direction.RESPONSE and action is Action.ADD:
            # code that has to understand the value does not name it yet
            subject = Subject(subject.pointer, subject.label, self.uses.readers.get(owner.name, ()))
        rule, effect = _EXISTS[action]
        self.record.add(
            f"enum-value-{rule}",
            subject,
            value.place,
            effect,
            _VALUES[direction, action].format(subject.label),
            kind=Kind.VALUES,
            action=action,
            direction=direction,
        )

    def _may_return(self, rule: str, owner: Type, added: Value, read: str, returned: str) -> None:
        """Fields of the type ``read`` return what their readers do not know."""
        text = f"may return {returned} as {read}"
        self.record.add(
            rule,
            Subject(owner.name, text, self.uses.readers.get(read, ())),
            added.place,
            Effect.WIDENS,
            text,
            kind=Kind.STRUCTURE,
            action=Action.ADD,
            direction=Direction.RESPONSE,
        )


def _value(owner: Type, name: str) -> Subject:
    return Subject(f"{owner.name}.{name}", f"the value {name} of enum {owner.name}", (name,))


def _as(owner: Type, name: str) -> Subject:
    return Subject(owner.name, f"{name} of {owner.name}", (name,))


_EXISTS = {Action.ADD: ("added", Effect.WIDENS), Action.REMOVE: ("removed", Effect.NARROWS)}
_VALUES: Mapping[tuple[Direction, Action], str] = {
    (Direction.REQUEST, Action.ADD): "accepts {}",
    (Direction.REQUEST, Action.REMOVE): "no longer accepts {}",
    (Direction.RESPONSE, Action.ADD): "may return {}",
    (Direction.RESPONSE, Action.REMOVE): "no longer returns {}",
}
