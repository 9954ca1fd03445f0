"""The Kafka producer: idempotent, acknowledged by all replicas, in batches.

A record whose acknowledgement did not arrive is sent again with the same `ce_id`. While the broker is unavailable,
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
from aiokafka.errors import KafkaError

from runtime import telemetry
from runtime.kafka.internals import abandon
from runtime.kafka.topics import DEAD_LETTER_ROOM, LARGEST_RECORD

STOP_SECONDS = 3.0
"""How long a stop waits for what is being sent: outboxes keep the rest, and containers are killed after 10 s."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record ready to be sent: final topic name, key, bytes and headers."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


class Publisher:
    """The process's one producer. It is replaced after an error, because an idempotent producer that lost a sequence number
    refuses everything that follows."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._producer: Any = None
        self._lock = asyncio.Lock()

    async def publish(self, records: Sequence[Record]) -> None:
        """Send all, in order for each key; returns when all are durable. Raises KafkaError when one is not."""
        producer = await self._started()
        try:
            acknowledgements = [
                await producer.send(r.topic, key=r.key, value=r.value, headers=list(r.headers))
                for r in records
            ]
            await asyncio.gather(*acknowledgements)
        except KafkaError:
            await self._discard(producer)
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

    async def _discard(self, producer: Any) -> None:
        async with self._lock:
            if self._producer is producer:
                self._producer = None
                await abandon(producer)

    async def stop(self) -> None:
        """Send what is under way, for at most STOP_SECONDS, and close."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await producer.stop()
        except (TimeoutError, KafkaError):
            await abandon(producer)
