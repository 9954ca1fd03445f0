"""Which dead letters were replayed, and when: kept as the committed offset of a consumer group, with metadata."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.structs import OffsetAndMetadata

from anchorage_cli.installation import Installation

REPLAY_GROUP = "anchorage.dlq-replay"
MAX_SINGLES = 150
"""Dead letters replayed by their id that are remembered; Kafka takes 4 KB of metadata."""


@dataclass(frozen=True, slots=True)
class Replays:
    """All dead letters before `until` were replayed, and those at the offsets in `singles`; the last one `at` (ISO 8601)."""

    until: int = 0
    singles: frozenset[int] = field(default_factory=frozenset)
    at: str = ""

    def include(self, offset: int) -> bool:
        """Whether the dead letter at this offset was replayed."""
        return offset < self.until or offset in self.singles

    def with_single(self, offsets: set[int], at: str) -> Replays:
        """These too; the lowest of too many are forgotten."""
        return Replays(self.until, frozenset(sorted(self.singles | offsets)[-MAX_SINGLES:]), at)

    def committed(self) -> OffsetAndMetadata:
        """For a consumer's commit."""
        return OffsetAndMetadata(self.until, json.dumps({"at": self.at, "singles": sorted(self.singles)}))


async def replays_of(where: Installation, source: TopicPartition) -> Replays:
    """What was replayed from this dead-letter topic."""
    return (await all_replays(where, [source]))[source]


async def all_replays(
    where: Installation, sources: Sequence[TopicPartition]
) -> dict[TopicPartition, Replays]:
    """What was replayed from each of these dead-letter topics."""
    admin = AIOKafkaAdminClient(**where.broker)
    await admin.start()
    try:
        found = await admin.list_consumer_group_offsets(where.prefix + REPLAY_GROUP, partitions=list(sources))
    finally:
        await admin.close()
    return {source: _replays(found.get(source)) for source in sources}


def _replays(committed: OffsetAndMetadata | None) -> Replays:
    if committed is None or committed.offset < 0:
        return Replays()
    try:
        noted = json.loads(committed.metadata or "{}")
    except ValueError:
        noted = {}
    return Replays(committed.offset, frozenset(noted.get("singles", ())), noted.get("at", ""))
