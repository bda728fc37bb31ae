"""Where a user wants parcels to go."""

from __future__ import annotations

from users import service

FIELDS = ("street", "city", "country")


@service.route("GET", "/users/{user_id}/addresses")
def show_addresses(user_id: str) -> list[dict[str, object]]:
    """All addresses of one user."""
    query = "SELECT id, street, city, country FROM addresses WHERE user_id = ?"
    with service.database() as connection:
        return [dict(row) for row in connection.execute(query, (user_id,))]


@service.route("POST", "/users/{user_id}/addresses")
def add_address(body: dict[str, str], user_id: str) -> dict[str, object]:
    """One more address."""
    values = (user_id, *(body[field] for field in FIELDS))
    with service.database() as connection:
        cursor = connection.execute(
            "INSERT INTO addresses (user_id, street, city, country) VALUES (?, ?, ?, ?)", values
        )
    return {"id": cursor.lastrowid}
