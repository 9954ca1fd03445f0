"""Notifies waiters when an order changes: at once for this replica's writes, by polling for other replicas'."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from checkout.application.ports import OrderQueries, Orders
from checkout.domain.errors import OrderNotFound
from checkout.domain.order import Order
from checkout.domain.status import ENDED, Status

POLL_INTERVAL_SECONDS = 0.25
"""A waiter that was notified within this time needs no poll."""
MAX_POLL_INTERVAL_SECONDS = 2.0
"""For waiters whose order has not changed for a while."""
WAIT_ENDS_AT = frozenset({Status.AWAITING_PAYMENT, Status.PAID, Status.SHIPPED, *ENDED})
"""After placing, a buyer waits for the payment link, or to know that there will be none."""


class Waiter:
    """Waits for the next version of one order."""

    def __init__(self, order: Order, orders: Orders) -> None:
        self._order_id = order.order_id
        self._orders = orders
        self._seen = self._newest = order.version
        self._saved: Order | None = None
        self._changed = asyncio.Event()
        self._notified_at = self._polled_at = time.monotonic()

    def notify(self, version: int, saved: Order | None = None) -> None:
        """The order has this version now; `saved` is the order, if this replica wrote it."""
        if version > self._newest:
            self._newest, self._saved = version, saved
            self._notified_at = self._polled_at = time.monotonic()
            self._changed.set()

    async def next_version(self) -> Order:
        """Wait until the order has a version that was not returned before. May be cancelled and called again."""
        while self._newest <= self._seen:
            self._changed.clear()
            await self._changed.wait()
        version = self._newest
        order = self._saved or await self._orders.get(self._order_id)
        if order is None:
            raise OrderNotFound(self._order_id)
        self._seen = max(version, order.version)
        return order

    def next_poll_at(self) -> float:
        """In terms of time.monotonic(). The interval grows while nothing changes."""
        silence = self._polled_at - self._notified_at
        return self._polled_at + min(max(silence / 2, POLL_INTERVAL_SECONDS), MAX_POLL_INTERVAL_SECONDS)

    def polled(self, now: float) -> None:
        self._polled_at = now


class OrderWatch:
    """The waiters of this replica, by order."""

    def __init__(self, orders: Orders, queries: OrderQueries) -> None:
        self._orders = orders
        self._queries = queries
        self._waiters: dict[str, set[Waiter]] = defaultdict(set)
        self._has_waiters = asyncio.Event()

    def saved(self, order: Order) -> None:
        """This replica has stored the order."""
        for waiter in self._waiters.get(order.order_id, ()):
            waiter.notify(order.version, order)

    @contextmanager
    def following(self, order: Order) -> Iterator[Waiter]:
        """A waiter for the versions after `order`."""
        waiter = Waiter(order, self._orders)
        self._waiters[order.order_id].add(waiter)
        self._has_waiters.set()
        try:
            yield waiter
        finally:
            self._waiters[order.order_id].discard(waiter)
            if not self._waiters[order.order_id]:
                del self._waiters[order.order_id]

    async def until_payable(self, order: Order, seconds: float) -> Order:
        """The order once it can be paid or has ended; as it is after `seconds`."""
        with self.following(order) as waiter, suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while order.status not in WAIT_ENDS_AT:
                    order = await waiter.next_version()
        return order

    async def run(self) -> None:
        """Poll while there are waiters; ends only by cancellation."""
        while True:
            await self._has_waiters.wait()
            await asyncio.sleep(POLL_INTERVAL_SECONDS)
            if not self._waiters:
                self._has_waiters.clear()
            elif order_ids := self._due(time.monotonic()):
                for order_id, version in (await self._queries.versions(order_ids)).items():
                    for waiter in self._waiters.get(order_id, ()):
                        waiter.notify(version)

    def _due(self, now: float) -> list[str]:
        """The orders to poll now; their waiters are marked as polled."""
        due = []
        for order_id, waiters in self._waiters.items():
            late = [waiter for waiter in waiters if waiter.next_poll_at() <= now]
            for waiter in late:
                waiter.polled(now)
            if late:
                due.append(order_id)
        return due
