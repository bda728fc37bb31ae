"""The search box."""

from __future__ import annotations

from gateway import service


@service.route("GET", "/pages/find/{word}")
def results_page(word: str) -> dict[str, object]:
    """At most ten products for a word."""
    ids = service.call("search", f"/find/{word}")
    return {"products": [service.call("catalog", f"/products/{number}") for number in ids[:10]]}
