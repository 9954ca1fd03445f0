"""Engagement events on their way to Kafka, published in batches so that no page waits for them.

Views are best effort. A click waits for Kafka's acknowledgement, but 300 ms at most. Events that Kafka does not accept
are counted and dropped: the attribution of an order needs only the signed click.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from contracts.engagement import Engagement
from runtime import metrics
from runtime.clock import Clock
from runtime.errors import is_unavailable, record_refused, redacted
from runtime.ids import NewId
from runtime.kafka.publisher import Publisher, Record
from runtime.outbox.recorder import direct_record

log = logging.getLogger(__name__)

CLICK_TIMEOUT_SECONDS = 0.3
BATCH_INTERVAL_SECONDS = 0.2
"""How long views wait for more of them: a request to the broker costs as much for one record as for many."""
MAX_BUFFERED = 20_000
MAX_BUFFERED_BYTES = 16 * 1024 * 1024
"""A search with a long query takes 20 kB, a view 300 bytes."""
MAX_BATCH = 1_000
BACK_OFF_SECONDS = 0.5
"""Pause after a batch that Kafka did not accept."""
DRAIN_SECONDS = 2.0
"""How long a stop may take to publish what is still buffered."""


@dataclass(frozen=True, slots=True)
class Buffered:
    """An event on its way. `acknowledged` is set for a call that waits for Kafka."""

    name: str
    record: Record
    acknowledged: asyncio.Future[bool] | None

    @property
    def is_abandoned(self) -> bool:
        """Whether the call has stopped waiting. The event was counted as lost then."""
        return self.acknowledged is not None and self.acknowledged.done()


class EngagementBuffer:
    """Takes events from calls and publishes them from one task, `run`."""

    def __init__(self, publisher: Publisher, clock: Clock, new_id: NewId, prefix: str) -> None:
        self._publisher = publisher
        self._clock = clock
        self._new_id = new_id
        self._prefix = prefix
        self._buffer: deque[Buffered] = deque()
        self._bytes = 0
        self._not_empty = asyncio.Event()
        self._flush = asyncio.Event()

    def add(self, event: Engagement) -> None:
        """Publish with the next batch. Dropped, and counted as lost, if the buffer is full."""
        self._put(event, None)

    async def publish(self, event: Engagement) -> bool:
        """Publish now: True once all replicas have it; False, and counted as lost, if that took too long."""
        acknowledged: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        if not self._put(event, acknowledged):
            return False
        self._flush.set()
        try:
            async with asyncio.timeout(CLICK_TIMEOUT_SECONDS):
                return await acknowledged
        except TimeoutError:
            _count_lost([type(event).__name__], "late")
            return False

    async def run(self) -> None:
        """Publish batches until cancelled, then what is still buffered."""
        try:
            while True:
                await self._not_empty.wait()
                with suppress(TimeoutError):
                    async with asyncio.timeout(BATCH_INTERVAL_SECONDS):
                        await self._flush.wait()
                if not await self._publish_batch():
                    await asyncio.sleep(BACK_OFF_SECONDS)
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(DRAIN_SECONDS):
                    while self._buffer and await self._publish_batch():
                        pass

    def _put(self, event: Engagement, acknowledged: asyncio.Future[bool] | None) -> bool:
        name = type(event).__name__
        if len(self._buffer) >= MAX_BUFFERED or self._bytes >= MAX_BUFFERED_BYTES:
            _count_lost([name], "full")
            return False
        record = direct_record(event, event_id=self._new_id(), at=self._clock(), prefix=self._prefix)
        self._buffer.append(Buffered(name, record, acknowledged))
        self._bytes += len(record.value or b"")
        self._not_empty.set()
        return True

    async def _publish_batch(self) -> bool:
        """Publish the oldest events; False if Kafka is not available."""
        batch = [self._buffer.popleft() for _ in range(min(len(self._buffer), MAX_BATCH))]
        self._bytes -= sum(len(buffered.record.value or b"") for buffered in batch)
        if not self._buffer:
            self._not_empty.clear()
            self._flush.clear()
        batch = [buffered for buffered in batch if not buffered.is_abandoned]
        try:
            accepted, available = await self._accepted([buffered.record for buffered in batch]), True
        except Exception as error:
            log.warning(
                "engagement events are lost", extra={"events": len(batch)}, exc_info=not is_unavailable(error)
            )
            accepted, available = [False] * len(batch), False
        outcomes = [o for o in zip(batch, accepted, strict=True) if not o[0].is_abandoned]
        _count_lost((buffered.name for buffered, was_accepted in outcomes if not was_accepted), "refused")
        for buffered, was_accepted in outcomes:
            if buffered.acknowledged is not None:
                buffered.acknowledged.set_result(was_accepted)
        return available

    async def _accepted(self, records: list[Record]) -> list[bool]:
        """For each record whether Kafka has it: one that is too large for its topic stops no other. Raises when Kafka is away."""
        try:
            await self._publisher.publish(records)
            return [True] * len(records)
        except Exception as error:
            if not record_refused(error):
                raise
        refusals = await self._publisher.publish_each(records)
        for refusal in filter(None, refusals):
            log.error("an engagement event is lost: %s", redacted(refusal))
        return [refusal is None for refusal in refusals]


def _count_lost(names: Iterable[str], reason: str) -> None:
    for name, count in Counter(names).items():
        metrics.events_lost.add(count, name, reason)
