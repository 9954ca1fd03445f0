"""Lets goods count as received when the buyer has not said so in time.

Each order that was sent has one deadline, stored before its parcel. It is checked when it is due, and again at intervals while
something holds the receipt (`Order.holds_receipt`).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from checkout.application.changing import change_each
from checkout.application.contracts_out import contracts_of
from checkout.application.ports import Orders, ReceiptDeadlines
from checkout.domain.order import Order
from checkout.domain.status import Status
from runtime.clock import Clock
from runtime.outbox.changes import Change, Command, Result

POLL_INTERVAL_SECONDS = 5.0
MAX_BATCH = 200
CHECK_AGAIN = timedelta(hours=1)
"""After a check that did not complete the order."""
ON_THE_WAY = (Status.PAID, Status.SHIPPED)
"""A paid order may have a parcel whose write is not stored yet."""


@dataclass(frozen=True, slots=True)
class TimeOutReceipts:
    """Completes orders whose time for receipt has passed."""

    orders: Orders
    deadlines: ReceiptDeadlines
    clock: Clock

    async def run(self) -> None:
        """Poll for deadlines; ends only by cancellation."""
        while True:
            if await self.complete_due(self.clock()) < MAX_BATCH:
                await asyncio.sleep(POLL_INTERVAL_SECONDS)

    async def complete_due(self, now: datetime) -> int:
        """Check the orders whose deadline has passed; returns how many were checked."""
        order_ids = await self.deadlines.due(now, MAX_BATCH)
        outcomes = await change_each(self.orders, [receipt_command(order_id, now) for order_id in order_ids])
        next_checks = [_next_check(outcome, now) for outcome in outcomes]
        checked = list(zip(order_ids, next_checks, strict=True))
        await self.deadlines.check_again({order_id: at for order_id, at in checked if at is not None})
        await self.deadlines.drop([order_id for order_id, at in checked if at is None])
        return len(order_ids)


def receipt_command(order_id: str, now: datetime) -> Command[Order]:
    """Complete the order, if its time for receipt has passed and nothing holds it."""

    def decide(order: Order | None) -> Change[Order] | None:
        happened = order.time_out_receipt(now) if order is not None else []
        return Change(order, contracts_of(order, happened, now)) if order is not None and happened else None

    return Command(order_id, decide)


def _next_check(outcome: Result[Order] | Exception, now: datetime) -> datetime | None:
    """None when the order needs no further check."""
    if isinstance(outcome, Exception):
        return now + CHECK_AGAIN
    order = outcome.aggregate
    if order is None or order.status not in ON_THE_WAY:
        return None
    return max(order.receive_by or now, now + CHECK_AGAIN)
