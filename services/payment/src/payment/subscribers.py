"""What payment takes from other services' streams."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from contracts.checkout import OrderCloseRequested, OrderConfirmed, RefundApproved
from payment.application.orders import Orders
from runtime.delivery import Delivery, Subscription


def orders_subscription(orders: Orders) -> Subscription:
    """Confirmed orders are opened first, all of a batch in one write; the rest is gathered by `Trades`."""

    async def on_orders(deliveries: Sequence[Delivery]) -> None:
        await orders.open(
            [(d.event, d.traceparent) for d in deliveries if isinstance(d.event, OrderConfirmed)]
        )
        await asyncio.gather(
            *(orders.close(d.event) for d in deliveries if isinstance(d.event, OrderCloseRequested)),
            *(
                orders.refund(d.event, d.traceparent)
                for d in deliveries
                if isinstance(d.event, RefundApproved)
            ),
        )

    return Subscription("orders", (OrderConfirmed, OrderCloseRequested, RefundApproved), on_orders)
