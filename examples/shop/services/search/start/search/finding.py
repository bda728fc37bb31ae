"""From words to products."""

from __future__ import annotations

from search import index, service


@service.route("GET", "/find/{word}")
def find(word: str) -> list[int]:
    """Ids of the products with this word in their name."""
    return sorted(index.words().get(word.casefold(), set()))
