"""Taking records from Kafka: nothing is lost, nothing blocks for ever, nothing is made twice by us.

FastStream's defaults lose records (at most once, newest first), so everything is set here, in one place:
- earliest, commit only after the handler; own parser and decoder that no header or body can break;
- a dependency that is away is waited for, however long, with nothing taken meanwhile; polling goes on;
- a record's own fault is tried again a bounded number of times, then the record goes to the dead letters and the rest
  flows on; a failing batch is split by record, keys kept in order;
- a rebalance waits for the batch that is under way.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

from aiokafka import ConsumerRebalanceListener, ConsumerRecord
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage

from contracts.event import TYPE_PREFIX
from runtime import telemetry
from runtime.clock import Clock
from runtime.deadletters import dead_letter
from runtime.delivery import Delivery, Subscription, headers_of, read, spans_of
from runtime.dependencies import is_away
from runtime.faults import describe
from runtime.patient import PatientConsumer
from runtime.publisher import Publisher
from runtime.settings import ServiceSettings

log = logging.getLogger(__name__)
framework_log = logging.getLogger("runtime.faststream")
framework_log.setLevel(logging.WARNING)  # it logs two lines for each batch otherwise

ATTEMPTS = 4
"""A record's own fault may still be a race with another record; four tries take about a second and a half."""
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 1.0
SESSION_TIMEOUT_MS = 6_000
"""The broker's least: how long the records of a killed replica wait for another."""
REBALANCE_WAIT_SECONDS = 20.0
"""How long a rebalance waits for a batch under way; the broker gives us ten seconds more than that to join again."""
POLL_MS = 5_000
"""How long the client waits for a record before it looks round."""
FETCH_WAIT_MS = 1_000
"""How long the broker may hold a fetch that finds nothing."""
GATHER_MS, GATHER_BYTES = 500, 1024 * 1024
"""How long, and up to how much, it lets records gather where nobody waits for them."""
LONGEST_BATCH_MS = 120_000
"""Without a poll for so long the group thinks a replica dead; a longer batch is kept by polling within it."""


class Consumer(ConsumerRebalanceListener):  # type: ignore[misc]
    """Runs one subscription of one service."""

    def __init__(
        self, subscription: Subscription, publisher: Publisher, clock: Clock, *, group: str, prefix: str
    ) -> None:
        self.subscription = subscription
        self.group = group
        self.waiting_for_dependency = False
        self.moved_at = time.monotonic()
        self._wanted = {event.type_name(): event for event in subscription.events}
        self._unhurried = {event.type_name() for event in subscription.unhurried}
        self._topics = [prefix + topic.name for topic in subscription.topics]
        self._publisher = publisher
        self._clock = clock
        self._subscriber: Any = None

    def register(self, broker: KafkaBroker) -> None:
        """Subscribe on the broker, with every setting said outright."""
        self._subscriber = broker.subscriber(
            *self._topics,
            group_id=self.group,
            batch=True,
            max_records=self.subscription.max_records,
            batch_timeout_ms=POLL_MS,
            fetch_max_wait_ms=GATHER_MS if self.subscription.gathered else FETCH_WAIT_MS,
            fetch_min_bytes=GATHER_BYTES if self.subscription.gathered else 1,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.NACK_ON_ERROR,
            no_reply=True,
            session_timeout_ms=SESSION_TIMEOUT_MS,
            heartbeat_interval_ms=SESSION_TIMEOUT_MS // 3,
            rebalance_timeout_ms=int(REBALANCE_WAIT_SECONDS * 1_000) + 10_000,
            max_poll_interval_ms=LONGEST_BATCH_MS,
            listener=self,
            parser=self._parse,
            decoder=_raw_records,
        )
        self._subscriber(self._take)

    @property
    def kafka(self) -> PatientConsumer | None:
        """The client's consumer while it runs."""
        return self._subscriber.consumer if self._subscriber is not None else None

    @property
    def loop_is_alive(self) -> bool:
        """Whether the loop that takes records still runs."""
        return any(not task.done() for task in self._subscriber.tasks)

    async def on_partitions_revoked(self, revoked: Any) -> None:
        """Let the batch under way end and commit before another replica starts on the same records."""
        await self._subscriber.lock.wait_release(REBALANCE_WAIT_SECONDS)
        if self.kafka is not None:
            await self.kafka.settle()

    async def on_partitions_assigned(self, assigned: Any) -> None:
        """Nothing to prepare."""

    def choose_early(self) -> None:
        """Have the client drop, before a batch is made of them, events of the platform that are not taken here, and wait for
        those that others are to come with; once started."""
        if self.kafka is not None:
            self.kafka.wants = self._wants
            if self._unhurried:
                self.kafka.can_wait = self._can_wait

    def _can_wait(self, raw: ConsumerRecord) -> bool:
        return headers_of(raw).get("ce_type") in self._unhurried

    def _wants(self, raw: ConsumerRecord) -> bool:
        kind = headers_of(raw).get("ce_type", "")
        if kind in self._wanted or not kind.startswith(TYPE_PREFIX):
            return True
        self._count("ignored", "other")
        self.moved_at = time.monotonic()
        return False

    async def _parse(self, batch: tuple[ConsumerRecord, ...]) -> KafkaAckableMessage:
        return KafkaAckableMessage(body=b"", raw_message=batch, consumer=self.kafka)

    async def _take(self, batch: Sequence[ConsumerRecord]) -> None:
        """Deal with every record of the batch, for good; raises only when the dead letters cannot be written."""
        async with self._kept_in_group():
            deliveries = []
            for raw in batch:
                try:
                    found = read(raw, self._wanted)
                except Exception as wrong:  # whatever it is: reading touches nothing but the record
                    await self._give_up(raw, wrong, attempts=1)
                    continue
                if found is not None:
                    envelope, event = found
                    deliveries.append(Delivery(event, envelope, raw))
            if deliveries:
                await self._handle(deliveries)
        self.moved_at = time.monotonic()

    async def _handle(self, deliveries: Sequence[Delivery]) -> None:
        try:
            await self._attempt(deliveries)
        except Exception as fault:
            if len(deliveries) == 1:
                await self._retry(deliveries[0], fault)
                return
            log.info("a batch failed and is taken record by record", extra={"records": len(deliveries)})
            for delivery in deliveries:
                await self._handle([delivery])

    async def _retry(self, delivery: Delivery, fault: Exception) -> None:
        for attempt in range(2, ATTEMPTS + 1):
            await asyncio.sleep(FIRST_PAUSE_SECONDS * 3 ** (attempt - 2))
            try:
                await self._attempt([delivery])
            except Exception as again:
                fault = again
            else:
                return
        origin = {"event_id": delivery.envelope.id, telemetry.TRACEPARENT: delivery.envelope.traceparent}
        log.error("a record goes to the dead letters", exc_info=fault, extra=origin)
        await self._give_up(delivery.raw, fault, ATTEMPTS)

    async def _attempt(self, deliveries: Sequence[Delivery]) -> None:
        """Call the handler, as often as it takes while a dependency is away; raises the records' own fault."""
        await self._patiently(lambda: self._traced(deliveries))
        self.moved_at = time.monotonic()
        for delivery in deliveries:
            self._count("done", type(delivery.event).__name__)

    async def _traced(self, deliveries: Sequence[Delivery]) -> None:
        with spans_of(deliveries, self.group) as traced:
            await self._shielded(traced)

    async def _shielded(self, deliveries: Sequence[Delivery]) -> None:
        """Call the handler; a cancellation that leaks out of it is its fault, unless this task really is cancelled."""
        try:
            await self.subscription.handle(deliveries)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise RuntimeError("the handler let a cancellation out") from None

    async def _patiently(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do the work, as often as it takes while a dependency is away; raises any other fault."""
        pause = FIRST_PAUSE_SECONDS
        try:
            while True:
                try:
                    return await work()
                except Exception as fault:
                    if not is_away(fault):
                        raise
                    away = {"fault": type(fault).__name__, "group": self.group}
                    log.warning("waiting for a dependency", extra=away)
                self.waiting_for_dependency = True
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        finally:
            self.waiting_for_dependency = False

    @asynccontextmanager
    async def _kept_in_group(self) -> AsyncIterator[None]:
        """Poll now and then inside, so that the group does not think this replica dead, however long it takes."""
        polling = asyncio.create_task(self._poll())
        try:
            yield
        finally:
            polling.cancel()

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(LONGEST_BATCH_MS / 4_000)
            if (consumer := self.kafka) is None:
                return
            with suppress(KafkaError):
                # what this answers is not for now: it is taken again later
                for partition, records in (await consumer.getmany(timeout_ms=0)).items():
                    consumer.seek(partition, records[0].offset)

    async def _give_up(self, raw: ConsumerRecord, fault: Exception, attempts: int) -> None:
        letter = dead_letter(
            raw, reason=describe(fault), attempts=attempts, consumer=self.group, at=self._clock()
        )
        await self._patiently(lambda: self._publisher.publish([letter]))
        self.moved_at = time.monotonic()
        self._count("dead_letter", headers_of(raw).get("ce_type", "unknown"))

    def _count(self, outcome: str, event: str) -> None:
        telemetry.records_consumed.add(1, {"group": self.group, "event": event, "outcome": outcome})


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
        self._broker = KafkaBroker(
            settings.kafka,
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
            )
            for subscription in subscriptions
        ]
        for consumer in self.consumers:
            consumer.register(self._broker)

    async def start(self) -> None:
        """Join the groups and begin; raises KafkaError when the broker is away."""
        await self._broker.connect()
        config: Any = self._broker.config.broker_config
        config.builder = partial(PatientConsumer, *config.builder.args, **config.builder.keywords)
        await self._broker.start()
        for consumer in self.consumers:
            consumer.choose_early()

    async def stop(self) -> None:
        """Let batches under way end, commit, leave the groups."""
        await self._broker.stop()
