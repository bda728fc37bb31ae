"""The words of all products, read from catalog."""

from __future__ import annotations

import time
from collections import defaultdict

from search import service

KEPT_FOR = 60.0
_words: dict[str, set[int]] = {}
_read_at = 0.0


def words() -> dict[str, set[int]]:
    """Product ids by word."""
    global _words, _read_at
    if not _words or time.monotonic() - _read_at > KEPT_FOR:
        found: defaultdict[str, set[int]] = defaultdict(set)
        for product in service.call("catalog", "/products"):
            for word in product["name"].casefold().split():
                found[word].add(product["id"])
        _words, _read_at = dict(found), time.monotonic()
    return _words
