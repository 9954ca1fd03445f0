"""The buffer of engagement events is bounded, in number and in bytes, while Kafka is away."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.engagement import SearchPerformed
from gateway.engagement import MAX_BUFFERED_BYTES, EngagementBuffer
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.kafka.publisher import Record


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
