"""Products."""

from __future__ import annotations

from catalog import service
from shopkit import Refused

COLUMNS = "id, name, price_cents"


@service.route("GET", "/products")
def everything() -> list[dict[str, object]]:
    """All products by name."""
    with service.database() as connection:
        return [dict(row) for row in connection.execute(f"SELECT {COLUMNS} FROM products ORDER BY name")]


@service.route("GET", "/products/{product_id}")
def show(product_id: str) -> dict[str, object]:
    """One product."""
    with service.database() as connection:
        row = connection.execute(f"SELECT {COLUMNS} FROM products WHERE id = ?", (product_id,)).fetchone()
    if row is None:
        raise Refused(404, f"no product {product_id}")
    return dict(row)
