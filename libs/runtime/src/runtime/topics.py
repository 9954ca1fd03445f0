"""Topics are made explicitly, with their partitions for life; a different count on the broker is an error."""

from __future__ import annotations

from collections.abc import Sequence

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError

from contracts.topics import DEAD_LETTER_SUFFIX, TOPICS, Topic

MIN_COMPACTION_LAG_MS = 30 * 24 * 3600 * 1000
"""30 days, so that analysts see each change of a compacted topic."""

LARGEST_RECORD = 2 * 1024 * 1024
"""Bytes; an event is far smaller, but what others put on a topic must still fit its dead letters."""
DEAD_LETTER_ROOM = 64 * 1024
"""What a dead letter may have on top: the headers that say why."""


class WrongTopic(Exception):
    """A topic exists with another number of partitions: keys would land elsewhere."""


async def ensure_topics(
    bootstrap: str, prefix: str = "", topics: Sequence[Topic] = TOPICS, replication: int = 1
) -> None:
    """Create the topics and their dead-letter topics where missing; raises WrongTopic on another partition count."""
    wanted = {prefix + topic.name: topic for t in topics for topic in (t, t.dead_letters)}
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        existing = {
            t["topic"]: len(t["partitions"]) for t in await admin.describe_topics() if t["topic"] in wanted
        }
        for name, count in existing.items():
            if count != wanted[name].partitions:
                raise WrongTopic(f"topic {name} has {count} partitions, expected {wanted[name].partitions}")
        missing = [name for name in wanted if name not in existing]
        if missing:
            await _create(admin, {name: wanted[name] for name in missing}, replication)
    finally:
        await admin.close()


async def _create(admin: AIOKafkaAdminClient, topics: dict[str, Topic], replication: int) -> None:
    new = [
        NewTopic(name, topic.partitions, replication, topic_configs=_config(topic))
        for name, topic in topics.items()
    ]
    answer = await admin.create_topics(new)
    for name, code, *_ in answer.topic_errors:
        if code not in (0, TopicAlreadyExistsError.errno):
            raise KafkaError(f"topic {name} could not be created: error {code}")


def _config(topic: Topic) -> dict[str, str]:
    room = DEAD_LETTER_ROOM if topic.name.endswith(DEAD_LETTER_SUFFIX) else 0
    largest = {"max.message.bytes": str(LARGEST_RECORD + room)}
    if topic.compacted:
        return {
            "cleanup.policy": "compact",
            "min.compaction.lag.ms": str(MIN_COMPACTION_LAG_MS),
            **largest,
        }
    keep = -1 if topic.retention is None else int(topic.retention.total_seconds() * 1000)
    return {"cleanup.policy": "delete", "retention.ms": str(keep), **largest}
