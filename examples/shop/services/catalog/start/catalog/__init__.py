"""What the shop sells."""

from shopkit import Service

service = Service(
    "catalog",
    needs={
        "products": ("id", "name", "price_cents"),
    },
)
