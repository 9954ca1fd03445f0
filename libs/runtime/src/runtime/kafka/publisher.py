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
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, TopicAuthorizationFailedError

from contracts.event import EVENTS
from contracts.topics import DEAD_LETTER_SUFFIX
from runtime import metrics
from runtime.errors import record_refused
from runtime.kafka.admission import explaining, write_refused
from runtime.kafka.internals import abandon
from runtime.kafka.login import NO_LOGIN, KafkaLogin
from runtime.kafka.topics import record_limit
from runtime.tasks import to_the_end

STOP_SECONDS = 3.0
"""How long a stop waits for what is being sent: outboxes keep the rest, and containers are killed after 10 s."""
RESPONSE_SECONDS = 3.0
BATCH_OVERHEAD = 128
"""Bytes of a record batch in addition to its only record's key, value and headers, rounded up."""
HEADER_OVERHEAD = 10


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

    def __init__(self, bootstrap: str, login: KafkaLogin = NO_LOGIN) -> None:
        self._bootstrap = bootstrap
        self._login = login
        self._producer: Any = None
        self._lock = asyncio.Lock()

    async def publish(self, records: Sequence[Record]) -> None:
        """Send all, in order for each key; returns when all are durable. Raises KafkaError when one is not.

        When one is larger than its topic accepts, none is sent, and MessageSizeTooLargeError names the topic and both sizes.
        After an error or a cancellation nothing more of these records is sent.
        """
        for record in records:
            _check_size(record)
        producer = await self._started()
        try:
            acknowledgements = [
                await producer.send(r.topic, key=r.key, value=r.value, headers=list(r.headers))
                for r in records
            ]
            await asyncio.gather(*acknowledgements)
        except (
            BaseException
        ) as error:  # a cancelled caller must not find its records sent later, after those of another
            await to_the_end(self._discard(producer))
            if isinstance(error, TopicAuthorizationFailedError):
                raise write_refused(self._login, error) from error
            raise
        for (topic, event), count in Counter((record.topic, _event_of(record)) for record in records).items():
            metrics.messages_sent.add(count, topic, event)

    async def publish_each(self, records: Sequence[Record]) -> list[Exception | None]:
        """Send each by itself, so that one that Kafka refuses stops no other; says for each None, or why it is refused.

        Raises KafkaError when the broker does not answer.
        """
        outcomes: list[Exception | None] = []
        for record in records:
            try:
                await self.publish([record])
            except KafkaError as error:
                if not record_refused(error):
                    raise
                outcomes.append(error)
            else:
                outcomes.append(None)
        return outcomes

    async def responds(self) -> bool:
        """Whether Kafka answers a new connection within RESPONSE_SECONDS."""
        client = AIOKafkaClient(bootstrap_servers=self._bootstrap, **self._login.options())
        try:
            async with asyncio.timeout(RESPONSE_SECONDS):
                await client.bootstrap()
        except (KafkaError, TimeoutError):
            return False
        finally:
            await client.close()
        return True

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
                        max_request_size=record_limit(DEAD_LETTER_SUFFIX),
                        **self._login.options(),
                    )
                    try:
                        async with explaining(self._bootstrap, self._login):
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


def _event_of(record: Record) -> str:
    """The event's name for a metric. A dead letter may claim any type, so only names of ours are told."""
    claimed = dict(record.headers).get("ce_type") or b""
    event = EVENTS.get(claimed.decode(errors="replace"))
    return event.__name__ if event is not None else metrics.OTHER


def _check_size(record: Record) -> None:
    size = BATCH_OVERHEAD + len(record.key or b"") + len(record.value or b"")
    size += sum(len(name) + len(value or b"") + HEADER_OVERHEAD for name, value in record.headers)
    limit = record_limit(record.topic)
    if size > limit:
        raise MessageSizeTooLargeError(
            f"a record for {record.topic} has {size} bytes, the topic accepts {limit}"
        )
