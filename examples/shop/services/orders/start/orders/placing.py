"""New orders."""

from __future__ import annotations

from datetime import UTC, datetime

from orders import service
from shopkit import Refused


@service.route("POST", "/orders")
def place(body: dict[str, object]) -> dict[str, object]:
    """Take an order."""
    lines = body.get("lines") or []
    if not lines:
        raise Refused(422, "an order needs at least one line")
    total = sum(line["quantity"] * line["price"] for line in lines)
    order = {
        "user_id": body["user_id"],
        "total": total,
        "placed_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    with service.database() as connection:
        columns, places = ", ".join(order), ", ".join(f":{name}" for name in order)
        order["id"] = connection.execute(f"INSERT INTO orders ({columns}) VALUES ({places})", order).lastrowid
    return {"id": order["id"], "total": total}
