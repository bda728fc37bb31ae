"""What somebody probably meant by a key or a name that is not known."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from difflib import SequenceMatcher, get_close_matches
from posixpath import commonprefix

from runbook_tui.files.suggestions import quoted

_NEAR = 0.8
"""Likeness from which an unknown key is taken for a slip: ``consumesApi`` has 0.96, ``links`` and ``labels`` 0.55."""
_LONGEST = 60


def nearest(name: str, known: Collection[str]) -> str:
    """The known name that is spelt nearly like this one; empty when none is."""
    if len(name) > _LONGEST or len(name) < 3:
        return ""
    folded = _folded(name)
    best, likeness = "", _NEAR
    for candidate in sorted(known):
        other = _folded(candidate)
        if other == folded:
            return candidate
        found = SequenceMatcher(None, folded, other).ratio()
        if found >= likeness:
            best, likeness = candidate, found
    return best


def meant(name: str, known: Iterable[str]) -> str:
    """A remedy such as ``did you mean 'orders'?``; the empty string when no name is near.

    Names of one system often begin or end alike (``shop-orders``, ``shop-users``), so it is the rest that has to be
    near: two characters, a word more or less, or capitals and dashes.
    """
    candidates = {_folded(candidate): candidate for candidate in sorted(known, reverse=True)}
    folded = _folded(name[:_LONGEST])
    near = [folded] if folded in candidates else get_close_matches(folded, candidates, n=3, cutoff=0.6)
    found = next((candidates[other] for other in near if _is_near(folded, other)), "")
    if not found:
        whole = [other for other in candidates.values() if _has_more_words(name, other)]
        found = whole[0] if len(whole) == 1 else ""
    return f"did you mean {quoted(found)}?" if found else ""


def _is_near(one: str, other: str) -> bool:
    start = len(commonprefix([one, other]))
    end = len(commonprefix([one[start:][::-1], other[start:][::-1]]))
    left = sorted((len(one) - start - end, len(other) - start - end))
    return left[1] <= 2 or (left[0] == 0 and left[1] <= max(len(one), len(other)) // 4)


def _has_more_words(one: str, other: str) -> bool:
    """Whether one of two names is the other and further words: ``billing`` and ``billing-service``."""
    short, long = sorted((one.lower(), other.lower()), key=len)
    return long.startswith((f"{short}-", f"{short}_")) or long.endswith((f"-{short}", f"_{short}"))


def _folded(name: str) -> str:
    return re.sub(r"[-_ ]", "", name).casefold()
