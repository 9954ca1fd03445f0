"""What the catalog takes from other services: the life of orders, as far as stock follows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog.application.reserving import Reserving, Told
from catalog.domain.reservation import Happening, merged
from contracts.checkout import OrderCancelled, OrderPaid, OrderPlaced, OrderRefunded
from contracts.event import Event
from runtime.consuming.subscription import Delivery, Subscription

_HAPPENING: dict[type[Event], Happening] = {
    OrderPlaced: Happening.PLACED,
    OrderPaid: Happening.PAID,
    OrderCancelled: Happening.CANCELLED,
    OrderRefunded: Happening.REFUNDED,
}


def stock_follows_orders(reserving: Reserving) -> Subscription:
    """The subscription to `orders`."""

    async def handle(deliveries: Sequence[Delivery]) -> None:
        await reserving.handle([told(d.event, d.traceparent) for d in deliveries if concerns_stock(d.event)])

    return Subscription("stock", tuple(_HAPPENING), handle)


def concerns_stock(event: Any) -> bool:
    """A refund concerns stock only when the goods never left."""
    return not isinstance(event, OrderRefunded) or event.release_stock


def told(event: Any, traceparent: str | None) -> Told:
    """What an order event tells of stock."""
    lines = getattr(event, "lines", ())
    placed = event if isinstance(event, OrderPlaced) else None
    return Told(
        happening=_HAPPENING[type(event)],
        order_id=event.order_id,
        mini_program_id=event.mini_program_id,
        lines=merged((line.sku_id, line.quantity) for line in lines),
        products=tuple((line.product_id, line.sku_id) for line in lines) if placed else (),
        placed=placed,
        traceparent=traceparent,
    )
