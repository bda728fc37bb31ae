"""Names for members that no schema names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from runbook_tui.contracts.messages.model import Schema, fixed
from runbook_tui.contracts.messages.scalars import Pattern, Types, listed
from runbook_tui.contracts.messages.search import Search

if TYPE_CHECKING:
    from runbook_tui.contracts.messages.objects import Plan

MAX_PATTERNS = 4
"""Expressions of which every combination is tried that a name may match."""
_TEXT = Types(frozenset({"string"}))


def fresh_names(
    search: Search,
    plan: Plan,
    *,
    pattern: str | None = None,
    unmatched: Sequence[str] = (),
    unfit: Sequence[Schema] = (),
    taken: Sequence[str] = (),
) -> Iterator[str]:
    """One name for every combination of the expressions that a name may match, the plainest first.

    Args:
        search: finds the names, which are texts with schemas of their own.
        plan: of the object; names that it knows are no fresh ones. Told when there may be more than is given.
        pattern: an expression that the name has to match.
        unmatched: expressions that it must not match.
        unfit: schemas that it must not fit.
        taken: further names that are no fresh ones.
    """
    others = [each for members in plan.members for each in members.matching]
    free = [each for each in dict.fromkeys(others) if each != pattern and each not in unmatched]
    if len(free) > MAX_PATTERNS:
        plan.unknown = True
        free = free[:MAX_PATTERNS]
    known = fixed(listed((*plan.known, *plan.absent, *taken)))
    for size in range(len(free) + 1):
        for chosen in combinations(free, size):
            fits = [_matching(each) for each in (*chosen, *([pattern] if pattern is not None else []))]
            refused = [
                _matching(each) for each in (*unmatched, *(each for each in free if each not in chosen))
            ]
            found = search.find([fixed(_TEXT), *plan.names, *fits], [*unfit, *refused, known])
            plan.unknown |= found.unknown
            if isinstance(found.value, str):
                yield found.value


def _matching(pattern: str) -> Schema:
    return fixed(Pattern(pattern))
