"""The events of one order, found by its key: one partition of each topic, from the time at which the order was placed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.partitioner import murmur2
from pydantic import ValidationError

from anchorage_cli.dlq import dead_letter_topics, letters_of
from anchorage_cli.installation import Installation
from anchorage_cli.streams import records
from contracts.envelope import BadEnvelope
from contracts.registry import all_events
from contracts.topics import ORDERS, PAYMENTS, SETTLEMENTS, STOCK, Topic
from runtime.consuming.records import headers_of, read_event
from runtime.consuming.subscription import Delivery

BY_ORDER: tuple[Topic, ...] = (ORDERS, STOCK, PAYMENTS)
"""Topics whose key is the order's id. Those of SETTLEMENTS have the mini program's."""
CLOCKS = timedelta(minutes=5)
"""How far a broker's records may be dated before the order: clocks differ."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record of the order that a consumer could not handle."""

    topic: str
    consumer: str
    event: str
    reason: str
    at: str


async def events_of_order(
    where: Installation, order_id: str, mini_program_id: str, placed_at: datetime | None
) -> list[Delivery]:
    """The events in the order of their times, each once. Without the time of the order, whole partitions are read."""
    consumer = AIOKafkaConsumer(**where.broker, enable_auto_commit=False)
    await consumer.start()
    try:
        keys = dict.fromkeys(BY_ORDER, order_id) | {SETTLEMENTS: mini_program_id}
        partitions = {_partition(where, topic, key): topic for topic, key in keys.items()}
        consumer.assign(list(partitions))
        found: dict[str, Delivery] = {}
        async for record in _from(consumer, list(partitions), placed_at):
            topic = partitions[TopicPartition(record.topic, record.partition)]
            delivery = _read(record, topic)
            if delivery is not None and getattr(delivery.event, "order_id", None) == order_id:
                found.setdefault(delivery.envelope.id, delivery)
    finally:
        await consumer.stop()
    return sorted(found.values(), key=lambda delivery: delivery.envelope.time)


async def dead_letters_of(where: Installation, order_id: str) -> list[DeadLetter]:
    """Its records among the dead letters, replayed or not."""
    topics = {topic.name for topic in BY_ORDER} & set(await dead_letter_topics(where))
    found = []
    for topic in sorted(topics):
        async for record in records(where, letters_of(where, topic).topic):
            if record.key == order_id.encode():
                headers = headers_of(record)
                names = ("dlq_consumer", "ce_type", "dlq_reason", "dlq_at")
                found.append(DeadLetter(topic, *(headers.get(name, "?") for name in names)))
    return found


def _partition(where: Installation, topic: Topic, key: str) -> TopicPartition:
    """Where Kafka's producers put the records of a key."""
    return TopicPartition(where.prefix + topic.name, (murmur2(key.encode()) & 0x7FFFFFFF) % topic.partitions)


def _read(record: ConsumerRecord, topic: Topic) -> Delivery | None:
    """None for a record that is not an event: consumers have moved it to the dead letters."""
    wanted = {event.type_name(): event for event in all_events() if event.topic == topic}
    try:
        return read_event(record, wanted)
    except (BadEnvelope, ValidationError):
        return None


async def _from(
    consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition], placed_at: datetime | None
) -> AsyncIterator[ConsumerRecord]:
    ends = await consumer.end_offsets(partitions)
    await consumer.seek_to_beginning(*partitions)
    if placed_at is not None:
        since = int((placed_at - CLOCKS).timestamp() * 1000)
        for at, start in (await consumer.offsets_for_times(dict.fromkeys(partitions, since))).items():
            consumer.seek(at, start.offset if start is not None else ends[at])
    behind = {at for at in partitions if await consumer.position(at) < ends[at]}
    while behind:
        for found in (await consumer.getmany(*behind, timeout_ms=500, max_records=2000)).values():
            for record in found:
                yield record
        behind = {at for at in behind if await consumer.position(at) < ends[at]}
        await asyncio.sleep(0)
