"""Profiles of the people who buy in the shop."""

from shopkit import Service

service = Service(
    "users",
    needs={
        "users": ("id", "username", "password_hash", "created_at"),
    },
)
