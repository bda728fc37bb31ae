"""Credit notes: money that goes back."""

from __future__ import annotations

from datetime import UTC, datetime

from billing import service
from shopkit import Refused

CREDIT = """
INSERT INTO credit_notes (invoice_id, amount_cents, issued_on)
SELECT id, amount_cents, :today FROM invoices WHERE id = :invoice
"""


@service.route("POST", "/invoices/{invoice_id}/credit")
def credit(body: object, invoice_id: str) -> dict[str, object]:
    """Give back the whole amount of an invoice."""
    today = datetime.now(UTC).date().isoformat()
    with service.database() as connection:
        cursor = connection.execute(CREDIT, {"today": today, "invoice": invoice_id})
    if not cursor.rowcount:
        raise Refused(404, f"no invoice {invoice_id}")
    return {"credit_note": cursor.lastrowid}
