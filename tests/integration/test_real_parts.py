"""The real parts that all other tests lean on, and how tests are kept apart."""

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo import AsyncMongoClient

from support.eventually import Eventually

seen_prefixes: list[str] = []


async def test_a_record_written_to_kafka_is_read_back(kafka_bootstrap: str, prefix: str) -> None:
    topic = f"{prefix}greetings"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, num_partitions=3, replication_factor=1)])
    finally:
        await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, acks="all") as producer:
        await producer.send_and_wait(topic, b"hello", key=b"k")
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=kafka_bootstrap, group_id=f"{prefix}readers", auto_offset_reset="earliest"
    )
    async with consumer:
        record = await consumer.getone()
    assert (record.key, record.value) == (b"k", b"hello")


async def test_kafka_makes_no_topic_by_itself(kafka_bootstrap: str, prefix: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    try:
        [described] = await admin.describe_topics([f"{prefix}never-made"])
        assert described["error_code"] == 3  # UNKNOWN_TOPIC_OR_PARTITION
        assert f"{prefix}never-made" not in await admin.list_topics()
    finally:
        await admin.close()


async def test_mongodb_commits_a_transaction_with_majority(mongodb_uri: str, prefix: str) -> None:
    async with AsyncMongoClient[dict[str, object]](mongodb_uri, w="majority") as client:
        orders = client[f"{prefix}shop"]["orders"]
        async with client.start_session() as session, await session.start_transaction():
            await orders.insert_one({"_id": "one"}, session=session)
            await orders.insert_one({"_id": "two"}, session=session)
        assert await orders.count_documents({}) == 2


@pytest.mark.parametrize("turn", [1, 2])
async def test_each_test_has_a_prefix_of_its_own_and_leaves_nothing(
    turn: int, mongodb_uri: str, kafka_bootstrap: str, prefix: str
) -> None:
    assert prefix not in seen_prefixes
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    try:
        async with AsyncMongoClient[dict[str, object]](mongodb_uri) as client:
            left = [*await client.list_database_names(), *await admin.list_topics()]
            assert not [name for name in left if name.startswith(tuple(seen_prefixes or ["-"]))]
            await client[f"{prefix}things"]["things"].insert_one({"turn": turn})
            await admin.create_topics([NewTopic(f"{prefix}things", num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()
    seen_prefixes.append(prefix)


async def test_waiting_says_what_was_waited_for_and_what_was_seen(eventually: Eventually) -> None:
    looks = iter(range(100))
    assert await eventually(lambda: next(looks) > 3, what="a few looks") is True

    def never() -> bool:
        assert 1 + 1 == 3, "two is not three"
        return True

    with pytest.raises(AssertionError, match=r"(?s)for: sums to change.*two is not three"):
        await eventually(never, within=0.1, what="sums to change")
