"""Numbers set aside in ranges, and what of them is gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from runbook_tui.contracts.protobuf.tree import Range


def is_inside(number: int, ranges: Iterable[Range]) -> bool:
    """Whether one of the ranges has a number."""
    return any(one.start <= number <= one.end for one in ranges)


def shrunk(old: Sequence[Range], new: Sequence[Range]) -> Iterator[tuple[Range, list[Range]]]:
    """Each old range of which numbers are gone, with those."""
    merged = _merged(new)
    for one in old:
        missing = list(_missing(one, merged))
        if missing:
            yield one, missing


def _merged(ranges: Iterable[Range]) -> list[Range]:
    found: list[Range] = []
    for one in sorted(ranges, key=lambda each: (each.start, each.end)):
        if found and one.start <= found[-1].end + 1:
            found[-1] = Range(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return found


def _missing(one: Range, merged: Sequence[Range]) -> Iterator[Range]:
    start = one.start
    for other in merged:
        if other.end < start:
            continue
        if other.start > one.end:
            break
        if other.start > start:
            yield Range(start, other.start - 1)
        start = other.end + 1
    if start <= one.end:
        yield Range(start, one.end)


def shown(ranges: Iterable[Range], highest: int) -> str:
    """``3``, ``5 to 9, 1000 to max``"""
    return ", ".join(_shown(one, highest) for one in ranges)


def _shown(one: Range, highest: int) -> str:
    if one.start == one.end:
        return str(one.start)
    return f"{one.start} to {'max' if one.end >= highest else one.end}"
