"""Requests the close of orders that were not paid by their deadline; `apply_facts` ends them once payment has decided."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime

from checkout.application.contracts_out import contracts_of
from checkout.application.ports import Deadlines, OrderQueries, Orders
from checkout.domain.deadline import LATE, Deadline
from checkout.domain.order import PAYMENT_DEADLINE, Order
from checkout.domain.status import OPEN
from runtime.clock import Clock
from runtime.errors import WriteConflict, is_unavailable
from runtime.outbox.changes import Change, Command

log = logging.getLogger(__name__)

POLL_INTERVAL_SECONDS = 0.5
MAX_BATCH = 200
"""How many deadlines one poll reads, and how many orders one write holds."""
MAX_CONCURRENT = 10
"""How many deadlines are handled at the same time; each may hold MAX_BATCH orders in memory."""


class CloseOverdue:
    """Requests the close of overdue orders. An order stays `closing` until payment decides."""

    def __init__(self, orders: Orders, queries: OrderQueries, deadlines: Deadlines, clock: Clock) -> None:
        self._orders = orders
        self._queries = queries
        self._deadlines = deadlines
        self._clock = clock
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)

    async def run(self) -> None:
        """Poll for deadlines; ends only by cancellation."""
        while True:
            if await self.close_due(self._clock()) < MAX_BATCH:
                await asyncio.sleep(POLL_INTERVAL_SECONDS)

    async def close_due(self, now: datetime) -> int:
        """Request the close of the orders whose deadline has passed; returns how many deadlines were handled.

        A deadline is checked twice, the second time for orders that were stored late, and then dropped. An unavailable
        database is raised after the other deadlines were handled.
        """
        due = await self._deadlines.due(now, MAX_BATCH)
        outcomes = await asyncio.gather(
            *(self._close_orders(deadline, now) for deadline in due), return_exceptions=True
        )
        done = [deadline for deadline, outcome in zip(due, outcomes, strict=True) if outcome is True]
        await self._deadlines.check_again([d for d in done if not d.is_last], now + LATE)
        await self._deadlines.drop([d for d in done if d.is_last])
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        return len(done)

    async def _close_orders(self, deadline: Deadline, now: datetime) -> bool:
        """Whether all orders of the deadline are closed; if not, it stays due, and delays no other."""
        async with self._slots:
            try:
                order_ids = await self._queries.overdue(deadline, MAX_BATCH)
                outcomes = await self._orders.change_many([_close(order_id, now) for order_id in order_ids])
                for outcome in outcomes:
                    if isinstance(outcome, Exception):
                        raise outcome
            except WriteConflict:
                return False
            except Exception as error:
                if is_unavailable(error):
                    raise
                log.exception(
                    "cannot close the orders of a deadline", extra={"deadline": deadline.deadline_id}
                )
                return False
            return len(order_ids) < MAX_BATCH


def _close(order_id: str, now: datetime) -> Command[Order]:
    def decide(order: Order | None) -> Change[Order] | None:
        if order is None or order.status not in OPEN:
            return None
        return Change(order, contracts_of(order, order.close(PAYMENT_DEADLINE, now), now))

    return Command(order_id, decide)
