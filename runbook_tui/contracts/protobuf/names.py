"""The words that code which uses a definition has to contain one of."""

from __future__ import annotations

import re

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")


def rpc_names(name: str) -> tuple[str, ...]:
    """``GetOrder`` is called as ``getOrder`` or ``get_order`` in other languages."""
    snake = "_".join(word.lower() for word in _WORDS.findall(name))
    return tuple(dict.fromkeys((name, name[:1].lower() + name[1:], snake)))
