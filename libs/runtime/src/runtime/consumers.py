"""Taking records from Kafka: nothing is lost, nothing blocks for ever, nothing is made twice by us.

FastStream's defaults lose records (at most once, newest first), so everything is set here, in one place:
- earliest, commit only after the handler; own parser and decoder that no header or body can break;
- a dependency that is away pauses the partitions and is waited for, however long; polling goes on;
- a record's own fault is tried again a bounded number of times, then the record goes to the dead letters and the rest
  flows on; a failing batch is split by record, keys kept in order;
- a rebalance waits for the batch that is under way.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage
from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode
from pydantic import ValidationError

from contracts.envelope import BadEnvelope
from runtime import telemetry
from runtime.clock import Clock
from runtime.deadletters import dead_letter
from runtime.delivery import Delivery, Subscription, headers_of, read
from runtime.dependencies import is_away
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


class PatientConsumer(AIOKafkaConsumer):  # type: ignore[misc]
    """Answers only when there is a record: FastStream sleeps as long again after an empty answer."""

    async def getmany(self, *partitions: Any, timeout_ms: int = 0, max_records: int | None = None) -> Any:
        records = await super().getmany(*partitions, timeout_ms=timeout_ms, max_records=max_records)
        while not records and timeout_ms:
            records = await super().getmany(*partitions, timeout_ms=timeout_ms, max_records=max_records)
        return records


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
            batch_timeout_ms=1_000,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.NACK_ON_ERROR,
            no_reply=True,
            session_timeout_ms=SESSION_TIMEOUT_MS,
            heartbeat_interval_ms=SESSION_TIMEOUT_MS // 3,
            max_poll_interval_ms=120_000,
            listener=self,
            parser=self._parse,
            decoder=_raw_records,
        )
        self._subscriber(self._take)

    @property
    def kafka(self) -> AIOKafkaConsumer | None:
        """The client's consumer while it runs."""
        return self._subscriber.consumer if self._subscriber is not None else None

    @property
    def loop_is_alive(self) -> bool:
        """Whether the loop that takes records still runs."""
        return any(not task.done() for task in self._subscriber.tasks)

    async def on_partitions_revoked(self, revoked: Any) -> None:
        """Let the batch under way end and commit before another replica starts on the same records."""
        await self._subscriber.lock.wait_release(REBALANCE_WAIT_SECONDS)

    async def on_partitions_assigned(self, assigned: Any) -> None:
        """Nothing to prepare."""

    async def _parse(self, batch: tuple[ConsumerRecord, ...]) -> KafkaAckableMessage:
        return KafkaAckableMessage(body=b"", raw_message=batch, consumer=self.kafka)

    async def _take(self, batch: Sequence[ConsumerRecord]) -> None:
        """Deal with every record of the batch, for good; raises only when the dead letters cannot be written."""
        deliveries = []
        for raw in batch:
            try:
                found = read(raw, self._wanted)
            except (BadEnvelope, ValidationError, ValueError) as wrong:
                await self._give_up(raw, wrong, attempts=1)
                continue
            if found is None:
                self._count("ignored", "other")
            else:
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
        log.error(
            "a record goes to the dead letters", exc_info=fault, extra={"event_id": delivery.envelope.id}
        )
        await self._give_up(delivery.raw, fault, ATTEMPTS)

    async def _attempt(self, deliveries: Sequence[Delivery]) -> None:
        """Call the handler, as often as it takes while a dependency is away; raises the records' own fault."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                with _spans(self.group, deliveries) as traced:
                    await self._shielded(traced)
            except Exception as fault:
                if not is_away(fault):
                    raise
                log.warning(
                    "waiting for a dependency", extra={"fault": type(fault).__name__, "group": self.group}
                )
                await self._wait_out(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            else:
                self.waiting_for_dependency = False
                for delivery in deliveries:
                    self._count("done", type(delivery.event).__name__)
                return

    async def _shielded(self, deliveries: Sequence[Delivery]) -> None:
        """Call the handler; a cancellation that leaks out of it is its fault, unless this task really is cancelled."""
        try:
            await self.subscription.handle(deliveries)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise RuntimeError("the handler let a cancellation out") from None

    async def _wait_out(self, seconds: float) -> None:
        """Wait with the partitions paused, and poll, so that the group does not think this replica dead."""
        self.waiting_for_dependency = True
        consumer = self.kafka
        if consumer is None:
            await asyncio.sleep(seconds)
            return
        held = consumer.assignment()
        consumer.pause(*held)
        try:
            await asyncio.sleep(seconds)
            # a partition that came in meanwhile is not paused: what it answered is taken again later
            for partition, records in (await consumer.getmany(timeout_ms=0)).items():
                consumer.seek(partition, records[0].offset)
        finally:
            consumer.resume(*(held & consumer.assignment()))

    async def _give_up(self, raw: ConsumerRecord, fault: Exception, attempts: int) -> None:
        reason = f"{type(fault).__name__}: {_without_input(fault)}"
        letter = dead_letter(raw, reason=reason, attempts=attempts, consumer=self.group, at=self._clock())
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                await self._publisher.publish([letter])
            except Exception as away:
                if not is_away(away):
                    raise
                await self._wait_out(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            else:
                break
        self._count("dead_letter", headers_of(raw).get("ce_type", "unknown"))

    def _count(self, outcome: str, event: str) -> None:
        telemetry.records_consumed.add(1, {"group": self.group, "event": event, "outcome": outcome})


async def _raw_records(message: KafkaAckableMessage) -> list[ConsumerRecord]:
    return list(message.raw_message)


def _without_input(fault: Exception) -> str:
    """The fault's text without what was sent, which may be personal."""
    if isinstance(fault, ValidationError):
        errors = fault.errors(include_url=False, include_context=False, include_input=False)
        return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in errors)
    return str(fault)


@contextmanager
def _spans(group: str, deliveries: Sequence[Delivery]) -> Iterator[list[Delivery]]:
    """One consumer span for each record, also in a batch, each a child of its producer's."""
    spans = [
        telemetry.start_span(
            f"{type(d.event).__name__} process", SpanKind.CONSUMER, headers_of(d.raw),
            **{"messaging.system": "kafka", "messaging.destination.name": d.raw.topic, "messaging.consumer.group.name": group},
        )
        for d in deliveries
    ]  # fmt: skip
    traced = [
        Delivery(d.event, d.envelope, d.raw, telemetry.traceparent_of(span))
        for d, span in zip(deliveries, spans, strict=True)
    ]
    try:
        if len(spans) == 1:
            with trace.use_span(spans[0], end_on_exit=False, record_exception=True):
                yield traced
        else:
            yield traced
    except Exception:
        for span in spans:
            span.set_status(Status(StatusCode.ERROR))
        raise
    finally:
        for span in spans:
            span.end()


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

    async def stop(self) -> None:
        """Let batches under way end, commit, leave the groups."""
        await self._broker.stop()
