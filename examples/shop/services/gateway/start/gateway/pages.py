"""Pages that everybody may see."""

from __future__ import annotations

from gateway import service


@service.route("GET", "/pages/products/{product_id}")
def product_page(product_id: str) -> dict[str, object]:
    """What the page of one product shows."""
    return {"product": service.call("catalog", f"/products/{product_id}")}
