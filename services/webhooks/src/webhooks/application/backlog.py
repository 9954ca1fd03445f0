"""Measures how many deliveries are pending, and how overdue the oldest one is."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Protocol

from runtime.clock import Clock
from runtime.metrics import Gauge

INTERVAL_SECONDS = 15.0
deliveries_pending = Gauge(
    "anchorage.webhooks.pending", "{delivery}", "deliveries that are not delivered yet, retries that wait included"
)  # fmt: skip
overdue_seconds = Gauge(
    "anchorage.webhooks.overdue", "s", "for how long the oldest due delivery has been due"
)  # fmt: skip


class Waiting(Protocol):
    """Pending deliveries."""

    async def count(self) -> int:
        """Pending deliveries, also those whose retry is not due yet."""
        ...

    async def oldest_due(self) -> datetime | None:
        """When the delivery that has been due longest became due; None if none is due or scheduled."""
        ...


class Backlog:
    """Keeps the gauges of pending deliveries."""

    def __init__(self, waiting: Waiting, clock: Clock) -> None:
        self._waiting = waiting
        self._clock = clock

    async def run(self) -> None:
        """Measure as long as the service runs."""
        while True:
            deliveries_pending.set(await self._waiting.count())
            due = await self._waiting.oldest_due()
            overdue = (self._clock() - due).total_seconds() if due is not None else 0.0
            overdue_seconds.set(max(0.0, overdue))
            await asyncio.sleep(INTERVAL_SECONDS)
