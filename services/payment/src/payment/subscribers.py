"""The events that payment consumes, and the use cases that they call."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from contracts.catalog import (
    MiniProgramChanged,
    MiniProgramPublished,
    MiniProgramRegistered,
    MiniProgramSuspended,
    StockReserved,
)
from contracts.checkout import OrderCloseRequested, OrderCompleted, RefundApproved
from payment.application.bookkeeping import POSTED_EVENTS, Bookkeeping
from payment.application.facts import reserved_order
from payment.application.order_requests import OrderRequests
from payment.application.ports import Owners
from payment.application.trade_opening import TradeOpening
from runtime.consuming.subscription import Delivery, Subscription

MINI_PROGRAM_EVENTS = (MiniProgramRegistered, MiniProgramPublished, MiniProgramChanged, MiniProgramSuspended)


def reservations_subscription(opening: TradeOpening, order_secret: str) -> Subscription:
    """Orders whose stock is held: their buyers wait for a way to pay. One write opens all trades of a batch."""

    async def on_stock_reserved(deliveries: Sequence[Delivery]) -> None:
        await opening.open([(reserved_order(d.event, order_secret), d.traceparent) for d in deliveries])

    return Subscription("reservations", (StockReserved,), on_stock_reserved)


def orders_subscription(requests: OrderRequests) -> Subscription:
    """Closes and refunds: nobody waits for these in front of a screen."""

    async def on_orders(deliveries: Sequence[Delivery]) -> None:
        await asyncio.gather(*(_request(requests, delivery) for delivery in deliveries))

    return Subscription("orders", (OrderCloseRequested, RefundApproved), on_orders, bulk_fetch=True)


async def _request(requests: OrderRequests, delivery: Delivery) -> None:
    if isinstance(delivery.event, OrderCloseRequested):
        await requests.close(delivery.event, delivery.traceparent)
    else:
        await requests.refund(delivery.event, delivery.traceparent)


def ledger_subscription(bookkeeping: Bookkeeping) -> Subscription:
    """Payment's own events, posted in batches."""

    async def on_money(deliveries: Sequence[Delivery]) -> None:
        await bookkeeping.post([delivery.event for delivery in deliveries])

    return Subscription("ledger", POSTED_EVENTS, on_money, max_records=500, bulk_fetch=True)


def receipts_subscription(bookkeeping: Bookkeeping) -> Subscription:
    """Orders whose goods are received: what they earned is settled."""

    async def on_completed(deliveries: Sequence[Delivery]) -> None:
        await bookkeeping.receive([delivery.event for delivery in deliveries])

    return Subscription("receipts", (OrderCompleted,), on_completed, max_records=500, bulk_fetch=True)


def mini_programs_subscription(owners: Owners) -> Subscription:
    """Who owns which mini program, and so who is paid."""

    async def on_mini_programs(deliveries: Sequence[Delivery]) -> None:
        await owners.learn([delivery.event for delivery in deliveries])

    return Subscription("mini-programs", MINI_PROGRAM_EVENTS, on_mini_programs)
