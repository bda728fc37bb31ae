"""What people do not want to be told."""

from __future__ import annotations

from notifications import service


@service.route("POST", "/users/{user_id}/mute/{kind}")
def mute(body: object, user_id: str, kind: str) -> dict[str, object]:
    """No more messages of this kind."""
    with service.database() as connection:
        connection.execute("INSERT OR IGNORE INTO mutes (user_id, kind) VALUES (?, ?)", (user_id, kind))
    return {"muted": kind}


def muted(user_id: object, kind: str) -> bool:
    """Whether somebody asked not to get these."""
    query = "SELECT 1 FROM mutes WHERE user_id = ? AND kind = ?"
    with service.database() as connection:
        return connection.execute(query, (user_id, kind)).fetchone() is not None
