"""Stalled orders and refunds, and how each is asked for its next step again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from checkout.application.close_overdue import close_command
from checkout.application.ports import Announcer, OrderQueries, Orders
from checkout.application.receipts import receipt_command
from checkout.domain.order import Order
from checkout.domain.waiting import Waiting, WaitsFor, stalled_waits
from contracts.checkout import OrderCloseRequested, OrderPlaced, RefundApproved
from runtime.clock import Clock
from runtime.stalled import Stalled

ADVICE = {
    WaitsFor.STOCK: "Is catalog running? Look for the order in `anchorage dlq show orders` and replay it.",
    WaitsFor.LINK: "Is payment running, and the mini program's merchant configured? See `anchorage dlq show stock`.",
    WaitsFor.DEADLINE: "See checkout's log for `cannot close the orders of a deadline`.",
    WaitsFor.CLOSE: "Is payment running, and Alipay reachable? See `anchorage dlq show orders` and `… payments`.",
    WaitsFor.REFUND: "Is payment running, and Alipay reachable? See `anchorage dlq show orders` and `… payments`.",
    WaitsFor.RECEIPT: "See checkout's log for `an order cannot be changed`.",
}


@dataclass(frozen=True, slots=True)
class StalledOrders:
    """Implements `runtime.stalled.StalledSource`."""

    orders: Orders
    queries: OrderQueries
    announcer: Announcer
    clock: Clock

    async def find(self, now: datetime) -> AsyncIterator[Stalled]:
        """Orders and refunds that have waited for longer than is usual."""
        async for order in self.queries.waiting(now):
            for waiting in stalled_waits(order, now):
                yield _stalled(order, waiting)

    async def ask_again(self, stalled: Stalled) -> None:
        """Close or complete what is overdue; announce the order's request again to whom it waits for."""
        order_id, _, refund_id = stalled.id.partition("/")
        match stalled.waits_for:
            case WaitsFor.DEADLINE:
                command = close_command(order_id, self.clock())
                await self.orders.change(order_id, command.decide)
            case WaitsFor.RECEIPT:
                command = receipt_command(order_id, self.clock())
                await self.orders.change(order_id, command.decide)
            case WaitsFor.STOCK | WaitsFor.LINK:
                await self.announcer.again(order_id, OrderPlaced)
            case WaitsFor.CLOSE:
                await self.announcer.again(order_id, OrderCloseRequested)
            case WaitsFor.REFUND:
                await self.announcer.again(order_id, RefundApproved, refund_id=refund_id)


def _stalled(order: Order, waiting: Waiting) -> Stalled:
    kind, key, state = "order", order.order_id, str(order.status)
    if waiting.refund_id is not None:
        kind, key, state = "refund", f"{order.order_id}/{waiting.refund_id}", "approved"
    return Stalled(kind, key, state, waiting.since, waiting.waits_for, ADVICE[waiting.waits_for])
