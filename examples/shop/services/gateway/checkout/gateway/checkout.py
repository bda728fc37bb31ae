"""From the basket to an order."""

from __future__ import annotations

from gateway import service


@service.route("POST", "/checkout")
def checkout(body: dict[str, object]) -> object:
    """Place the order of whoever holds the token."""
    claims = service.call("auth", f"/tokens/{body['token']}")
    order = {name: value for name, value in body.items() if name != "token"}
    return service.call("orders", "/orders", {**order, "user_id": claims["user"]})
