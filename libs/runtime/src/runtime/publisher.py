"""The way out to Kafka: idempotent, acknowledged by all replicas, in groups.

A record whose answer did not come counts as unknown and is sent again with the same `ce_id`. While the broker is away,
publishing waits; a caller that cannot wait sets its own limit.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, ProducerClosed

from runtime import telemetry
from runtime.topics import DEAD_LETTER_ROOM, LARGEST_RECORD

STOP_SECONDS = 3.0
"""How long a stop waits for what is under way: an outbox keeps what was not sent, and containers are killed after 10 s."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record ready to be sent: final topic name, key, bytes and headers."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


class Publisher:
    """One producer of the process. After an error it is made anew, since an idempotent producer that lost a
    sequence number refuses everything that comes later."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._producer: Any = None
        self._lock = asyncio.Lock()

    async def publish(self, records: Sequence[Record]) -> None:
        """Send all, in order for each key; returns when all are durable. Raises KafkaError when one is not."""
        running = await self._started()
        try:
            answers = [
                await running.send(r.topic, key=r.key, value=r.value, headers=list(r.headers))
                for r in records
            ]
            await asyncio.gather(*answers)
        except KafkaError:
            await self._forget(running)
            raise
        for topic, count in Counter(record.topic for record in records).items():
            telemetry.records_published.add(count, {"topic": topic})

    async def _started(self) -> Any:
        if self._producer is None:
            async with self._lock:
                if self._producer is None:
                    producer: Any = AIOKafkaProducer(
                        bootstrap_servers=self._bootstrap,
                        acks="all",
                        enable_idempotence=True,
                        linger_ms=0,
                        request_timeout_ms=15_000,
                        retry_backoff_ms=100,
                        max_batch_size=256 * 1024,
                        max_request_size=LARGEST_RECORD + DEAD_LETTER_ROOM,
                    )
                    try:
                        await producer.start()
                    except BaseException:
                        with contextlib.suppress(KafkaError):
                            await producer.stop()
                        raise
                    self._producer = producer
        return self._producer

    async def _forget(self, producer: Any) -> None:
        async with self._lock:
            if self._producer is producer:
                self._producer = None
                await _abandon(producer)

    async def stop(self) -> None:
        """Send what is under way, for STOP_SECONDS at most, and close."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await producer.stop()
        except (TimeoutError, KafkaError):
            await _abandon(producer)


async def _abandon(producer: Any) -> None:
    """End a producer without sending what it still holds: that is published again, and must not come out twice with
    other records of its key between."""
    producer._closed = True  # aiokafka has no way of its own to close without sending
    with contextlib.suppress(KafkaError, TimeoutError):
        async with asyncio.timeout(STOP_SECONDS):
            await producer.client.close()
            await producer._sender.close()
    held = producer._message_accumulator
    held._exception = ProducerClosed()
    held._pending_batches.update(batch for batches in held._batches.values() for batch in batches)
    for batch in [*held._pending_batches]:  # who waits for these hears of it
        batch.failure(ProducerClosed())
        if batch._drain_waiter.done():
            batch._drain_waiter.exception()
