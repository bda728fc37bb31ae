"""Who writes and who reads the values of a type, and what leads to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from runbook_tui.contracts.graphql.model import Schema, Type, named
from runbook_tui.contracts.model import Direction

_Directions = Mapping[str, frozenset[Direction]]
_FEW = 8


@dataclass(frozen=True, slots=True)
class Uses:
    """What comparing one type has to know of the schemas as a whole."""

    known: frozenset[str]
    """Types of the old schema."""
    directions: _Directions
    """Type to whether it is given in requests, returned in responses, or both."""
    readers: Mapping[str, tuple[str, ...]]
    """Type to the names of the fields that return it, where they are few: a query that reads it has one of them."""


def uses_of(old: Schema, new: Schema) -> Uses:
    """How two versions of a schema use types.

    Only a use that both have counts, where there is one: a use that begins or ends is a change of its own.
    """
    before, after = _directions(old), _directions(new)
    none: frozenset[Direction] = frozenset()
    both = {}
    for name in before.keys() | after.keys():
        one, other = before.get(name, none), after.get(name, none)
        both[name] = one & other or one | other
    return Uses(frozenset(old.types), both, _readers(old))


def _directions(schema: Schema) -> _Directions:
    found: dict[str, set[Direction]] = defaultdict(set)
    for each in schema.types.values():
        for field in each.fields.values():
            found[named(field.type)].add(Direction.RESPONSE)
            for argument in field.arguments.values():
                found[named(argument.type)].add(Direction.REQUEST)
        for given in each.inputs.values():
            found[named(given.type)].add(Direction.REQUEST)
    for directive in schema.directives.values():
        for argument in directive.arguments.values():
            found[named(argument.type)].add(Direction.REQUEST)
    return {name: frozenset(directions) for name, directions in found.items()}


def _readers(schema: Schema) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, set[str]] = defaultdict(set)
    for each in schema.types.values():
        for field in each.fields.values():
            found[named(field.type)].add(field.name)
    return {name: tuple(sorted(fields)) for name, fields in found.items() if len(fields) <= _FEW}


def led_to(old: Schema, new: Schema) -> frozenset[str]:
    """New types that a change of something else leads to: a field that is added or returns them, a union, an argument.

    That change is told with its own effect; the type alone can do nothing.
    """
    waiting = [each for each in new.types.values() if each.name in old.types]
    waiting += [new.types[root.name] for root in new.roots.values() if root.name in new.types]
    given = (one for directive in new.directives.values() for one in directive.arguments.values())
    found = {named(one.type) for one in given}
    waiting += [new.types[name] for name in found if name in new.types]
    while waiting:
        reached = set(_leads_from(waiting.pop())) - found
        found |= reached
        waiting += [new.types[name] for name in reached if name in new.types]
    return frozenset(found) - old.types.keys()


def _leads_from(each: Type) -> Iterator[str]:
    yield from each.members
    for field in each.fields.values():
        yield named(field.type)
        yield from (named(given.type) for given in field.arguments.values())
    yield from (named(given.type) for given in each.inputs.values())
