"""Numbers within limits that are multiples of some numbers, and not of others."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor, gcd, lcm

from runbook_tui.contracts.messages.model import Case, Found
from runbook_tui.contracts.messages.scalars import Bound, Multiple
from runbook_tui.contracts.messages.search import Search, first
from runbook_tui.contracts.messages.values import exact, plain

MAX_TRIED = 2_000
"""Multiples that are tried one after the other."""
_PARTS = (2, 3, 7, 10, 11, 13, 97, 101, 1024)


def make_number(search: Search, case: Case) -> Found:
    """A number for a case."""
    bounds = [each for each in case.hold if isinstance(each, Bound)]
    low = max((b.limit for b in bounds if not b.upper), default=None)
    high = min((b.limit for b in bounds if b.upper), default=None)
    if low is not None and high is not None and low > high:
        return Found()
    steps = [each.of for each in case.hold if isinstance(each, Multiple)]
    if steps:
        return _multiple(case, _common(steps), low, high)
    if low is not None and low == high:
        return first(case, [plain(low)], complete=True)
    # a range of its own has more numbers than any limits of other kinds can take away
    return first(case, map(plain, _between(low, high)), complete=False)


def _common(steps: list[Fraction]) -> Fraction:
    """The least common multiple of fractions."""
    found = steps[0]
    for each in steps[1:]:
        found = Fraction(lcm(found.numerator, each.numerator), gcd(found.denominator, each.denominator))
    return found


def _multiple(case: Case, step: Fraction, low: Fraction | None, high: Fraction | None) -> Found:
    """Multiples of a step from the smallest possible one on; all that differ, as far as other multiples go."""
    unwanted = [each.of for each in case.fail if isinstance(each, Multiple)]
    period = int(_common([step, *unwanted]) / step)
    needed = period * (len(case.excluded) + 1) + 3
    start = ceil(low / step) if low is not None else (floor(high / step) - needed if high is not None else 0)
    end = floor(high / step) if high is not None else start + needed
    if low is None and high is not None:
        end = floor(high / step)
    complete = min(end - start, needed) <= MAX_TRIED
    last = min(end, start + min(needed, MAX_TRIED))
    return first(case, (plain(step * factor) for factor in range(start, last + 1)), complete=complete)


def _between(low: Fraction | None, high: Fraction | None) -> Iterator[Fraction]:
    """Numbers of a range, simple ones first; many that no other limit can all exclude."""
    start = low if low is not None else (high - 1_000 if high is not None else Fraction(-500))
    end = high if high is not None else start + 1_000
    for whole in (0, 1, -1, 2, ceil(start), ceil(start) + 1, floor(end), floor(end) - 1):
        if start <= whole <= end:
            yield Fraction(whole)
    for half in (Fraction(1, 2), Fraction(-1, 2), Fraction(1, 10), Fraction(37, 100)):
        if start <= half <= end:
            yield half
    for part in _PARTS:
        for count in range(1, min(part, 12)):
            written = exact(float(start + (end - start) * count / part))
            if written is not None and start <= written <= end:
                yield written
