"""Lists whose items fit some schemas and not others, so many of them, all different or not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from runbook_tui.contracts.messages.cases import check
from runbook_tui.contracts.messages.containers import Contains, Items
from runbook_tui.contracts.messages.model import NOTHING, UNKNOWN, Case, Found, Schema, fixed
from runbook_tui.contracts.messages.scalars import Count, Unique, listed
from runbook_tui.contracts.messages.search import Search

MAX_LENGTH = 1_000
"""Longest list that is made."""
MAX_CHOSEN = 6
"""Items for which all combinations of what they are to contain are tried; the further ones are like the last."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What one list has to be: how long, which items break what, which are equal."""

    length: int
    breaks: tuple[tuple[int, Schema], ...]
    equal: tuple[int, int] | None


def make_list(search: Search, case: Case) -> Found:
    """A list for a case."""
    unknown = False
    for plan in _plans(case):
        search.step()
        if plan.length > MAX_LENGTH:
            unknown = True
            continue
        found = _fill(search, case, plan)
        if found.exists:
            return found
        unknown |= found.unknown
    return UNKNOWN if unknown else NOTHING


def _plans(case: Case) -> Iterator[_Plan]:
    """Every way to break what has to be broken, in lists of every length that may make a difference."""
    counts = [each for each in case.hold if isinstance(each, Count)]
    least = max((c.limit for c in counts if not c.upper), default=0)
    most = min((c.limit for c in counts if c.upper), default=None)
    named = max((len(each.first) for each in (*case.hold, *case.fail) if isinstance(each, Items)), default=0)
    needed = sum(each.least for each in case.hold if isinstance(each, Contains))
    broken = [each for each in case.fail if isinstance(each, Items)]
    repeated = any(isinstance(each, Unique) for each in case.fail)
    longest = max(least, named) + needed + len(broken) + 2 * repeated
    lengths = range(least, min(longest, longest if most is None else most) + 1)
    for length in lengths:
        # items beyond all named positions are as good as one another
        ways = [list(_breaking(each, min(length, named + len(broken)))) for each in broken]
        pairs: Sequence[tuple[int, int] | None] = (
            list(combinations(range(min(length, named + 2)), 2)) if repeated else [None]
        )
        for breaks in product(*ways):
            for pair in pairs:
                yield _Plan(length, breaks, pair)


def _breaking(items: Items, length: int) -> Iterator[tuple[int, Schema]]:
    """Positions of a list where an item may be that does not fit."""
    for index in range(length):
        schema = items.at(index)
        if schema is not None and not schema.is_anything:
            yield index, schema


def _fill(search: Search, case: Case, plan: _Plan) -> Found:
    """Choose for every item whether it is one of those that the list has to contain."""
    contained = [each for each in case.hold if isinstance(each, Contains)]
    chosen = min(plan.length, MAX_CHOSEN) if contained else 0
    unknown = plan.length > chosen and bool(contained)
    for signs in product(product((False, True), repeat=len(contained)), repeat=chosen):
        search.step()
        full = [*signs, *([signs[-1]] * (plan.length - chosen) if signs else [()] * plan.length)]
        sums = [sum(sign[index] for sign in full) for index in range(len(contained))]
        if all(
            each.least <= count and (each.most is None or count <= each.most)
            for each, count in zip(contained, sums, strict=True)
        ):
            found = _items(search, case, plan, [tuple(zip(contained, sign, strict=True)) for sign in full])
            if found.exists:
                return found
            unknown |= found.unknown
    return UNKNOWN if unknown else NOTHING


def _items(search: Search, case: Case, plan: _Plan, signs: list[tuple[tuple[Contains, bool], ...]]) -> Found:
    """Find the items one after the other."""
    different = any(isinstance(each, Unique) for each in case.hold)
    wants = [_wanted(case, plan, index, signs[index]) for index in range(plan.length)]
    if plan.equal is not None:
        one, other = plan.equal
        wants[one] = (wants[one][0] + wants[other][0], wants[one][1] + wants[other][1])
    made: list[object] = []
    for index, (fits, unfit) in enumerate(wants):
        search.step()
        if plan.equal is not None and index == plan.equal[1]:
            made.append(made[plan.equal[0]])
            continue
        taken = [fixed(listed(made))] if different and made else []
        found = search.find(fits, [*unfit, *taken])
        if not found.exists:
            # another choice of the items before it might have left something
            return UNKNOWN if found.unknown or (taken and len(set(map(_key, wants))) > 1) else NOTHING
        made.append(found.value)
    answer = check(case, made)
    return Found(made, exists=True) if answer else UNKNOWN


def _key(want: tuple[list[Schema], list[Schema]]) -> tuple[frozenset[Schema], frozenset[Schema]]:
    return frozenset(want[0]), frozenset(want[1])


def _wanted(
    case: Case, plan: _Plan, index: int, signs: tuple[tuple[Contains, bool], ...]
) -> tuple[list[Schema], list[Schema]]:
    """What an item has to fit, and what it must not."""
    described = (each.at(index) for each in case.hold if isinstance(each, Items))
    fits = [schema for schema in described if schema is not None]
    fits += [contains.schema for contains, sign in signs if sign]
    unfit = [schema for at, schema in plan.breaks if at == index]
    unfit += [contains.schema for contains, sign in signs if not sign and contains.most is not None]
    return fits, unfit
