"""Topics are created with a fixed partition count, and another count is never accepted silently."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from runtime_support.notes import fresh_topic

from contracts.topics import TOPICS, Topic
from runtime.kafka.topics import MIN_COMPACTION_LAG_MS, WrongTopic, ensure_topics


@pytest_asyncio.fixture
async def admin(kafka_bootstrap: str) -> object:
    client = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await client.start()
    yield client
    await client.close()


async def _partitions(admin: AIOKafkaAdminClient, *names: str) -> dict[str, int]:
    return {t["topic"]: len(t["partitions"]) for t in await admin.describe_topics(list(names))}


async def _config(admin: AIOKafkaAdminClient, name: str) -> dict[str, str]:
    [answer] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
    [[code, message, _, _, entries]] = answer.resources
    assert code == 0, message
    return {entry[0]: entry[1] for entry in entries}


async def test_every_topic_has_the_partitions_that_the_contracts_say_and_a_dead_letter_topic(
    admin: AIOKafkaAdminClient, kafka_bootstrap: str, prefix: str
) -> None:
    await ensure_topics(kafka_bootstrap, prefix)
    expected = {prefix + t.name: t.partitions for t in TOPICS} | {prefix + t.name + ".dlq": 1 for t in TOPICS}
    assert await _partitions(admin, *expected) == expected


async def test_creating_topics_is_idempotent_also_at_the_same_time(
    admin: AIOKafkaAdminClient, kafka_bootstrap: str, module_prefix: str
) -> None:
    topic = fresh_topic(3)
    await asyncio.gather(*(ensure_topics(kafka_bootstrap, module_prefix, [topic]) for _ in range(3)))
    await ensure_topics(kafka_bootstrap, module_prefix, [topic])
    assert await _partitions(admin, module_prefix + topic.name) == {module_prefix + topic.name: 3}


async def test_another_partition_count_is_an_error_that_names_the_topic(
    kafka_bootstrap: str, module_prefix: str
) -> None:
    topic = fresh_topic(2)
    await ensure_topics(kafka_bootstrap, module_prefix, [topic])
    with pytest.raises(WrongTopic, match=rf"{topic.name} has 2 partitions, expected 3"):
        await ensure_topics(kafka_bootstrap, module_prefix, [replace(topic, partitions=3)])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"compacted": True}, {"cleanup.policy": "compact", "min.compaction.lag.ms": str(MIN_COMPACTION_LAG_MS)}),
        ({"retention": timedelta(days=30)}, {"cleanup.policy": "delete", "retention.ms": str(30 * 86_400_000)}),
        ({}, {"cleanup.policy": "delete", "retention.ms": "-1"}),
    ],
)  # fmt: skip
async def test_records_are_kept_as_the_topic_says(
    admin: AIOKafkaAdminClient,
    kafka_bootstrap: str,
    module_prefix: str,
    change: dict[str, object],
    expected: dict[str, str],
) -> None:
    topic: Topic = replace(fresh_topic(), **change)
    await ensure_topics(kafka_bootstrap, module_prefix, [topic])
    config = await _config(admin, module_prefix + topic.name)
    assert {name: config[name] for name in expected} == expected
