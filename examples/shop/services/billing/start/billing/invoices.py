"""Invoices: one for each order."""

from __future__ import annotations

from billing import service
from shopkit import Refused

COLUMNS = "id, order_id, legacy_number AS number, amount_cents, issued_on"


@service.route("GET", "/invoices/{invoice_id}")
def show(invoice_id: str) -> dict[str, object]:
    """One invoice."""
    with service.database() as connection:
        row = connection.execute(f"SELECT {COLUMNS} FROM invoices WHERE id = ?", (invoice_id,)).fetchone()
    if row is None:
        raise Refused(404, f"no invoice {invoice_id}")
    return dict(row)
