"""What an order waits for, since when, and when that counts as stalled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from checkout.domain.deadline import LATE
from checkout.domain.order import Order
from checkout.domain.refunds import RefundStatus
from checkout.domain.status import OPEN, Status

STEP = timedelta(minutes=1)
"""For catalog's and payment's next step, which take milliseconds."""
CLOSING = timedelta(minutes=2)
"""For payment to close a trade that can no longer be paid."""
OVERDUE = LATE + timedelta(minutes=1)
"""For the deadline to be checked twice."""
RECEIPT = timedelta(hours=2)
"""For goods whose time has passed to count as received."""
REFUNDING = timedelta(minutes=10)
"""For the provider to send money back."""


class WaitsFor(StrEnum):
    STOCK = "catalog to reserve the stock"
    LINK = "payment to open the trade"
    DEADLINE = "its deadline to close it"
    CLOSE = "payment to close the trade"
    REFUND = "payment to send the money back"
    RECEIPT = "its time for receipt to end"


@dataclass(frozen=True, slots=True)
class Waiting:
    """`refund_id` says which refund waits; None for the order itself."""

    waits_for: WaitsFor
    since: datetime
    refund_id: str | None = None


def stalled_waits(order: Order, now: datetime) -> list[Waiting]:
    """What has waited for longer than is usual: the order, and each of its refunds."""
    moved_at = order.history[-1][1] if order.history else order.placed_at
    waits = [Waiting(waits_for, moved_at) for waits_for in _order_waits(order, moved_at, now)]
    for refund in order.refunds:
        since = refund.approved_at or moved_at
        if refund.status is RefundStatus.APPROVED and now - since > REFUNDING:
            waits.append(Waiting(WaitsFor.REFUND, since, refund.refund_id))
    return waits


def _order_waits(order: Order, moved_at: datetime, now: datetime) -> list[WaitsFor]:
    if order.status in OPEN and now - order.expires_at > OVERDUE:
        return [WaitsFor.DEADLINE]
    if order.status is Status.PLACED and now - moved_at > STEP:
        return [WaitsFor.STOCK]
    if order.status is Status.CONFIRMED and now - moved_at > STEP:
        return [WaitsFor.LINK]
    if order.status is Status.CLOSING and now - _last_payable(order, moved_at) > CLOSING:
        return [WaitsFor.CLOSE]
    if order.receive_by is not None and now - order.receive_by > RECEIPT and not order.holds_receipt:
        return [WaitsFor.RECEIPT]
    return []


def _last_payable(order: Order, closing_since: datetime) -> datetime:
    """A buyer who has the link can pay until the deadline."""
    return max(closing_since, order.expires_at) if order.payment is not None else closing_since
