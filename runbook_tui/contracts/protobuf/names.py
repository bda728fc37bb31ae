"""The words that code which uses a definition has to contain one of."""

from __future__ import annotations

import re
from collections.abc import Sequence

MOST_LISTED = 5
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")


def rpc_names(name: str) -> tuple[str, ...]:
    """``GetOrder`` is called as ``getOrder`` or ``get_order`` in other languages."""
    snake = "_".join(word.lower() for word in _WORDS.findall(name))
    return tuple(dict.fromkeys((name, name[:1].lower() + name[1:], snake)))


def listed(names: Sequence[str]) -> str:
    """``A, B, C``, cut after a few: an enum may have any number of names for one number."""
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return ", ".join(names[:MOST_LISTED]) + more
