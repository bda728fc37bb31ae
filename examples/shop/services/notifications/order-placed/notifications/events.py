"""order-placed: thank people for their orders."""

from __future__ import annotations

from notifications import messages, service, templates
from shopkit import Refused

METHODS = {"CARD", "INVOICE"}


@service.route("POST", "/events/order-placed")
def order_placed(body: dict[str, object]) -> dict[str, object]:
    """Queue a message for one order."""
    if body["payment_method"] not in METHODS:
        raise Refused(422, f"payment_method {body['payment_method']} is not known here")
    subject = templates.subject("order-placed", order_id=body["order_id"])
    return {"message": messages.queue({"user_id": body["user_id"], "subject": subject})}
