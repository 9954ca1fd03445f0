"""Notices a consumer that no longer moves: its loop has ended, or records wait and none is taken.

Libraries' own pings look at the producer's side and stay green (measured); only progress tells.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from aiokafka.errors import KafkaError

from runtime import telemetry
from runtime.consumers import Consumer

CHECK_EVERY_SECONDS = 10.0
ANSWER_SECONDS = 5.0
STUCK_AFTER_SECONDS = 30.0


class Watchdog:
    """Looks at the consumers' lag and movement; `stuck` names those that ought to be restarted."""

    def __init__(self, consumers: Sequence[Consumer], now: Callable[[], float] = time.monotonic) -> None:
        self._consumers = consumers
        self._now = now
        self._behind_since: dict[str, float] = {}
        self._moved_at: dict[str, float] = {}

    @property
    def stuck(self) -> list[str]:
        """Groups whose loop is dead, or that stood still for 30 s with records waiting and nothing to wait for."""
        limit = self._now() - STUCK_AFTER_SECONDS
        return [
            c.group
            for c in self._consumers
            if (c.kafka is not None and not c.loop_is_alive)
            or self._behind_since.get(c.group, self._now()) < limit
        ]

    async def run(self) -> None:
        """Check for ever."""
        while True:
            for consumer in self._consumers:
                await self._check(consumer)
            await asyncio.sleep(CHECK_EVERY_SECONDS)

    async def _check(self, consumer: Consumer) -> None:
        lag = await _lag(consumer)
        if lag is None:  # the broker is away: nothing is known, so nothing is held against the consumer
            self._behind_since.pop(consumer.group, None)
            return
        telemetry.consumer_lag.set(lag, {"group": consumer.group})
        moved = self._moved_at.get(consumer.group) != consumer.moved_at
        self._moved_at[consumer.group] = consumer.moved_at
        if lag == 0 or moved or consumer.waiting_for_dependency:
            self._behind_since.pop(consumer.group, None)
        else:
            self._behind_since.setdefault(consumer.group, self._now())


async def _lag(consumer: Consumer) -> int | None:
    """Records that are still on the broker and come after the last commit; None when it cannot be asked."""
    kafka = consumer.kafka
    if kafka is None:
        return None
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            assigned = list(kafka.assignment())
            ends = await kafka.end_offsets(assigned) if assigned else {}
            done = await kafka.all_committed(assigned) if assigned else {}
            behind = [partition for partition in assigned if ends[partition] > done.get(partition, 0)]
            begins = await kafka.beginning_offsets(behind) if behind else {}
    except (KafkaError, TimeoutError):
        return None
    return int(sum(max(0, ends[p] - max(done.get(p, 0), begins[p])) for p in behind))
