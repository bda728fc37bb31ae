"""order-placed: every order gets an invoice."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

from billing import service
from shopkit import Refused

METHODS = {"CARD", "INVOICE"}


@service.route("POST", "/events/order-placed")
def order_placed(body: dict[str, object]) -> dict[str, object]:
    """Write the invoice of one order; saying it twice changes nothing."""
    if body["payment_method"] not in METHODS:
        raise Refused(422, f"payment_method {body['payment_method']} is not known here")
    with service.database() as connection:
        known = connection.execute("SELECT id FROM invoices WHERE order_id = ?", (body["order_id"],)).fetchone()
        return {"invoice": known["id"] if known else _write(connection, body)}


def _write(connection: sqlite3.Connection, event: dict[str, object]) -> int:
    today = datetime.now(UTC).date().isoformat()
    invoice = {
        "order_id": event["order_id"],
        "legacy_number": f"R-{event['order_id']}",
        "amount_cents": round(float(str(event["total"])) * 100),
        "issued_on": today,
    }
    columns, places = ", ".join(invoice), ", ".join(f":{name}" for name in invoice)
    return connection.execute(f"INSERT INTO invoices ({columns}) VALUES ({places})", invoice).lastrowid or 0
