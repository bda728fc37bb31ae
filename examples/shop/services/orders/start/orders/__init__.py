"""What people ordered."""

from shopkit import Service

service = Service(
    "orders",
    needs={
        "orders": ("id", "user_id", "total", "placed_at"),
    },
)
