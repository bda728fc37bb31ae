"""Orders as they were placed."""

from __future__ import annotations

from orders import service
from shopkit import Refused

COLUMNS = "id, user_id, total, placed_at"


@service.route("GET", "/orders/{order_id}")
def show(order_id: str) -> dict[str, object]:
    """One order."""
    with service.database() as connection:
        row = connection.execute(f"SELECT {COLUMNS} FROM orders WHERE id = ?", (order_id,)).fetchone()
    if row is None:
        raise Refused(404, f"no order {order_id}")
    return dict(row)
