"""Tokens that were ended before they ran out."""

from __future__ import annotations

from auth import service, tokens

_ended: set[str] = set()


@service.route("POST", "/logout")
def logout(body: dict[str, str]) -> dict[str, object]:
    """End one session."""
    _ended.add(body["token"])
    return {"ended": tokens.read(body["token"]) is not None}


def ended(token: str) -> bool:
    """Whether its owner logged out."""
    return token in _ended
