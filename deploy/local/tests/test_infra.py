"""A Kafka and a MongoDB of this test's own: started, stopped, started again."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo import AsyncMongoClient

from anchorage_local.infra import Infrastructure
from anchorage_local.kafka import Kafka
from anchorage_local.mongodb import MongoDB
from anchorage_local.ports import free_port, is_free
from anchorage_local.supervisor import Supervisor
from support.eventually import Eventually


@contextmanager
def running(folder: Path, programs: Path) -> Iterator[Infrastructure]:
    """A pair on free ports, which differ each time."""
    pair = Infrastructure(folder, programs, kafka_port=free_port(), mongodb_port=free_port(), say=print)
    supervisor = Supervisor(print)
    try:
        supervisor.start(pair.parts)
        yield pair
    finally:
        supervisor.stop()


async def partitions(kafka: str, topic: str) -> int:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        [described] = await admin.describe_topics([topic])
        return len(described["partitions"])
    finally:
        await admin.close()


async def fill(pair: Infrastructure) -> None:
    async with AsyncMongoClient[dict[str, object]](pair.mongodb.uri, w="majority") as client:
        await client["shop"]["orders"].insert_one({"_id": "one"})
    admin = AIOKafkaAdminClient(bootstrap_servers=pair.kafka.bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic("orders", num_partitions=12, replication_factor=1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=pair.kafka.bootstrap, acks="all") as producer:
        await producer.send_and_wait("orders", b"placed")


@pytest.mark.timeout(300)
async def test_a_pair_on_the_users_ports_ends_with_the_process_that_it_was_started_for(
    tmp_path: Path, programs: Path, eventually: Eventually
) -> None:
    command = [sys.executable, "-m", "anchorage_local", "infra", "--dir", str(tmp_path)]
    command += ["--while-pid"]
    ports = {"ANCHORAGE_KAFKA_PORT": str(free_port()), "ANCHORAGE_MONGODB_PORT": str(free_port())}
    watched = await asyncio.create_subprocess_exec("sleep", "300")
    pair = await asyncio.create_subprocess_exec(
        *command, str(watched.pid), env={**os.environ, **ports, "ANCHORAGE_CACHE": str(programs)}
    )
    addresses = tmp_path / "infra.json"
    await eventually(addresses.exists, within=90, what="the pair to be up")
    port = int(json.loads(addresses.read_text(encoding="utf-8"))["kafka"].rpartition(":")[2])
    assert str(port) == ports["ANCHORAGE_KAFKA_PORT"]
    watched.kill()
    await watched.wait()
    assert await asyncio.wait_for(pair.wait(), 60) == 0
    assert not addresses.exists()
    assert is_free(port)


@pytest.mark.timeout(300)
async def test_data_survives_a_restart_on_other_ports(tmp_path: Path, programs: Path) -> None:
    with running(tmp_path, programs) as pair:
        await fill(pair)
        ports = [part.port for part in pair.parts]
    assert all(is_free(port) for port in ports)

    with running(tmp_path, programs) as pair:
        async with AsyncMongoClient[dict[str, object]](pair.mongodb.uri) as client:
            assert await client["shop"]["orders"].find_one() == {"_id": "one"}
        assert await partitions(pair.kafka.bootstrap, "orders") == 12


@pytest.mark.parametrize("given", ["kafka", "mongodb"])
def test_the_program_of_a_part_that_is_given_is_not_downloaded(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    downloaded: list[str] = []
    monkeypatch.setattr(Kafka, "fetch", lambda _: downloaded.append("kafka"))
    monkeypatch.setattr(MongoDB, "fetch", lambda _: downloaded.append("mongodb"))
    pair = Infrastructure(tmp_path, tmp_path, kafka_port=0, mongodb_port=0, say=print)
    pair.fetch([part.name for part in pair.parts if part.name != given])
    assert downloaded == [name for name in ("mongodb", "kafka") if name != given]
