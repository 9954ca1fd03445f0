"""Stores new orders in batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from checkout.application.ports import Deadlines, Orders
from checkout.domain.deadline import deadline_of
from checkout.domain.order import Order
from runtime import metrics
from runtime.batching import Batcher
from runtime.outbox.changes import Change
from runtime.telemetry import traceparent_of


class NewOrders:
    """Orders that are placed at about the same time share their writes (ADR 10)."""

    def __init__(self, orders: Orders, deadlines: Deadlines) -> None:
        self._orders = orders
        self._deadlines = deadlines
        self._insert = Batcher[Change[Order], bool](self._insert_batch)

    async def add(self, new: Change[Order]) -> bool:
        """Store a new order with its events; False if there is one with its id."""
        return await self._insert(replace(new, traceparent=traceparent_of()))

    async def _insert_batch(self, batch: Sequence[Change[Order]]) -> Sequence[bool | Exception]:
        """Deadlines first: one without orders does no harm, but an order without one could hold stock forever."""
        metrics.batch_size.record(len(batch), "orders")
        await self._deadlines.store(deadline_of(new.after) for new in batch)
        return await self._orders.insert(batch)
