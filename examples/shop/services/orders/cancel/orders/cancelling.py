"""Second thoughts."""

from __future__ import annotations

from orders import service
from shopkit import Refused


@service.route("POST", "/orders/{order_id}/cancel")
def cancel(body: object, order_id: str) -> dict[str, object]:
    """Cancel an order that has not been sent."""
    with service.database() as connection:
        done = connection.execute(
            "UPDATE orders SET status = 'cancelled' WHERE id = ? AND status = 'placed'", (order_id,)
        ).rowcount
    if not done:
        raise Refused(409, f"order {order_id} cannot be cancelled any more")
    return {"id": int(order_id), "status": "cancelled"}
