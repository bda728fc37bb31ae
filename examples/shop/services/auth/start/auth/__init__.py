"""Passwords in, tokens out."""

from shopkit import Service

service = Service(
    "auth",
    needs={
        "users": ("id", "username", "password_hash"),
    },
)
