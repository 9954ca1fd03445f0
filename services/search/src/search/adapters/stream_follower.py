"""Reads all partitions of all topics, from the offsets stored with the index and without a consumer group.

Every replica reads everything, so there is nothing to share out: no rebalance ever stops it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.topics import Topic
from runtime.kafka.admission import check_rights, explaining
from runtime.kafka.login import KafkaLogin
from search.adapters.index_processor import IndexProcessor

MAX_BATCH = 2_000
"""Records applied together: about a tenth of a second, which a suspension may have to wait."""
MAX_BATCH_BEHIND = 20_000
"""The same while catching up, when nothing is answered yet: larger batches make fewer, larger index segments."""
POLL_MS = 200


class StreamFollower:
    """Feeds the topics to a processor. One task runs it."""

    def __init__(
        self, processor: IndexProcessor, topics: Mapping[str, Topic], bootstrap: str, login: KafkaLogin
    ) -> None:
        self.caught_up = asyncio.Event()
        self.records_read = self.records_to_read = 0
        self._processor = processor
        self._topics = topics
        self._bootstrap = bootstrap
        self._login = login
        self._ends: dict[TopicPartition, int] = {}

    async def run(self) -> None:
        """Follow the streams until cancelled; may be run again after a failure. Raises KafkaError when the broker is
        unavailable at the start."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_bytes=16 * 1024 * 1024,
            max_partition_fetch_bytes=2 * 1024 * 1024,
            fetch_max_wait_ms=POLL_MS,
            **self._login.options(),
        )
        async with explaining(self._bootstrap, self._login):
            await check_rights(self._bootstrap, self._login, list(self._topics))
            await consumer.start()
        try:
            await self._seek(consumer)
            while True:
                await self._step(consumer)
        finally:
            await consumer.stop()

    async def _seek(self, consumer: AIOKafkaConsumer) -> None:
        partitions = [
            TopicPartition(name, number)
            for name, topic in self._topics.items()
            for number in range(topic.partitions)
        ]
        consumer.assign(partitions)
        self._ends = await consumer.end_offsets(partitions)
        self.records_read = self.records_to_read = 0
        beginnings = await consumer.beginning_offsets(partitions)
        stored = self._processor.projection.state.offsets()
        for partition in partitions:
            offset = stored.get((partition.topic, partition.partition), 0)
            # a stream that ends before the stored offset is a new one: read it from its beginning
            is_known = beginnings[partition] <= offset <= self._ends[partition]
            first = offset if is_known else beginnings[partition]
            consumer.seek(partition, first)
            self.records_to_read += self._ends[partition] - first

    async def _step(self, consumer: AIOKafkaConsumer) -> None:
        max_records = MAX_BATCH if self.caught_up.is_set() else MAX_BATCH_BEHIND
        self._processor.traced = self.caught_up.is_set()
        found = await consumer.getmany(timeout_ms=POLL_MS, max_records=max_records)
        batch = [record for records in found.values() for record in records]
        if batch:
            await self._processor.process(batch)
            self.records_read += len(batch)
        if not self.caught_up.is_set() and await self._is_at_ends(consumer):
            self.caught_up.set()

    async def _is_at_ends(self, consumer: AIOKafkaConsumer) -> bool:
        return all([await consumer.position(p) >= end for p, end in self._ends.items()])
