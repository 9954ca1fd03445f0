"""Reading the streams: all partitions of all topics, from the offsets that stand beside the index, without a group.

Every replica reads everything, so there is nothing to share out and nobody to agree with: no rebalance ever stops it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from opentelemetry.trace import SpanKind

from contracts.envelope import BadEnvelope
from contracts.event import Event
from contracts.topics import Topic
from runtime import telemetry
from runtime.clock import Clock
from runtime.consuming.dead_letters import dead_letter
from runtime.consuming.records import headers_of, read_event
from runtime.kafka.publisher import Publisher
from search.application.ports import Position
from search.application.projecting import Changes, Fact, Projection
from search.engine.port import IndexAway

log = logging.getLogger(__name__)

CONSUMER = "search.index"
AT_ONCE = 2_000
"""Records applied together: about a tenth of a second, which is what a suspension may have to wait."""
AT_ONCE_BEHIND = 20_000
"""The same while nothing is answered yet: larger batches make fewer, larger pieces of index."""
POLL_MS = 200
ATTEMPTS = 4
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 2.0

ToFact = Callable[[Event], Fact | None]
"""What an event means to search; None for nothing."""
Erase = Callable[[Topic, str], Fact | None]
"""What it means that a key of a topic was erased: its record has no value."""


class Streams:
    """Follows the topics of `events` into a projection. One task runs it; it may be started again after a failure."""

    def __init__(
        self,
        projection: Projection,
        events: Sequence[type[Event]],
        to_fact: ToFact,
        erase: Erase,
        *,
        bootstrap: str,
        prefix: str,
        publisher: Publisher,
        clock: Clock,
    ) -> None:
        self.projection = projection
        self.caught_up = asyncio.Event()
        self.moved_at = time.monotonic()
        self.read = self.to_read = 0
        self._wanted = {event.type_name(): event for event in events}
        self._topics = {prefix + event.topic.name: event.topic for event in events}
        self._to_fact = to_fact
        self._erase = erase
        self._bootstrap = bootstrap
        self._publisher = publisher
        self._clock = clock
        self._targets: dict[TopicPartition, int] = {}

    async def run(self) -> None:
        """Follow for ever. Raises KafkaError when the broker cannot be reached at the start."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_bytes=16 * 1024 * 1024,
            max_partition_fetch_bytes=2 * 1024 * 1024,
            fetch_max_wait_ms=POLL_MS,
        )
        await consumer.start()
        try:
            await self._begin(consumer)
            while True:
                await self._step(consumer)
        finally:
            await consumer.stop()

    async def _begin(self, consumer: AIOKafkaConsumer) -> None:
        partitions = [
            TopicPartition(name, number)
            for name, topic in self._topics.items()
            for number in range(topic.partitions)
        ]
        consumer.assign(partitions)
        self._targets = await consumer.end_offsets(partitions)
        self.read = self.to_read = 0
        begun = await consumer.beginning_offsets(partitions)
        offsets = self.projection.state.offsets()
        for partition in partitions:
            kept = offsets.get((partition.topic, partition.partition), 0)
            # a stream that is shorter than what was read of it is another one: it is read from its beginning
            known = begun[partition] <= kept <= self._targets[partition]
            first = kept if known else begun[partition]
            consumer.seek(partition, first)
            self.to_read += self._targets[partition] - first

    async def _step(self, consumer: AIOKafkaConsumer) -> None:
        size = AT_ONCE if self.caught_up.is_set() else AT_ONCE_BEHIND
        found = await consumer.getmany(timeout_ms=POLL_MS, max_records=size)
        records = [record for part in found.values() for record in part]
        if records:
            await self._take(records)
            self.read += len(records)
        self.moved_at = time.monotonic()
        if not self.caught_up.is_set() and await self._is_there(consumer):
            self.caught_up.set()

    async def _is_there(self, consumer: AIOKafkaConsumer) -> bool:
        return all([await consumer.position(p) >= end for p, end in self._targets.items()])

    async def _take(self, records: Sequence[ConsumerRecord]) -> None:
        """Apply every record, for good: one that cannot be applied goes to the dead letters, the rest flows on."""
        facts: list[tuple[ConsumerRecord, Fact]] = []
        for record in records:
            try:
                fact = self._read(record)
            except (BadEnvelope, ValueError) as wrong:
                await self._give_up(record, wrong, attempts=1)
                continue
            if fact is not None:
                facts.append((record, fact))
        await self._apply(facts, _following(records))

    def _read(self, record: ConsumerRecord) -> Fact | None:
        if record.value is None:
            return self._erase(self._topics[record.topic], (record.key or b"").decode())
        found = read_event(record, self._wanted)
        return None if found is None else self._to_fact(found.event)

    async def _apply(
        self, facts: Sequence[tuple[ConsumerRecord, Fact]], following: Mapping[Position, int]
    ) -> None:
        try:
            await self._attempt(facts, following)
        except Exception as fault:
            if not facts:
                raise
            if len(facts) == 1:
                await self._retry(facts, following, fault)
                return
            log.info("a batch failed and is taken record by record", extra={"records": len(facts)})
            for fact in facts:
                await self._apply([fact], {})
            await self._apply([], following)

    async def _retry(
        self,
        facts: Sequence[tuple[ConsumerRecord, Fact]],
        following: Mapping[Position, int],
        fault: Exception,
    ) -> None:
        for attempt in range(2, ATTEMPTS + 1):
            await asyncio.sleep(FIRST_PAUSE_SECONDS * 3 ** (attempt - 2))
            try:
                await self._attempt(facts, following)
            except Exception as again:
                fault = again
            else:
                return
        await self._give_up(facts[0][0], fault, ATTEMPTS)
        await self._attempt([], following)

    async def _attempt(
        self, facts: Sequence[tuple[ConsumerRecord, Fact]], following: Mapping[Position, int]
    ) -> None:
        """Apply, as often as it takes while the engine is away; raises the records' own fault."""
        spans = self._spans(facts)
        pause = FIRST_PAUSE_SECONDS
        try:
            while True:
                try:
                    changes = await self._applied([fact for _, fact in facts], following)
                    self.projection.take_effect(changes)
                    break
                except IndexAway as away:
                    log.warning("waiting for the engine", extra={"fault": str(away)[:200]})
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        finally:
            for span in spans:
                span.end()
        telemetry.records_consumed.add(len(facts), {"group": CONSUMER, "event": "any", "outcome": "done"})

    async def _applied(self, facts: Sequence[Fact], following: Mapping[Position, int]) -> Changes:
        """Apply in another thread; who cancels this waits for it, so that nobody closes files under its feet."""
        work = asyncio.ensure_future(asyncio.to_thread(self.projection.apply, facts, following))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.wait({work})
            raise

    def _spans(self, facts: Sequence[tuple[ConsumerRecord, Fact]]) -> list[Any]:
        """A consumer span for each record, a child of its producer's; none while catching up on what is long past."""
        if not self.caught_up.is_set():
            return []
        return [
            telemetry.start_span(
                f"{type(fact).__name__} process", SpanKind.CONSUMER, headers_of(record),
                **{"messaging.system": "kafka", "messaging.destination.name": record.topic},
            )
            for record, fact in facts
        ]  # fmt: skip

    async def _give_up(self, record: ConsumerRecord, fault: Exception, attempts: int) -> None:
        """To the dead letters, once: a rebuild that meets the record again leaves it where it is."""
        state, mark = self.projection.state, f"given up {record.topic}/{record.partition}/{record.offset}"
        if state.fact(mark) is not None:
            return
        reason = f"{type(fault).__name__}: {str(fault)[:300]}"
        letter = dead_letter(record, reason=reason, attempts=attempts, consumer=CONSUMER, at=self._clock())
        log.error("a record goes to the dead letters", extra={"topic": record.topic, "reason": reason})
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                await self._publisher.publish([letter])
                break
            except KafkaError:
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        state.put_fact(mark, self._clock().isoformat())


def _following(records: Sequence[ConsumerRecord]) -> dict[Position, int]:
    """The next record of each partition."""
    following: dict[Position, int] = {}
    for record in records:
        position = (record.topic, record.partition)
        following[position] = max(following.get(position, 0), record.offset + 1)
    return following
