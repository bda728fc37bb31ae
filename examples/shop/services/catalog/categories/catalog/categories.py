"""Categories: a word a product, no tree."""

from __future__ import annotations

from catalog import service


@service.route("GET", "/categories/{category}")
def show_category(category: str) -> list[dict[str, object]]:
    """The products of one category by name."""
    query = "SELECT id, name FROM products WHERE category = ? ORDER BY name"
    with service.database() as connection:
        return [dict(row) for row in connection.execute(query, (category,))]
