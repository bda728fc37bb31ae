"""Whether a product can be sent today."""

from __future__ import annotations

from catalog import service


@service.route("GET", "/products/{product_id}/availability")
def availability(product_id: str) -> dict[str, object]:
    """The pieces in stock; a product that nobody counted can be ordered."""
    with service.database() as connection:
        row = connection.execute("SELECT pieces FROM stock WHERE product_id = ?", (product_id,)).fetchone()
    pieces = row["pieces"] if row else None
    return {"product": int(product_id), "pieces": pieces, "available": pieces is None or pieces > 0}
