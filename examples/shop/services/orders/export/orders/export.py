"""All orders of one user, for the account page."""

from __future__ import annotations

from orders import service


@service.route("GET", "/orders/export/{user_id}")
def export(user_id: str) -> list[dict[str, object]]:
    """The orders of one user, newest first."""
    query = "SELECT id, total, placed_at FROM orders WHERE user_id = ? ORDER BY id DESC"
    with service.database() as connection:
        return [dict(row) for row in connection.execute(query, (user_id,))]
