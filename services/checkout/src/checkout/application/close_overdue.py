"""Requests the close of orders that were not paid by their deadline; `apply_facts` ends them once payment has decided."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime

from checkout.application.changing import change_each
from checkout.application.contracts_out import contracts_of
from checkout.application.ports import Deadlines, OrderQueries, Orders
from checkout.domain.closing import PAYMENT_DEADLINE
from checkout.domain.deadline import LATE, Deadline
from checkout.domain.order import Order
from checkout.domain.status import OPEN
from runtime.clock import Clock
from runtime.outbox.changes import Change, Command

log = logging.getLogger(__name__)

POLL_INTERVAL_SECONDS = 0.5
MAX_BATCH = 200
"""How many deadlines one poll reads, and how many orders one write holds."""
MIN_RETRY_SECONDS, MAX_RETRY_SECONDS = 1.0, 60.0
"""Before a deadline whose orders could not be closed is tried again."""
MAX_CONCURRENT = 10
"""How many deadlines are handled at the same time; each may hold MAX_BATCH orders in memory."""


class CloseOverdue:
    """Requests the close of overdue orders. An order stays `closing` until payment decides.

    A deadline whose orders cannot all be closed is tried again at growing intervals, and hides no other.
    """

    def __init__(
        self,
        orders: Orders,
        queries: OrderQueries,
        deadlines: Deadlines,
        clock: Clock,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._orders = orders
        self._queries = queries
        self._deadlines = deadlines
        self._clock = clock
        self._now = now
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)
        self._retries: dict[str, tuple[float, float]] = {}
        """When a deadline that failed is tried again, and the interval before that; by its id, in terms of `now`."""

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
        pausing = [key for key, (at, _) in self._retries.items() if at > self._now()]
        due = await self._deadlines.due(now, MAX_BATCH, but=pausing)
        outcomes = await asyncio.gather(
            *(self._close_orders(deadline, now) for deadline in due), return_exceptions=True
        )
        done = []
        for deadline, outcome in zip(due, outcomes, strict=True):
            if outcome is True:
                self._retries.pop(deadline.deadline_id, None)
                done.append(deadline)
            elif outcome is False:
                self._pause(deadline)
        await self._deadlines.check_again([d for d in done if not d.is_last], now + LATE)
        await self._deadlines.drop([d for d in done if d.is_last])
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        return len(done)

    def _pause(self, deadline: Deadline) -> None:
        _, interval = self._retries.get(deadline.deadline_id, (0.0, MIN_RETRY_SECONDS / 2))
        interval = min(interval * 2, MAX_RETRY_SECONDS)
        self._retries[deadline.deadline_id] = (self._now() + interval, interval)

    async def _close_orders(self, deadline: Deadline, now: datetime) -> bool:
        """Whether all orders of the deadline are closed. One that cannot be closed delays no other."""
        async with self._slots:
            closed, last_id = True, ""
            while order_ids := await self._queries.overdue(deadline, MAX_BATCH, last_id):
                last_id = order_ids[-1]
                commands = [close_command(order_id, now) for order_id in order_ids]
                outcomes = await change_each(self._orders, commands)
                for order_id, outcome in zip(order_ids, outcomes, strict=True):
                    if isinstance(outcome, Exception):
                        closed = False
                        log.error(
                            "cannot close the orders of a deadline",
                            extra={"deadline": deadline.deadline_id, "order_id": order_id},
                        )
            return closed


def close_command(order_id: str, now: datetime) -> Command[Order]:
    """Request the close of an order whose deadline has passed, if it is still open."""

    def decide(order: Order | None) -> Change[Order] | None:
        if order is None or order.status not in OPEN:
            return None
        return Change(order, contracts_of(order, order.close(PAYMENT_DEADLINE, now), now))

    return Command(order_id, decide)
