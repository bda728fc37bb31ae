"""Users by what they know of themselves."""

from __future__ import annotations

from shopkit import Refused
from users import service


@service.route("GET", "/users/by-email/{email}")
def by_email(email: str) -> dict[str, object]:
    """The id behind an e-mail address."""
    with service.database() as connection:
        row = connection.execute("SELECT id FROM users WHERE email = ?", (email,)).fetchone()
    if row is None:
        raise Refused(404, "nobody has this address")
    return {"id": row["id"]}
