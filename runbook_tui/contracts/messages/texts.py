"""Texts of a length that match some expressions, and not others."""

from __future__ import annotations

from runbook_tui.contracts.messages.automaton import Automaton, TooLargeError, exactly, find_text, searching
from runbook_tui.contracts.messages.formats import sample, without_format
from runbook_tui.contracts.messages.model import NOTHING, UNKNOWN, Case, Found
from runbook_tui.contracts.messages.regex import UnsupportedError
from runbook_tui.contracts.messages.scalars import Count, Format, Pattern
from runbook_tui.contracts.messages.search import Search, first

MAX_LENGTH = 200
"""Longest text that is made character by character."""


def make_text(search: Search, case: Case) -> Found:
    """A text for a case."""
    least, most = _lengths(case)
    if most is not None and most < max(least, 0):
        return NOTHING
    if any(isinstance(each, Format) for each in (*case.hold, *case.fail)):
        return _formatted(case, least)
    wanted = [searching(each.text) for each in case.hold if isinstance(each, Pattern)]
    unwanted = [searching(each.text) for each in case.fail if isinstance(each, Pattern)]
    if not wanted and not unwanted:
        return _plain(case, least, most)
    if None in wanted or None in unwanted:
        return UNKNOWN
    return _matching(search, case, [w for w in wanted if w], [u for u in unwanted if u])


def _plain(case: Case, least: int, most: int | None) -> Found:
    """Texts of any characters: of the shortest length there are enough, unless it is nothing at all."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    texts = ["" if least == 0 else "x" * min(least, 10_000)]
    if least <= 10_000:
        rest = "a" * max(least - 1, 0)
        texts += [letter + rest for letter in letters] if most is None or most > 0 else []
        texts += ["other" + "x" * max(least - 5, 0) + str(number) for number in range(len(case.excluded))]
    return first(case, texts, complete=most == 0)


def _formatted(case: Case, least: int) -> Found:
    """One text stands for all of a format. Where others of that format may differ from it nothing is known."""
    names = [each.name for each in (*case.hold, *case.fail) if isinstance(each, Format)]
    tried = [*map(sample, names), without_format(max(least, 1))]
    alone = len(names) == len(case.hold) + len(case.fail) and not case.excluded
    return first(case, tried, complete=alone)


def _matching(search: Search, case: Case, wanted: list[Automaton], unwanted: list[Automaton]) -> Found:
    least, most = _lengths(case)
    if least > MAX_LENGTH:
        return UNKNOWN
    if case.excluded:
        unwanted = [*unwanted, exactly(map(str, case.excluded.values()))]
    try:
        text = find_text(wanted, unwanted, least, most, search.step)
    except (TooLargeError, UnsupportedError):
        return UNKNOWN
    return NOTHING if text is None else first(case, [text], complete=False)


def _lengths(case: Case) -> tuple[int, int | None]:
    """The fewest and the most characters that are allowed."""
    counts = [each for each in case.hold if isinstance(each, Count)]
    least = max((c.limit for c in counts if not c.upper), default=0)
    return least, min((c.limit for c in counts if c.upper), default=None)
