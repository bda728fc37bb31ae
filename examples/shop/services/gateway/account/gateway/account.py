"""Pages of one's own account."""

from __future__ import annotations

from gateway import service


@service.route("GET", "/pages/account/{token}")
def account_page(token: str) -> dict[str, object]:
    """Who somebody is, and what was ordered."""
    claims = service.call("auth", f"/tokens/{token}")
    user = claims["user"]
    return {
        "profile": service.call("users", f"/users/{user}"),
        "orders": service.call("orders", f"/orders/export/{user}"),
    }
