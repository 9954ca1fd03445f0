"""The buffer of engagement events: bounded while Kafka is away, and no event costs another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from contracts.engagement import ProductViewed, SearchPerformed, ShownResult
from contracts.topics import ENGAGEMENT
from gateway.engagement import MAX_BUFFERED_BYTES, EngagementBuffer
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.kafka.publisher import Publisher, Record
from runtime.kafka.topics import ensure_topics
from support.events import records_of, types_of


class CountingPublisher:
    """Accepts everything and adds up the bytes."""

    def __init__(self) -> None:
        self.bytes = 0

    async def publish(self, records: Sequence[Record]) -> None:
        self.bytes += sum(len(record.value or b"") for record in records)


async def test_long_searches_fill_no_more_than_the_buffer() -> None:
    publisher = CountingPublisher()
    buffer = EngagementBuffer(publisher, system_clock, random_id, "")  # type: ignore[arg-type]
    search = SearchPerformed(viewer="v1", host_id="host1", search_id="s1", query="茶" * 4000, results=())
    for _ in range(2_000):
        buffer.add(search)
    while buffer._buffer:
        await buffer._publish_batch()
    assert MAX_BUFFERED_BYTES <= publisher.bytes <= MAX_BUFFERED_BYTES + 64 * 1024
    buffer.add(search)
    assert buffer._bytes > 0, "there is room again"


async def test_an_event_that_is_too_large_for_kafka_loses_no_other(
    kafka_bootstrap: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "gateway.engagement.CLICK_TIMEOUT_SECONDS", 60
    )  # the first producer of a busy machine
    await ensure_topics(kafka_bootstrap, prefix, [ENGAGEMENT])
    publisher = Publisher(kafka_bootstrap)
    buffer = EngagementBuffer(publisher, system_clock, random_id, prefix)
    result = ShownResult(kind="product", id="p" * 60, rank=1)
    too_large = SearchPerformed(
        viewer="v1", host_id="host1", search_id="s1", query="茶", results=(result,) * 30_000
    )
    view = ProductViewed(viewer="v1", host_id="host1", product_id="p1")
    try:
        buffer.add(view)
        buffer.add(too_large)
        waiting = asyncio.create_task(buffer.publish(view))
        await asyncio.sleep(0)  # it is in the buffer
        await buffer._publish_batch()
        assert await waiting
        records = await records_of(kafka_bootstrap, f"{prefix}{ENGAGEMENT.name}")
        assert types_of(records) == ["ProductViewed"] * 2
    finally:
        await publisher.stop()
