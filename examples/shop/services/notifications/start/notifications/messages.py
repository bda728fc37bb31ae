"""Messages: queued here, sent by the mail relay."""

from __future__ import annotations

from notifications import service

COLUMNS = "id, user_id, subject, sent_at"


@service.route("GET", "/users/{user_id}/messages")
def show(user_id: str) -> list[dict[str, object]]:
    """What somebody was told, newest first."""
    query = f"SELECT {COLUMNS} FROM messages WHERE user_id = ? ORDER BY id DESC LIMIT 50"
    with service.database() as connection:
        return [dict(row) for row in connection.execute(query, (user_id,))]


def queue(message: dict[str, object]) -> int:
    """Put one message in the queue; its id."""
    columns, places = ", ".join(message), ", ".join(f":{name}" for name in message)
    with service.database() as connection:
        cursor = connection.execute(f"INSERT INTO messages ({columns}) VALUES ({places})", message)
    return cursor.lastrowid or 0
