"""Telling and hearing events in tests, as another service would."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from contracts.envelope import AGAIN
from contracts.event import Event
from runtime.clock import system_clock
from runtime.consuming.records import headers_of
from runtime.ids import random_id
from runtime.kafka.publisher import Publisher
from runtime.outbox.recorder import direct_record


async def tell(bootstrap: str, prefix: str, *events: Event, again: bool = False) -> None:
    """Publish events in their producers' names; `again` asks their consumers to answer again."""
    publisher = Publisher(bootstrap)
    try:
        records = [direct_record(e, event_id=random_id(), at=system_clock(), prefix=prefix) for e in events]
        if again:
            name, value = AGAIN
            asking = (name, value.encode())
            records = [replace(record, headers=(*record.headers, asking)) for record in records]
        await publisher.publish(records)
    finally:
        await publisher.stop()


async def records_of(bootstrap: str, topic: str) -> list[ConsumerRecord]:
    """All records that a topic holds now, in order for each partition."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        partitions = [
            TopicPartition(topic, p)
            for p in consumer.partitions_for_topic(topic) or await _partitions(consumer, topic)
        ]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        await consumer.seek_to_beginning(*partitions)
        found: list[ConsumerRecord] = []
        while any([await consumer.position(p) < end for p, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += records
        return found
    finally:
        await consumer.stop()


async def _partitions(consumer: AIOKafkaConsumer, topic: str) -> set[int]:
    await consumer._client._maybe_wait_metadata()
    metadata = await consumer._client.fetch_all_metadata()
    return metadata.partitions_for_topic(topic) or set()


def types_of(records: list[ConsumerRecord]) -> list[str]:
    """The short names of the events: `OrderPlaced`; empty for a record that is no event, as other tests leave on purpose."""
    return [headers_of(r).get("ce_type", "").partition(".")[2].partition(".")[0] for r in records]


def value_of(record: ConsumerRecord) -> dict[str, Any]:
    """The event's JSON."""
    value: dict[str, Any] = json.loads(record.value)
    return value
