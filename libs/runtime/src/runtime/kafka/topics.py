"""Topics are created explicitly, with a partition count that never changes; a different count on the broker is an error."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError

from contracts.topics import DEAD_LETTER_SUFFIX, TOPICS, Topic
from runtime.kafka.admission import explaining
from runtime.kafka.login import NO_LOGIN, KafkaLogin

MIN_COMPACTION_LAG_MS = 30 * 24 * 3600 * 1000
"""30 days, so that analysts see each change of a compacted topic."""

CREATE_TIMEOUT_SECONDS = 30
POLL_INTERVAL_SECONDS = 0.05

LARGEST_RECORD = 2 * 1024 * 1024
"""Bytes. An event is far smaller, but any record on a topic must fit into its dead-letter topic."""
DEAD_LETTER_ROOM = 64 * 1024
"""Bytes that a dead letter needs in addition: the headers that say why."""


def record_limit(topic: str) -> int:
    """The largest record that the topic of this full name accepts, in bytes with key and headers."""
    return LARGEST_RECORD + (DEAD_LETTER_ROOM if topic.endswith(DEAD_LETTER_SUFFIX) else 0)


class WrongTopic(Exception):
    """A topic exists with another number of partitions, so keys would go to other partitions."""

    loggable: ClassVar[bool] = True


async def ensure_topics(
    bootstrap: str,
    prefix: str = "",
    topics: Sequence[Topic] = TOPICS,
    replication: int = 1,
    login: KafkaLogin = NO_LOGIN,
) -> None:
    """Create the topics and their dead-letter topics where missing, and return when the broker knows them all.

    Raises WrongTopic on another partition count, and KafkaError when a topic cannot be made.
    """
    wanted = {prefix + topic.name: topic for t in topics for topic in (t, t.dead_letters)}
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, **login.options())
    try:
        async with explaining(bootstrap, login):
            await admin.start()
        async with asyncio.timeout(CREATE_TIMEOUT_SECONDS):
            while missing := await _missing(admin, wanted):
                await _create(admin, {name: wanted[name] for name in missing}, replication)
                await asyncio.sleep(POLL_INTERVAL_SECONDS)
    finally:
        await admin.close()


async def _missing(admin: AIOKafkaAdminClient, wanted: dict[str, Topic]) -> list[str]:
    """The topics that the broker does not know yet; one that was just created has no partitions for a moment."""
    counts = {t["topic"]: len(t["partitions"]) for t in await admin.describe_topics(list(wanted))}
    for name, topic in wanted.items():
        if counts.get(name, 0) not in (0, topic.partitions):
            raise WrongTopic(f"topic {name} has {counts[name]} partitions, expected {topic.partitions}")
    return [name for name in wanted if not counts.get(name)]


async def _create(admin: AIOKafkaAdminClient, topics: dict[str, Topic], replication: int) -> None:
    new = [
        NewTopic(name, topic.partitions, replication, topic_configs=topic_config(topic))
        for name, topic in topics.items()
    ]
    answer = await admin.create_topics(new)
    for name, code, *_ in answer.topic_errors:
        if code not in (0, TopicAlreadyExistsError.errno):
            raise KafkaError(f"topic {name} could not be created: error {code}")


def topic_config(topic: Topic) -> dict[str, str]:
    """The configuration that a broker keeps for this topic."""
    largest = {
        "max.message.bytes": str(record_limit(topic.name)),
        # the broker measures a compressed record as its readers unpack it
        "compression.type": "uncompressed",
    }
    if topic.compacted:
        return {
            "cleanup.policy": "compact",
            "min.compaction.lag.ms": str(MIN_COMPACTION_LAG_MS),
            **largest,
        }
    keep = -1 if topic.retention is None else int(topic.retention.total_seconds() * 1000)
    return {"cleanup.policy": "delete", "retention.ms": str(keep), **largest}
