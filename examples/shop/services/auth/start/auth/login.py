"""Log in and check who somebody is."""

from __future__ import annotations

import hashlib
import hmac

from auth import service, tokens
from shopkit import Refused

QUERY = "SELECT id, password_hash FROM users WHERE username = ?"


@service.route("POST", "/login")
def login(body: dict[str, str]) -> dict[str, object]:
    """A token for a user name and its password."""
    with service.database() as connection:
        row = connection.execute(QUERY, (body["login"],)).fetchone()
    if row is None or not _fits(body["password"], row["password_hash"]):
        raise Refused(401, "wrong name or password")
    return {"token": tokens.sign({"user": row["id"]})}


@service.route("GET", "/tokens/{token}")
def who(token: str) -> dict[str, object]:
    """The claims of a token that we signed."""
    claims = tokens.read(token)
    if claims is None:
        raise Refused(401, "not one of our tokens")
    return claims


def _fits(password: str, expected: str) -> bool:
    found = hashlib.scrypt(password.encode(), salt=b"shop", n=2**12, r=8, p=1).hex()
    return hmac.compare_digest(found, expected)
