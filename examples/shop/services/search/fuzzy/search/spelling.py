"""Words that are nearly the same."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def near(word: str, known: Iterable[str]) -> list[str]:
    """At most three known words that are close to this one."""
    return difflib.get_close_matches(word, known, n=3, cutoff=0.8)
