"""Notices a consumer that makes no progress: its loop has ended, or records wait and none is handled.

The libraries' own health checks ping only the producer and stay green when a consumer hangs.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from aiokafka.errors import KafkaError

from runtime import metrics
from runtime.consuming.consumer import Consumer
from runtime.kafka import internals

log = logging.getLogger(__name__)

CHECK_INTERVAL_SECONDS = 10.0
ANSWER_SECONDS = 5.0
STUCK_AFTER_SECONDS = 30.0


class Watchdog:
    """Checks the consumers' lag and progress; `stuck` names the groups whose process should be restarted."""

    def __init__(self, consumers: Sequence[Consumer], now: Callable[[], float] = time.monotonic) -> None:
        self._consumers = consumers
        self._now = now
        self._behind_since: dict[str, float] = {}
        self._progressed_at: dict[str, float] = {}

    @property
    def waiting(self) -> dict[str, int]:
        """For how many seconds the oldest record of each group has been in progress, where that is longer than 30 s."""
        oldest = {c.group: int(c.processor.oldest_seconds) for c in self._consumers}
        return {group: seconds for group, seconds in oldest.items() if seconds > STUCK_AFTER_SECONDS}

    @property
    def stuck(self) -> list[str]:
        """Groups whose loop is dead, that made no progress for 30 s with records waiting and no dependency to wait for, or of which
        a partition's batch has failed again and again for 30 s."""
        limit = self._now() - STUCK_AFTER_SECONDS
        return [
            c.group
            for c in self._consumers
            if (c.client is not None and not c.loop_is_alive)
            or self._behind_since.get(c.group, self._now()) < limit
            or c.processor.in_progress.failing_seconds > STUCK_AFTER_SECONDS
        ]

    async def run(self) -> None:
        """Check at intervals; ends only by cancellation."""
        while True:
            for consumer in self._consumers:
                await self._check(consumer)
            await asyncio.sleep(CHECK_INTERVAL_SECONDS)

    async def _check(self, consumer: Consumer) -> None:
        metrics.consumer_parked.set(consumer.processor.parked, consumer.group)
        oldest = consumer.processor.oldest_seconds
        metrics.consumer_oldest.set(oldest, consumer.group)
        if oldest > STUCK_AFTER_SECONDS:
            log.error(
                "a record waits and is retried", extra={"group": consumer.group, "seconds": int(oldest)}
            )
        lag = await _lag(consumer)
        if lag is None:  # the broker is unavailable: reset the timer
            self._behind_since.pop(consumer.group, None)
            return
        metrics.consumer_lag.set(lag, consumer.group)
        processor = consumer.processor
        progressed = self._progressed_at.get(consumer.group) != processor.progressed_at
        self._progressed_at[consumer.group] = processor.progressed_at
        if lag == 0 or progressed or processor.waiting_for_dependency:
            self._behind_since.pop(consumer.group, None)
        else:
            self._behind_since.setdefault(consumer.group, self._now())


async def _lag(consumer: Consumer) -> int | None:
    """Records on the broker after the last commit; None when the broker does not answer."""
    client = consumer.client
    if client is None:
        return None
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            assigned = list(client.assignment())
            ends = await client.end_offsets(assigned) if assigned else {}
            committed = await internals.committed_offsets(client, assigned) if assigned else {}
            behind = [partition for partition in assigned if ends[partition] > committed.get(partition, 0)]
            starts = await client.beginning_offsets(behind) if behind else {}
    except (KafkaError, TimeoutError):
        return None
    return int(sum(max(0, ends[p] - max(committed.get(p, 0), starts[p])) for p in behind))
