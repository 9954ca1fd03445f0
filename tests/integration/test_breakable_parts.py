"""Kafka and MongoDB killed and back: what was acknowledged is there."""

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo import AsyncMongoClient
from pymongo.errors import AutoReconnect, ServerSelectionTimeoutError

from support.breakable import BreakableParts


async def test_an_acknowledged_write_survives_a_kill_of_mongodb(breakable: BreakableParts) -> None:
    async with AsyncMongoClient[dict[str, object]](
        breakable.mongodb, w="majority", serverSelectionTimeoutMS=1000
    ) as client:
        await client["shop"]["orders"].insert_one({"_id": "kept"})
        async with breakable.away("mongodb"):
            with pytest.raises((ServerSelectionTimeoutError, AutoReconnect)):
                await client["shop"]["orders"].find_one()
        assert await client["shop"]["orders"].find_one() == {"_id": "kept"}


async def test_an_acknowledged_record_survives_a_kill_of_kafka(breakable: BreakableParts) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=breakable.kafka)
    await admin.start()
    await admin.create_topics([NewTopic("orders", num_partitions=1, replication_factor=1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=breakable.kafka, acks="all") as producer:
        await producer.send_and_wait("orders", b"kept")
    async with breakable.away("kafka"):
        pass
    async with AIOKafkaConsumer(
        "orders", bootstrap_servers=breakable.kafka, auto_offset_reset="earliest"
    ) as consumer:
        assert (await consumer.getone()).value == b"kept"


async def test_a_frozen_mongodb_answers_nobody_until_it_thaws(breakable: BreakableParts) -> None:
    async with AsyncMongoClient[dict[str, object]](
        breakable.mongodb, socketTimeoutMS=500, serverSelectionTimeoutMS=500
    ) as client:
        await client.admin.command("ping")
        async with breakable.frozen("mongodb"):
            with pytest.raises((AutoReconnect, ServerSelectionTimeoutError)):
                await client.admin.command("ping")
        await client.admin.command("ping")
