"""Messages to the people who buy in the shop."""

from shopkit import Service

service = Service(
    "notifications",
    needs={
        "messages": ("id", "user_id", "subject", "sent_at"),
    },
)
