"""Invoices and credit notes."""

from shopkit import Service

service = Service(
    "billing",
    needs={
        "invoices": ("id", "order_id", "legacy_number", "amount_cents", "issued_on"),
    },
)
