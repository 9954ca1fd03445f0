"""Reads topics from their first record to the last one present now."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from anchorage_cli.installation import Installation


async def topic_names(where: Installation) -> list[str]:
    """All topics of the broker."""
    admin = AIOKafkaAdminClient(**where.broker)
    await admin.start()
    try:
        return sorted(await admin.list_topics())
    finally:
        await admin.close()


async def records(where: Installation, topic: str) -> AsyncIterator[ConsumerRecord]:
    """Every record that the topic holds now, in order within each partition."""
    consumer = AIOKafkaConsumer(topic, **where.broker, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        while not consumer.assignment():
            await asyncio.sleep(0.05)  # without a group, the assignment follows the first metadata
        partitions: list[TopicPartition] = sorted(consumer.assignment())
        ends = await consumer.end_offsets(partitions)
        await consumer.seek_to_beginning(*partitions)
        behind = {p for p in partitions if ends[p] > 0}
        while behind:
            for found in (await consumer.getmany(timeout_ms=500, max_records=2000)).values():
                for record in found:
                    yield record
            behind = {p for p in behind if await consumer.position(p) < ends[p]}
    finally:
        await consumer.stop()
