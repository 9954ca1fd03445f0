"""A backup has all databases at one moment, and a restore gives them back with their offsets and what was not published."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from bson import decode_all

from anchorage_cli.backup.manifest import MANIFEST, read_manifest
from anchorage_cli.backup.restore import READ_ALL, restore
from anchorage_cli.backup.take import take
from anchorage_cli.errors import Refused
from anchorage_cli.installation import Installation
from anchorage_cli.lag import committed
from contracts.topics import ORDERS
from runtime.kafka.publisher import Publisher, Record
from runtime.kafka.topics import ensure_topics
from runtime.mongo.change_stream import HistoryLost, operation_time, poll
from runtime.mongo.client import Client, connect, database

GROUP, OTHER_GROUP, NEW_GROUP = "catalog.orders", "payment.orders", "payment.payments"
RECORDS = 7


def quiet(_: dict[str, Any]) -> None:
    """Progress that nobody reads."""


class Shop:
    """A small installation: orders with outboxes in checkout, trades in payment, a topic and a group that has read some of it."""

    def __init__(self, client: Client, where: Installation) -> None:
        self.client = client
        self.where = where
        self.checkout = database(client, where.prefix + "checkout")
        self.payment = database(client, where.prefix + "payment")

    async def fill(self) -> None:
        orders = self.checkout["orders_inkshop1"]
        await orders.create_index([("placed_at", 1)], name="by_time", partialFilterExpression={"version": 1})
        await orders.insert_many([order(n) for n in range(2500)])
        await self.checkout["relay"].insert_one(
            {"_id": "outbox", "start": await operation_time(self.checkout), "fence": 3}
        )
        await self.payment["trades"].insert_many([{"_id": f"o{n}", "total": n} for n in range(50)])
        topic = self.where.prefix + ORDERS.name
        await ensure_topics(self.where.kafka, self.where.prefix, [ORDERS])
        publisher = Publisher(self.where.kafka)
        try:
            await publisher.publish([Record(topic, b"a", str(n).encode(), ()) for n in range(RECORDS)])
        finally:
            await publisher.stop()

    async def drop(self) -> None:
        for db in (self.checkout, self.payment):
            await self.client.drop_database(db.name)

    async def commit(self, offset: int, group: str = GROUP) -> None:
        topic = self.where.prefix + ORDERS.name
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.where.kafka, group_id=self.where.prefix + group, enable_auto_commit=False
        )
        await consumer.start()
        try:
            partitions = [TopicPartition(topic, n) for n in range(ORDERS.partitions)]
            consumer.assign(partitions)
            ends = await consumer.end_offsets(partitions)
            await consumer.commit({at: min(offset, end) for at, end in ends.items()})
        finally:
            await consumer.stop()

    async def offsets(self) -> dict[int, int]:
        return {at.partition: n for at, n in (await committed(self.where))[GROUP].items()}

    async def recorded_after_the_relays_position(self) -> set[str]:
        """The orders that the restored relay will publish; raises HistoryLost where it reads all."""
        position = await self.checkout["relay"].find_one({"_id": "outbox"})
        assert position is not None
        start = (
            {"resume_after": position["token"]}
            if "token" in position
            else {"start_at_operation_time": position["start"]}
        )

        async def pause(_: int) -> None:
            await asyncio.sleep(0)

        polls = poll(self.checkout, [{"$match": {"ns.coll": "orders_inkshop1"}}], start, pause)
        found: set[str] = set()
        for _ in range(5):
            found |= {change["documentKey"]["_id"] for change in (await anext(polls)).changes}
        await polls.aclose()
        return found


def order(n: int, version: int = 1) -> dict[str, Any]:
    outbox = {f"{version:08}_000": {"id": f"e{n}.{version}", "topic": "orders", "value": "x" * 200}}
    return {"_id": f"o{n}", "version": version, "placed_at": n, "outbox": outbox}


@pytest.fixture
async def shop(kafka_bootstrap: str, mongodb_uri: str, prefix: str) -> AsyncIterator[Shop]:
    client = connect(mongodb_uri)
    found = Shop(client, Installation(kafka_bootstrap, mongodb_uri, prefix, Path()))
    await found.fill()
    yield found
    await client.close()


async def test_all_collections_are_of_one_moment_while_they_are_written(shop: Shop, tmp_path: Path) -> None:
    """One writer moves a number from a collection to another, one transaction each: the sum never changes."""
    left, right = shop.checkout["left"], shop.payment["right"]
    await left.insert_one({"_id": 0, "n": 100_000})
    await right.insert_one({"_id": 0, "n": 0})

    async def move() -> None:
        while True:
            async with shop.client.start_session() as session, await session.start_transaction():
                await left.update_one({"_id": 0}, {"$inc": {"n": -1}}, session=session)
                await right.update_one({"_id": 0}, {"$inc": {"n": 1}}, session=session)

    moving = asyncio.create_task(move())
    try:
        for n in range(5):
            manifest = await take(shop.where, tmp_path / str(n), quiet)
            numbers = [
                decode_all((tmp_path / str(n) / path).read_bytes())[0]["n"]
                for path in ("checkout/left.bson", "payment/right.bson")
            ]
            assert sum(numbers) == 100_000
            assert manifest.databases["checkout"]["orders_inkshop1"].documents == 2500
    finally:
        moving.cancel()
        await asyncio.wait([moving])  # an open transaction would keep the database from being dropped
    assert numbers[1] > 0


async def test_a_restore_gives_everything_back_and_the_group_continues_from_the_backup(
    shop: Shop, tmp_path: Path
) -> None:
    await shop.commit(3)
    await shop.commit(2, OTHER_GROUP)
    before = await shop.offsets()
    await shop.checkout["relay"].update_one(
        {"_id": "outbox"}, {"$set": {"start": await operation_time(shop.checkout)}}
    )
    await shop.checkout["orders_inkshop1"].replace_one({"_id": "o7"}, order(7, version=2))  # not published
    indexes = await shop.checkout["orders_inkshop1"].index_information()
    documents = await shop.checkout["orders_inkshop1"].find().sort("_id").to_list()
    manifest = await take(shop.where, tmp_path / "backup", quiet)
    assert manifest.unpublished == {"checkout": [("orders_inkshop1", "o7")]}

    with pytest.raises(Refused, match=r"checkout is not empty \(2 collections\)"):
        await restore(shop.where, tmp_path / "backup", quiet)
    await shop.commit(6)
    await shop.commit(5, NEW_GROUP)
    await shop.drop()
    _, kept = await restore(shop.where, tmp_path / "backup", quiet)
    assert kept
    assert await shop.checkout["orders_inkshop1"].find().sort("_id").to_list() == documents
    assert await shop.checkout["orders_inkshop1"].index_information() == indexes
    assert await shop.payment["trades"].count_documents({}) == 50
    assert await shop.offsets() == before
    assert set((await committed(shop.where))[NEW_GROUP].values()) == {0}
    assert await shop.recorded_after_the_relays_position() == {"o7"}


async def test_with_an_empty_kafka_every_outbox_is_published_again(
    shop: Shop, tmp_path: Path, prefix: str
) -> None:
    await shop.commit(3)
    await take(shop.where, tmp_path / "backup", quiet)
    other = Shop(shop.client, Installation(shop.where.kafka, shop.where.mongodb, f"{prefix}b_", Path()))
    await ensure_topics(shop.where.kafka, other.where.prefix, [ORDERS])
    _, kept = await restore(other.where, tmp_path / "backup", quiet)
    assert not kept
    assert GROUP not in await committed(other.where)
    position = await other.checkout["relay"].find_one()
    assert position == READ_ALL
    with pytest.raises(HistoryLost):
        await other.recorded_after_the_relays_position()


async def test_a_kafka_that_is_behind_the_backup_is_refused_before_anything_is_written(
    shop: Shop, tmp_path: Path, prefix: str
) -> None:
    await shop.commit(RECORDS)
    await take(shop.where, tmp_path / "backup", quiet)
    other = Shop(shop.client, Installation(shop.where.kafka, shop.where.mongodb, f"{prefix}c_", Path()))
    await ensure_topics(shop.where.kafka, other.where.prefix, [ORDERS])
    publisher = Publisher(shop.where.kafka)
    try:
        await publisher.publish([Record(other.where.prefix + ORDERS.name, b"a", b"one", ())])
    finally:
        await publisher.stop()
    with pytest.raises(Refused, match="Kafka is not the one of this backup"):
        await restore(other.where, tmp_path / "backup", quiet)
    assert await other.checkout.list_collection_names() == []


async def test_services_that_run_are_refused(shop: Shop, tmp_path: Path) -> None:
    await shop.commit(3)
    await take(shop.where, tmp_path / "backup", quiet)
    await shop.drop()
    consumer = AIOKafkaConsumer(
        shop.where.prefix + ORDERS.name, bootstrap_servers=shop.where.kafka, group_id=shop.where.prefix + GROUP,
    )  # fmt: skip
    await consumer.start()
    try:
        with pytest.raises(Refused, match="services are running"):
            await restore(shop.where, tmp_path / "backup", quiet)
    finally:
        await consumer.stop()


async def test_what_is_not_a_complete_and_undamaged_backup_is_refused(shop: Shop, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    with pytest.raises(Refused, match=f"has no {MANIFEST}"):
        read_manifest(folder)
    await take(shop.where, folder, quiet)
    with pytest.raises(Refused, match="is not empty"):
        await take(shop.where, folder, quiet)
    data = folder / "payment" / "trades.bson"
    content = data.read_bytes()
    data.write_bytes(content[:-1] + b"\x01")
    with pytest.raises(Refused, match="is damaged"):
        read_manifest(folder)
    data.write_bytes(content)
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    (folder / MANIFEST).write_text(json.dumps(manifest | {"format": 9}), encoding="utf-8")
    with pytest.raises(Refused, match="has format 9"):
        read_manifest(folder)
