"""How many dead letters were not replayed, counted by offsets: nothing is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aiokafka import AIOKafkaConsumer, TopicPartition

from anchorage_cli.dlq import dead_letter_topics, letters_of
from anchorage_cli.installation import Installation
from anchorage_cli.replays import Replays, all_replays


@dataclass(frozen=True, slots=True)
class WaitingLetters:
    """The dead letters of a topic that were not replayed, and how many of them are recent."""

    topic: str
    waiting: int
    recent: int


async def waiting_letters(where: Installation, recent_since: datetime) -> list[WaitingLetters]:
    """The topics that have dead letters which were not replayed."""
    sources = {letters_of(where, topic): topic for topic in await dead_letter_topics(where)}
    if not sources:
        return []
    replays = await all_replays(where, list(sources))
    consumer = AIOKafkaConsumer(**where.broker, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign(list(sources))
        begins = await consumer.beginning_offsets(list(sources))
        ends = await consumer.end_offsets(list(sources))
        since = int(recent_since.timestamp() * 1000)
        firsts = await consumer.offsets_for_times(dict.fromkeys(sources, since))
    finally:
        await consumer.stop()
    recent = {at: found.offset if found is not None else ends[at] for at, found in firsts.items()}
    found = [
        WaitingLetters(
            topic,
            _not_replayed(at, begins, ends, replays[at]),
            _not_replayed(at, recent, ends, replays[at]),
        )
        for at, topic in sources.items()
    ]
    return [letters for letters in found if letters.waiting]


def _not_replayed(
    at: TopicPartition,
    begins: Mapping[TopicPartition, int],
    ends: Mapping[TopicPartition, int],
    replays: Replays,
) -> int:
    first = max(begins[at], replays.until)
    return max(0, ends[at] - first) - sum(first <= offset < ends[at] for offset in replays.singles)
