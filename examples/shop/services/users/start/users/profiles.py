"""What other services may know about a user."""

from __future__ import annotations

from shopkit import Refused
from users import service

COLUMNS = "id, username, created_at"


@service.route("GET", "/users/{user_id}")
def show(user_id: str) -> dict[str, object]:
    """The profile of one user."""
    with service.database() as connection:
        row = connection.execute(f"SELECT {COLUMNS} FROM users WHERE id = ?", (user_id,)).fetchone()
    if row is None:
        raise Refused(404, f"no user {user_id}")
    return dict(row)
