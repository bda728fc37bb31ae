"""Numbers set aside in ranges, and what of them is gone."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from runbook_tui.contracts.protobuf.tree import Range

_MOST_MISSING = 20
"""Most gaps of one range that are told."""


class Numbers:
    """The numbers of several ranges."""

    def __init__(self, ranges: Iterable[Range]) -> None:
        self._merged: list[Range] = []
        for one in sorted(ranges, key=lambda each: (each.start, each.end)):
            last = self._merged[-1] if self._merged else None
            if last is not None and one.start <= last.end + 1:
                self._merged[-1] = Range(last.start, max(last.end, one.end))
            else:
                self._merged.append(one)
        self._ends = [one.end for one in self._merged]

    def __contains__(self, number: int) -> bool:
        at = bisect_left(self._ends, number)
        return at < len(self._merged) and self._merged[at].start <= number

    def missing(self, one: Range) -> Iterator[Range]:
        """What of a range is not among these numbers."""
        start = one.start
        for at in range(bisect_left(self._ends, start), len(self._merged)):
            other = self._merged[at]
            if other.start > one.end:
                break
            if other.start > start:
                yield Range(start, other.start - 1)
            start = other.end + 1
        if start <= one.end:
            yield Range(start, one.end)


def shrunk(old: Sequence[Range], new: Sequence[Range]) -> Iterator[tuple[Range, list[Range]]]:
    """Each old range of which numbers are gone, with those."""
    if old == new:
        return
    numbers = Numbers(new)
    for one in old:
        missing = list(islice(numbers.missing(one), _MOST_MISSING))
        if missing:
            yield one, missing


def shown(missing: Sequence[Range], old: Range, highest: int) -> str:
    """``3``, or ``5 to 9, 1000 to max (of 4 to max)``"""
    listed = ", ".join(_shown(one, highest) for one in missing)
    return listed if list(missing) == [old] else f"{listed} (of {_shown(old, highest)})"


def _shown(one: Range, highest: int) -> str:
    if one.start == one.end:
        return str(one.start)
    return f"{one.start} to {'max' if one.end >= highest else one.end}"
