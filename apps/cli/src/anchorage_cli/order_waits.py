"""What an order waits for, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from runtime.mongo.client import Document

_ENDED = {
    "completed": "It has ended: the goods were received.",
    "refunded": "It has ended: all of the money went back.",
    "rejected": "It has ended: it was rejected.",
    "cancelled": "It has ended unpaid.",
}
_WAITS = {
    "placed": "It waits for catalog to hold the stock.",
    "confirmed": "It waits for payment to open the trade.",
    "closing": "It waits for payment to close the trade; while a link can be used, that is after the time to pay.",
    "paid": "It waits for the owner to send the goods.",
}
_REFUNDS = {
    "requested": "waits for the owner to decide",
    "approved": "waits for payment to send the money back",
}


def waits(order: Document, stalled: Sequence[Document], now: datetime) -> list[str]:
    """One sentence for the order, one for each refund in progress, and what to do about what has stalled."""
    found = [_order(order, now)]
    found += [
        f"Refund {refund['refund_id']} {_REFUNDS[refund['status']]}."
        for refund in order["refunds"]
        if refund["status"] in _REFUNDS
    ]
    found += [
        f"Stalled since {one['since']:%Y-%m-%d %H:%M:%S}Z, waiting for {one['waits_for']}: {one['advice']}"
        for one in stalled
    ]
    return found


def _order(order: Document, now: datetime) -> str:
    status = order["status"]
    if status == "awaiting_payment":
        until = f"{order['expires_at']:%Y-%m-%d %H:%M:%S}Z"
        if now > order["expires_at"]:
            return f"Its time to pay ended at {until}: it waits to be closed."
        return f"It waits for the buyer, who can pay until {until}."
    if status == "shipped":
        received_by: datetime | None = order.get("receive_by")
        return "It waits for the buyer to confirm receipt" + (
            f", at the latest until {received_by:%Y-%m-%d %H:%M:%S}Z."
            if received_by
            else ", or for the rest of the goods to be sent."
        )
    return _ENDED.get(status) or _WAITS.get(status) or f"It is {status}."
