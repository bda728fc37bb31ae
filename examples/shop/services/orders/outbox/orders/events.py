"""Tell the listeners of order-placed. What one of them does not take stays in the outbox."""

from __future__ import annotations

import json
import sqlite3

from orders import service
from shopkit import Refused

LISTENERS = ("billing", "notifications")


def keep(connection: sqlite3.Connection, event: dict[str, object]) -> None:
    """Write the event down in the transaction of the order itself."""
    rows = [(listener, json.dumps(event)) for listener in LISTENERS]
    connection.executemany("INSERT INTO outbox (listener, event) VALUES (?, ?)", rows)


def deliver() -> None:
    """Hand over what lies in the outbox; a listener that refuses gets it again next time."""
    with service.database() as connection:
        waiting = connection.execute("SELECT id, listener, event FROM outbox ORDER BY id LIMIT 100").fetchall()
    for row in waiting:
        try:
            service.call(row["listener"], "/events/order-placed", json.loads(row["event"]))
        except Refused:
            continue
        with service.database() as connection:
            connection.execute("DELETE FROM outbox WHERE id = ?", (row["id"],))
