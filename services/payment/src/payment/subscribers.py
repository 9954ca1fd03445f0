"""What payment takes from other services' streams."""

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
from contracts.checkout import OrderCloseRequested, RefundApproved
from payment.adapters.owners import Owners
from payment.application.bookkeeping import POSTED, Ledger, posting_of
from payment.application.orders import Orders
from runtime.clock import Clock
from runtime.consuming.subscription import Delivery, Subscription

MINI_PROGRAM_EVENTS = (MiniProgramRegistered, MiniProgramPublished, MiniProgramChanged, MiniProgramSuspended)


def reservations_subscription(orders: Orders) -> Subscription:
    """Orders whose stock is held: their buyers wait for a way to pay. All of a batch are opened in one write."""

    async def on_reserved(deliveries: Sequence[Delivery]) -> None:
        await orders.open([(d.event.order, d.traceparent) for d in deliveries if d.event.order is not None])

    return Subscription("reservations", (StockReserved,), on_reserved)


def orders_subscription(orders: Orders) -> Subscription:
    """What ends an order or sends its money back: nobody waits for it in front of a screen."""

    async def on_orders(deliveries: Sequence[Delivery]) -> None:
        await asyncio.gather(
            *(orders.close(d.event) for d in deliveries if isinstance(d.event, OrderCloseRequested)),
            *(
                orders.refund(d.event, d.traceparent)
                for d in deliveries
                if isinstance(d.event, RefundApproved)
            ),
        )

    return Subscription("orders", (OrderCloseRequested, RefundApproved), on_orders, bulk_fetch=True)


def ledger_subscription(ledger: Ledger, clock: Clock) -> Subscription:
    """Payment's own events, posted in batches."""

    async def on_money(deliveries: Sequence[Delivery]) -> None:
        postings = [posting for d in deliveries if (posting := posting_of(d.event)) is not None]
        await ledger.append(postings, clock())

    return Subscription("ledger", POSTED, on_money, max_records=500, bulk_fetch=True)


def mini_programs_subscription(owners: Owners) -> Subscription:
    """Who owns which mini program: who is paid."""

    async def on_mini_programs(deliveries: Sequence[Delivery]) -> None:
        await owners.learn([d.event for d in deliveries])

    return Subscription("mini-programs", MINI_PROGRAM_EVENTS, on_mini_programs)
