"""Subjects of messages."""

from __future__ import annotations

SUBJECTS = {
    "order-placed": "Your order {order_id}",
}


def subject(kind: str, **values: object) -> str:
    """The subject of one kind of message."""
    return SUBJECTS[kind].format(**values)
