"""The floor to compare orders with: eight durable writes and six records for each, by a script that does nothing else."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from measure import Cpu, difference

from runtime.mongo.client import Database, connect, database

AT_ONCE = 64
VALUE = b'{"order_id":"floor","lines":[{"sku_id":"sku","quantity":1}],"padding":"' + b"x" * 600 + b'"}'


@dataclass(frozen=True)
class Floor:
    """What the bare script took for each order."""

    rate: float
    script_ms: float
    mongodb_ms: float
    kafka_ms: float

    @property
    def cpu_ms(self) -> float:
        """All of it."""
        return self.script_ms + self.mongodb_ms + self.kafka_ms


async def measure_floor(kafka: str, mongodb: str, cpu: Cpu, orders: int) -> Floor:
    """Make `orders` times the writes and records, and clean up."""
    name = f"floor{secrets.token_hex(4)}"
    client, admin = connect(mongodb), AIOKafkaAdminClient(bootstrap_servers=kafka)
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True)
    await admin.start()
    await producer.start()
    try:
        await admin.create_topics([NewTopic(name, 12, 1)])
        db = database(client, name)
        for collection in ("orders", "stock", "trades", "ledger"):
            await db.create_collection(collection)
        await db["stock"].insert_one({"_id": "sku", "n": 0})
        before, own, started = cpu.read(), time.process_time(), time.perf_counter()
        places = asyncio.Semaphore(AT_ONCE)

        async def one(n: int) -> None:
            async with places:
                await _order(db, producer, name, f"{n}")

        await asyncio.gather(*(one(n) for n in range(orders)))
        seconds, script = time.perf_counter() - started, time.process_time() - own
        used = difference(before, cpu.read())
        return Floor(
            orders / seconds,
            1000 * script / orders,
            1000 * used["mongodb"] / orders,
            1000 * used["kafka"] / orders,
        )
    finally:
        await admin.delete_topics([name])
        await client.drop_database(name)
        await producer.stop()
        await admin.close()
        await client.close()


async def _order(db: Database, producer: Any, topic: str, order_id: str) -> None:
    """Placed, reserved (stock and journal), confirmed, trade, link, settled with its posting, paid."""
    key = order_id.encode()
    await db["orders"].insert_one({"_id": order_id, "status": "placed", "value": VALUE})
    await producer.send(topic, VALUE, key)
    await db["stock"].update_one({"_id": f"sku{int(order_id) % 50}"}, {"$inc": {"n": 1}}, upsert=True)
    for n, status in enumerate(("confirmed", "awaiting_payment", "paid")):
        if n == 1:
            await db["trades"].insert_one({"_id": order_id, "value": VALUE})
            await producer.send(topic, VALUE, key)
        if n == 2:
            await db["ledger"].insert_one({"_id": order_id, "value": VALUE})
            await db["trades"].update_one({"_id": order_id}, {"$set": {"state": "settled"}})
            await producer.send(topic, VALUE, key)
        await db["orders"].update_one({"_id": order_id}, {"$set": {"status": status}})
        answer = await producer.send(topic, VALUE, key)
    await answer
