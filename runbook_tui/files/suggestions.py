"""Near misses: what somebody probably meant by a name that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_LONGEST_SHOWN = 60


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A remedy such as ``did you mean 'owner'?``; the empty string when nothing is near."""
    by_folded: dict[str, str] = {}
    for candidate in sorted(known):
        by_folded.setdefault(_folded(candidate), candidate)
    close = difflib.get_close_matches(_folded(name[:200]), by_folded, n=1, cutoff=0.6)
    return f"did you mean '{by_folded[close[0]]}'?" if close else ""


def one_of(names: Iterable[str], *, most: int = 12) -> str:
    """An enumeration for a person: ``one of a, b, c``, cut after ``most`` names."""
    words = sorted(names)
    if len(words) == 1:
        return words[0]
    listed = ", ".join(words[:most])
    return f"one of {listed}, ..." if len(words) > most else f"one of {listed}"


def quoted(value: str) -> str:
    """A foreign value inside a sentence: in quotes, on one line, cut after 60 characters."""
    text = "".join(
        character if character.isprintable() else f"\\u{{{ord(character):x}}}"
        for character in value[:_LONGEST_SHOWN]
    )
    return f"'{text}...'" if len(value) > _LONGEST_SHOWN else f"'{text}'"


def _folded(name: str) -> str:
    return name.lower().replace("-", "_")
