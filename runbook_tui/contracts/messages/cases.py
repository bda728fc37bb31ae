"""Claims about values of one type, taken apart until only choices are left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from runbook_tui.contracts.messages.evaluating import Evaluator
from runbook_tui.contracts.messages.model import (
    Answer,
    Assertion,
    Case,
    Claim,
    Same,
    Schema,
    alike,
    every,
    opposite,
)
from runbook_tui.contracts.messages.scalars import Values
from runbook_tui.contracts.messages.values import key_of, kind_of

Ways = list[list[Claim]]
Step = Callable[[int], None]
"""Told how much work is done."""


class ContradictionError(Exception):
    """What is claimed cannot be true of any value."""


@dataclass(slots=True)
class Claims:
    """What is claimed of values of one type so far."""

    case: Case
    signs: dict[Schema | Assertion, bool] = field(default_factory=dict)
    schemas: list[Claim] = field(default_factory=list)
    assertions: list[Claim] = field(default_factory=list)
    """Those of the signs that can be the same as others without being equal."""
    pending: list[Ways] = field(default_factory=list)
    """Choices that are still to be made."""

    def copy(self) -> Claims:
        """Claims that may go another way from here."""
        claims = list(self.schemas), list(self.assertions)
        return Claims(self.case.copy(), dict(self.signs), *claims, list(self.pending))

    def add(self, claims: list[Claim], same: Same, step: Step) -> Ways | None:
        """Claim more; ``step`` is called for every part of the work.

        Returns:
            The ways of the choice that is to be made next; None where none is left.

        Raises:
            ContradictionError: it cannot all be true.
        """
        _claim_all(self, list(claims), same, step)
        return _next_choice(self, same, step)

    def note(self, claim: Claim) -> None:
        """Keep a claim to compare others with it."""
        self.signs[claim.thing] = claim.true
        if isinstance(claim.thing, Schema):
            self.schemas.append(claim)
        elif type(claim.thing).__eq__ is object.__eq__:
            self.assertions.append(claim)


def check(case: Case, value: object) -> Answer:
    """Whether a value is one of a case."""
    evaluator = Evaluator()
    answers = (
        key_of(value) not in case.excluded,
        every(evaluator.holds(each, value) for each in case.hold),
        every(opposite(evaluator.holds(each, value)) for each in case.fail),
    )
    return every(answers)


def _claim_all(state: Claims, todo: list[Claim], same: Same, step: Step) -> None:
    while todo:
        step(1 + len(state.schemas) // 10)
        claim = todo.pop()
        if claim.thing in state.signs:
            if state.signs[claim.thing] is not claim.true:
                raise ContradictionError
            continue
        if not _is_possible(state, claim, same):
            raise ContradictionError
        state.note(claim)
        ways = _ways(claim, state.case.kind)
        if ways is None:
            assert isinstance(claim.thing, Assertion)
            _add_leaf(state.case, claim.thing, true=claim.true)
        elif len(ways) == 1:
            todo += ways[0]
        else:
            state.pending.append(ways)


def _ways(claim: Claim, kind: str) -> Ways | None:
    thing = claim.thing
    if isinstance(thing, Schema):
        if claim.true:
            return [[Claim(each, True) for each in thing.assertions]]
        return [[Claim(each, False)] for each in thing.assertions if each.kind in (None, kind)]
    if thing.kind not in (None, kind):
        return [[]] if claim.true else []
    return thing.ways(kind, true=claim.true)


def _is_possible(state: Claims, claim: Claim, same: Same) -> bool:
    """Whether a claim does not contradict at once what is claimed so far."""
    thing = claim.thing
    if state.signs.get(thing, claim.true) is not claim.true:
        return False
    if isinstance(thing, Schema):
        return not any(
            each.true is not claim.true and isinstance(each.thing, Schema) and same(thing, each.thing)
            for each in state.schemas
        )
    if type(thing).__eq__ is object.__eq__ and any(
        each.true is not claim.true and isinstance(each.thing, Assertion) and alike(thing, each.thing, same)
        for each in state.assertions
    ):
        return False
    return _ways(claim, state.case.kind) != []


def _all_possible(state: Claims, way: list[Claim], same: Same, step: Step) -> bool:
    step(len(way))
    return all(_is_possible(state, claim, same) for claim in way)


def _next_choice(state: Claims, same: Same, step: Step) -> Ways | None:
    """The choice with the fewest ways that are possible; one way is no choice and is taken at once."""
    while state.pending:
        possible = [[way for way in ways if _all_possible(state, way, same, step)] for ways in state.pending]
        state.pending = possible
        index = min(range(len(possible)), key=lambda at: len(possible[at]))
        chosen = state.pending.pop(index)
        if len(chosen) > 1:
            return chosen
        if not chosen:
            raise ContradictionError
        _claim_all(state, list(chosen[0]), same, step)
    return None


def _add_leaf(case: Case, assertion: Assertion, *, true: bool) -> None:
    if not isinstance(assertion, Values):
        (case.hold if true else case.fail).append(assertion)
        return
    values = {key: value for key, value in assertion.by_key.items() if kind_of(value) == case.kind}
    if not true:
        case.excluded |= values
        return
    if case.allowed is not None:
        values = {key: value for key, value in case.allowed.items() if key in values}
    if not values:
        raise ContradictionError
    case.allowed = values
