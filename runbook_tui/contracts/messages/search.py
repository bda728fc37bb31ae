"""The search for a value that fits some schemas and does not fit others.

Schemas are taken apart, for one type of values after another, into cases that leave no choice; then a value is made for
each case, from values for its parts. Where no case has one, there is none at all: so it is proved that one version
allows nothing that the other forbids. The method is that of Attouche et al., "Witness Generation for JSON Schema" (VLDB
2022), without its preparations: what takes too many steps stays unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from runbook_tui.contracts.messages.cases import Claims, ContradictionError, check
from runbook_tui.contracts.messages.evaluating import Evaluator
from runbook_tui.contracts.messages.model import KINDS, NOTHING, UNKNOWN, Case, Claim, Found, Same, Schema
from runbook_tui.contracts.messages.scalars import Opaque

MAX_STEPS = 60_000
"""Steps of one search, some ten to fifty microseconds each."""
MAX_DEPTH = 30
"""Values inside of values."""
Maker = Callable[["Search", Case], Found]
Key = tuple[frozenset[Schema], frozenset[Schema]]


class GivenUpError(Exception):
    """The search took too many steps."""


@dataclass(slots=True)
class Search:
    """Searches for values; what is found of parts is kept.

    A schema that contains itself is met again while it is sought: a finite value cannot need itself, so there is none
    on that way. When it turns out afterwards that there is one, everything is sought once more with that knowledge.
    """

    same: Same
    """Whether two schemas certainly say the same."""
    makers: dict[str, Maker]
    """Type to what makes a value for a case of it."""
    declared_only: bool = False
    """Objects get only members that the schemas which they have to fit declare."""
    _steps: int = 0
    _known: dict[Key, Found] = field(default_factory=dict)
    _open: set[Key] = field(default_factory=set)
    _assumed: set[Key] = field(default_factory=set)

    def search(self, fits: Schema, unfit: Schema) -> Found:
        """A value that fits one schema and does not fit another."""
        while True:
            self._assumed.clear()
            try:
                found = self.find([fits], [unfit])
            except GivenUpError:
                return UNKNOWN
            if found.exists or not any(
                key in self._known and self._known[key].exists for key in self._assumed
            ):
                return found
            self._known = {key: each for key, each in self._known.items() if each.exists}

    def find(self, fits: Iterable[Schema], unfit: Iterable[Schema] = ()) -> Found:
        """A value that fits all of some schemas and none of others.

        Raises:
            GivenUpError: the search took too many steps.
        """
        key = (frozenset(each for each in fits if not each.is_anything), frozenset(unfit))
        if key in self._known:
            return self._known[key]
        if key in self._open:
            self._assumed.add(key)
            return NOTHING
        if len(self._open) >= MAX_DEPTH:
            return UNKNOWN
        self._open.add(key)
        try:
            # the last are looked at first: they leave less to be looked at of the others
            claims = [Claim(each, False) for each in key[1]] + [Claim(each, True) for each in key[0]]
            found = self._any_kind(claims)
        finally:
            self._open.remove(key)
        self._known[key] = found
        return found

    def step(self, count: int = 1) -> None:
        """Count steps.

        Raises:
            GivenUpError: there were too many.
        """
        self._steps += count
        if self._steps > MAX_STEPS:
            raise GivenUpError

    def _any_kind(self, claims: list[Claim]) -> Found:
        unknown = False
        for kind in KINDS:
            found = self._of_kind(kind, claims)
            if found.exists:
                return found
            unknown |= found.unknown
        return UNKNOWN if unknown else NOTHING

    def _of_kind(self, kind: str, claims: list[Claim]) -> Found:
        """Choose one way after the other. What has no value before a choice has none after it."""
        stack = [(Claims(Case(kind)), claims)]
        unknown = False
        while stack:
            state, way = stack.pop()
            self.step(1 + len(state.signs) // 10)
            try:
                ways = state.add(way, self.same, self.step)
            except ContradictionError:
                continue
            found = self._make(state.case)
            if found.exists and (ways is None or _are_true(claims, found.value)):
                return found
            if ways is None:
                unknown |= found.unknown
            elif found.exists or found.unknown:
                stack += [(state.copy(), each) for each in reversed(ways)]
        return UNKNOWN if unknown else NOTHING

    def _make(self, case: Case) -> Found:
        if case.allowed is not None:
            return first(case, case.allowed.values(), complete=True)
        found = self.makers[case.kind](self, case)
        undecided = any(isinstance(each, Opaque) for each in (*case.hold, *case.fail))
        return UNKNOWN if found.exists and undecided else found


def _are_true(claims: list[Claim], value: object) -> bool:
    evaluator = Evaluator()
    schemas = [(each.thing, each.true) for each in claims if isinstance(each.thing, Schema)]
    return all(evaluator.allows(schema, value) is true for schema, true in schemas)


def first(case: Case, values: Iterable[object], *, complete: bool) -> Found:
    """The first of some values that is one of a case; ``complete``: whether there are no others to be tried."""
    unknown = not complete
    for value in values:
        answer = check(case, value)
        if answer:
            return Found(value, exists=True)
        unknown |= answer is None
    return UNKNOWN if unknown else NOTHING
