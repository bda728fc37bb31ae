"""Claims about values of one type, taken apart into cases that leave no choice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
from runbook_tui.contracts.messages.values import equal, kind_of

Ways = list[list[Claim]]


class _ContradictionError(Exception):
    pass


@dataclass(slots=True)
class _State:
    """What is claimed so far."""

    case: Case
    signs: dict[Schema | Assertion, bool] = field(default_factory=dict)
    pending: list[Ways] = field(default_factory=list)
    """Choices that are still to be made."""

    def copy(self) -> _State:
        return _State(self.case.copy(), dict(self.signs), list(self.pending))


def cases(kind: str, claims: Sequence[Claim], same: Same, step: Callable[[], None]) -> Iterator[Case]:
    """Every case in which all claims are true of a value of a type; ``step`` is called before each is looked for."""
    stack: list[tuple[_State, list[Claim]]] = [(_State(Case(kind)), list(claims))]
    while stack:
        step()
        state, todo = stack.pop()
        try:
            _claim_all(state, todo, same)
            ways = _next_choice(state, same)
        except _ContradictionError:
            continue
        if ways is None:
            yield state.case
        else:
            stack += [(state.copy(), list(way)) for way in reversed(ways)]


def check(case: Case, value: object) -> Answer:
    """Whether a value is one of a case."""
    evaluator = Evaluator()
    answers = (
        any(equal(value, each) for each in case.excluded) is False,
        every(evaluator.holds(each, value) for each in case.hold),
        every(opposite(evaluator.holds(each, value)) for each in case.fail),
    )
    return every(answers)


def _claim_all(state: _State, todo: list[Claim], same: Same) -> None:
    while todo:
        claim = todo.pop()
        if claim.thing in state.signs:
            if state.signs[claim.thing] is not claim.true:
                raise _ContradictionError
            continue
        if not _is_possible(state, claim, same):
            raise _ContradictionError
        state.signs[claim.thing] = claim.true
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


def _is_possible(state: _State, claim: Claim, same: Same) -> bool:
    """Whether a claim does not contradict at once what is claimed so far."""
    thing = claim.thing
    if state.signs.get(thing, claim.true) is not claim.true:
        return False
    opposites = (other for other, sign in state.signs.items() if sign is not claim.true)
    if isinstance(thing, Schema):
        return not any(isinstance(other, Schema) and same(thing, other) for other in opposites)
    if any(isinstance(other, Assertion) and alike(thing, other, same) for other in opposites):
        return False
    return _ways(claim, state.case.kind) != []


def _next_choice(state: _State, same: Same) -> Ways | None:
    """The choice with the fewest ways that are possible; one way is no choice and is taken at once."""
    while state.pending:
        possible = [
            [way for way in ways if all(_is_possible(state, claim, same) for claim in way)]
            for ways in state.pending
        ]
        state.pending = possible
        index = min(range(len(possible)), key=lambda at: len(possible[at]))
        chosen = state.pending.pop(index)
        if len(chosen) > 1:
            return chosen
        if not chosen:
            raise _ContradictionError
        _claim_all(state, list(chosen[0]), same)
    return None


def _add_leaf(case: Case, assertion: Assertion, *, true: bool) -> None:
    if not isinstance(assertion, Values):
        (case.hold if true else case.fail).append(assertion)
        return
    values = [value for value in assertion.values if kind_of(value) == case.kind]
    if not true:
        case.excluded += values
        return
    if case.allowed is not None:
        values = [value for value in case.allowed if any(equal(value, each) for each in values)]
    if not values:
        raise _ContradictionError
    case.allowed = values
