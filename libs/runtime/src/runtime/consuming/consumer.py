"""Consumer groups on FastStream, with every delivery setting set explicitly.

FastStream's defaults lose records (at most once, newest first). Here: earliest; commit only after the handler; our own
parser and decoder, which no header or body can break; a rebalance waits for the batch under way; polling goes on while a
batch takes long. What happens to the records is in `processor` and `lanes`. Decision: ADR 2.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiokafka import ConsumerRebalanceListener, ConsumerRecord
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage

from contracts.event import TYPE_PREFIX
from runtime.clock import Clock
from runtime.consuming.kafka_client import KafkaClient
from runtime.consuming.lanes import LaneProcessor
from runtime.consuming.records import headers_of
from runtime.consuming.subscription import Subscription
from runtime.kafka import internals
from runtime.kafka.admission import check_rights, explaining
from runtime.kafka.publisher import Publisher
from runtime.metrics import OTHER
from runtime.settings import ServiceSettings

framework_log = logging.getLogger("runtime.faststream")
framework_log.setLevel(logging.WARNING)  # at INFO it logs two lines for each batch

SESSION_TIMEOUT_MS = 6_000
"""The broker's minimum: a replica without heartbeats for this long loses its partitions."""
REBALANCE_WAIT_SECONDS = 20.0
"""How long a rebalance waits for a batch under way; the broker gives us ten seconds more than that to rejoin."""
POLL_MS = 5_000
"""How long the client waits for a record before it returns to its loop."""
FETCH_WAIT_MS = 1_000
"""How long the broker may hold a fetch that finds nothing."""
BULK_FETCH_WAIT_MS, BULK_FETCH_BYTES = 500, 1024 * 1024
"""How long, and up to how many bytes, the broker collects records for a bulk fetch."""
MAX_BATCH_MS = 120_000
"""Without a poll for this long the group considers a replica dead; a longer batch is kept alive by polling within it."""
POLLS_WITHIN_MAX_BATCH = 4


class Consumer(ConsumerRebalanceListener):  # type: ignore[misc]
    """Runs one subscription of one service."""

    def __init__(
        self,
        subscription: Subscription,
        publisher: Publisher,
        clock: Clock,
        *,
        group: str,
        prefix: str,
        graceful_seconds: float,
    ) -> None:
        self.subscription = subscription
        self.processor = LaneProcessor(group, subscription.events, subscription.handle, publisher, clock)
        self._graceful_seconds = graceful_seconds
        self._lingering = {event.type_name() for event in subscription.linger}
        self.topics = [prefix + topic.name for topic in subscription.topics]
        self._subscriber: Any = None

    @property
    def group(self) -> str:
        """The consumer group's id."""
        return self.processor.group

    @property
    def client(self) -> KafkaClient | None:
        """The Kafka client while it runs."""
        return internals.consumer_of(self._subscriber) if self._subscriber is not None else None

    @property
    def loop_is_alive(self) -> bool:
        """Whether the loop that polls still runs."""
        return internals.loop_is_alive(self._subscriber)

    def register(self, broker: KafkaBroker) -> None:
        """Subscribe on the broker, with every setting stated."""
        bulk = self.subscription.bulk_fetch
        self._subscriber = broker.subscriber(
            *self.topics,
            group_id=self.group,
            batch=True,
            max_records=self.subscription.max_records,
            batch_timeout_ms=POLL_MS,
            fetch_max_wait_ms=BULK_FETCH_WAIT_MS if bulk else FETCH_WAIT_MS,
            fetch_min_bytes=BULK_FETCH_BYTES if bulk else 1,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.NACK_ON_ERROR,
            no_reply=True,
            session_timeout_ms=SESSION_TIMEOUT_MS,
            heartbeat_interval_ms=SESSION_TIMEOUT_MS // 3,
            rebalance_timeout_ms=int(REBALANCE_WAIT_SECONDS * 1_000) + 10_000,
            max_poll_interval_ms=MAX_BATCH_MS,
            listener=self,
            parser=self._parse,
            decoder=_raw_records,
        )
        self._subscriber(self._handle_batch)

    def install_filter(self) -> None:
        """Have the client drop unwanted events before it makes a batch, linger, and commit what is finished; call once started."""
        if self.client is not None:
            self.client.accepts = self._accepts
            self.client.unfinished = self.processor.unfinished
            self.client.finish = self._finish
            self.processor.on_finished = self.client.commit_soon
            if self._lingering:
                self.client.may_linger = self._may_linger

    async def on_partitions_revoked(self, revoked: Any) -> None:
        """Let what is under way end and commit before another replica starts on the same records; it receives what is
        unfinished."""
        until = time.monotonic() + REBALANCE_WAIT_SECONDS
        await internals.wait_for_batch(self._subscriber, REBALANCE_WAIT_SECONDS)
        await self.processor.drain(max(0.0, until - time.monotonic()))
        if self.client is not None:
            await self.client.flush_commits()
        self.processor.forget()

    async def _finish(self) -> None:
        await self.processor.drain(self._graceful_seconds)

    async def on_partitions_assigned(self, assigned: Any) -> None:
        """Nothing to prepare."""

    def _may_linger(self, raw: ConsumerRecord) -> bool:
        return headers_of(raw).get("ce_type") in self._lingering

    def _accepts(self, raw: ConsumerRecord) -> bool:
        event_type = headers_of(raw).get("ce_type", "")
        if event_type in self.processor.accepted or not event_type.startswith(TYPE_PREFIX):
            return True
        self.processor.count("ignored", [OTHER])
        self.processor.passed_over()
        return False

    async def _parse(self, batch: tuple[ConsumerRecord, ...]) -> KafkaAckableMessage:
        return KafkaAckableMessage(body=b"", raw_message=batch, consumer=self.client)

    async def _handle_batch(self, batch: Sequence[ConsumerRecord]) -> None:
        async with self._keep_polling():
            await self.processor.process(batch)

    @asynccontextmanager
    async def _keep_polling(self) -> AsyncIterator[None]:
        """Poll at intervals during the batch, so that the group keeps this replica."""
        polling = asyncio.create_task(self._poll())
        try:
            yield
        finally:
            polling.cancel()

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(MAX_BATCH_MS / 1_000 / POLLS_WITHIN_MAX_BATCH)
            if (client := self.client) is None:
                return
            with suppress(KafkaError):
                # these records are not handled now: rewind, so that they are fetched again
                for partition, records in (await client.getmany(timeout_ms=0)).items():
                    client.seek(partition, records[0].offset)


async def _raw_records(message: KafkaAckableMessage) -> list[ConsumerRecord]:
    return list(message.raw_message)


class Consumers:
    """All subscriptions of a service on one FastStream broker."""

    def __init__(
        self,
        service: str,
        settings: ServiceSettings,
        subscriptions: Sequence[Subscription],
        publisher: Publisher,
        clock: Clock,
    ) -> None:
        self._bootstrap, self._login = settings.kafka, settings.kafka_login
        self._broker = KafkaBroker(
            settings.kafka,
            security=settings.kafka_login.security(),
            apply_types=False,
            allow_auto_create_topics=False,
            graceful_timeout=settings.graceful_timeout.total_seconds(),
            logger=framework_log,
        )
        self.consumers = [
            Consumer(
                subscription,
                publisher,
                clock,
                group=settings.group(service, subscription.name),
                prefix=settings.prefix,
                graceful_seconds=settings.graceful_timeout.total_seconds(),
            )
            for subscription in subscriptions
        ]
        for consumer in self.consumers:
            consumer.register(self._broker)

    async def start(self) -> None:
        """Join the groups and start polling; raises KafkaError when the broker is unavailable or refuses us."""
        async with explaining(self._bootstrap, self._login):
            topics = {topic for consumer in self.consumers for topic in consumer.topics}
            await check_rights(self._bootstrap, self._login, sorted(topics))
            await self._broker.connect()
            internals.use_consumer_class(self._broker, KafkaClient)
            await self._broker.start()
        for consumer in self.consumers:
            consumer.install_filter()

    async def stop(self) -> None:
        """Let batches under way end, commit, leave the groups."""
        await self._broker.stop()
