"""Invoices that nobody has paid."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from billing import service

DUE_AFTER = timedelta(days=30)


@service.route("GET", "/reminders")
def reminders() -> list[int]:
    """Ids of invoices older than thirty days without a credit note."""
    oldest = (datetime.now(UTC).date() - DUE_AFTER).isoformat()
    query = """
        SELECT invoices.id FROM invoices LEFT JOIN credit_notes ON credit_notes.invoice_id = invoices.id
        WHERE credit_notes.id IS NULL AND invoices.issued_on < ? ORDER BY invoices.id LIMIT 500
    """
    with service.database() as connection:
        return [row["id"] for row in connection.execute(query, (oldest,))]
