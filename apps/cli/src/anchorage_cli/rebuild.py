"""Orders rebuilt from the event streams alone, as an analyst could.

The fold is independent of checkout's code, so that comparing the two proves something.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from contracts import checkout, payment
from contracts.event import Event


@dataclass(slots=True)
class RebuiltOrder:
    """One order according to the streams. Amounts in minor units."""

    order_id: str
    mini_program_id: str = ""
    host_id: str = ""
    openid: str = ""
    status: str = ""
    total: int = 0
    refunded_total: int = 0
    lines: tuple[tuple[str, int, int], ...] = ()
    link_sent: bool = False
    gave_all_back: bool | None = None
    """Whether the refund in full made all goods available again, by an event that does not name what was never sent."""
    seen: set[int] = field(default_factory=set)


_AFTER = {
    checkout.OrderConfirmed: "confirmed",
    checkout.OrderCloseRequested: "closing",
    checkout.OrderPaid: "paid",
    checkout.OrderShipped: "shipped",
    checkout.OrderCompleted: "completed",
    checkout.OrderRejected: "rejected",
    checkout.OrderCancelled: "cancelled",
}


def rebuild(events: Iterable[Event]) -> dict[str, RebuiltOrder]:
    """Orders by id, from the events of `orders` and `payments`, in any order across topics and with repeats."""
    by_order: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_order[getattr(event, "order_id")].append(event)  # noqa: B009 - all of both topics have it
    return {order_id: _fold(order_id, found) for order_id, found in by_order.items()}


def _fold(order_id: str, events: list[Event]) -> RebuiltOrder:
    order = RebuiltOrder(order_id)
    own = [event for event in events if isinstance(event, checkout.OrderEvent)]
    for event in sorted(own, key=lambda event: event.version):
        _apply(order, event)
    order.link_sent = any(isinstance(event, payment.PaymentRequested) for event in events)
    if order.status == "confirmed" and order.link_sent:
        order.status = "awaiting_payment"
    return order


def _apply(order: RebuiltOrder, event: checkout.OrderEvent) -> None:
    order.seen.add(event.version)
    if isinstance(event, checkout.OrderPlaced):
        order.mini_program_id, order.host_id, order.openid = (
            event.mini_program_id,
            event.host_id,
            event.openid,
        )
        order.total = event.total.amount
        order.lines = tuple((line.sku_id, line.quantity, line.unit_price.amount) for line in event.lines)
        order.status = "placed"
    elif isinstance(event, checkout.OrderRefunded):
        order.refunded_total = event.refunded_total.amount
        if order.refunded_total == order.total:
            order.status = "refunded"
            order.gave_all_back = None if "unsent" in event.model_fields_set else event.release_stock
    elif type(event) in _AFTER:
        order.status = _AFTER[type(event)]
