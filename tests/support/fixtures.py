"""Fixtures for tests against real parts. Nothing is started for a run whose tests ask for none of them."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient
from pymongo import MongoClient

from support import breakable as breaking
from support import eventually as waiting
from support import parts
from support.platform import OnePlatform, Platform, running_platform


def pytest_configure(config: pytest.Config) -> None:
    """The controller opens the run; xdist workers find its folder in the environment."""
    if not hasattr(config, "workerinput"):
        folder = parts.open_run()
        config.add_cleanup(lambda: parts.close_run(folder))


@pytest.fixture(scope="session")
def programs(pytestconfig: pytest.Config) -> Path:
    """Where fetched programs (Kafka, mongod) are kept from run to run."""
    return Path(os.environ.get("ANCHORAGE_CACHE", pytestconfig.rootpath / ".data" / "runtime"))


@pytest.fixture(scope="session")
def real_parts(programs: Path) -> parts.Parts:
    """The real Kafka and MongoDB of this run; an error when they cannot be had."""
    return parts.find(programs)


@pytest.fixture(scope="session")
def kafka_bootstrap(real_parts: parts.Parts) -> str:
    """`host:port` of a real Kafka that makes no topic by itself."""
    return real_parts.kafka


@pytest.fixture(scope="session")
def mongodb_uri(real_parts: parts.Parts) -> str:
    """URI of a real MongoDB replica set."""
    return real_parts.mongodb


@pytest_asyncio.fixture(scope="session")
async def _kafka_admin(kafka_bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    yield admin
    await admin.close()


@pytest.fixture(scope="session")
def _mongodb_admin(mongodb_uri: str) -> Iterator[MongoClient[dict[str, object]]]:
    with MongoClient[dict[str, object]](mongodb_uri, serverSelectionTimeoutMS=10_000) as client:
        yield client


@pytest_asyncio.fixture
async def prefix(
    _kafka_admin: AIOKafkaAdminClient, _mongodb_admin: MongoClient[dict[str, object]]
) -> AsyncIterator[str]:
    """A fresh prefix such as `t3f9ab2c1_` for this test's topics, groups and databases.

    Databases and topics that carry it are gone after the test.
    """
    async with _fresh_prefix(_kafka_admin, _mongodb_admin) as mine:
        yield mine


@pytest_asyncio.fixture(scope="module")
async def module_prefix(
    _kafka_admin: AIOKafkaAdminClient, _mongodb_admin: MongoClient[dict[str, object]]
) -> AsyncIterator[str]:
    """The same for all tests of a module, which then tell themselves apart by random ids."""
    async with _fresh_prefix(_kafka_admin, _mongodb_admin) as mine:
        yield mine


@pytest_asyncio.fixture(scope="session")
async def session_prefix(
    _kafka_admin: AIOKafkaAdminClient, _mongodb_admin: MongoClient[dict[str, object]]
) -> AsyncIterator[str]:
    """The same for all tests of a run's process."""
    async with _fresh_prefix(_kafka_admin, _mongodb_admin) as mine:
        yield mine


@pytest.fixture(scope="session")
def one_platform(
    tmp_path_factory: pytest.TempPathFactory, kafka_bootstrap: str, mongodb_uri: str, session_prefix: str
) -> Iterator[OnePlatform]:
    """Runs whole platforms on this run's Kafka and MongoDB, one at a time: two at once need more than two cores."""

    def start(name: str, **settings: str) -> AbstractContextManager[Platform]:
        return running_platform(
            tmp_path_factory.mktemp(name),
            f"{session_prefix}{name}_",
            kafka=kafka_bootstrap,
            mongodb=mongodb_uri,
            **settings,
        )

    one = OnePlatform(start)
    yield one
    one.end()


@asynccontextmanager
async def _fresh_prefix(
    kafka: AIOKafkaAdminClient, mongodb: MongoClient[dict[str, object]]
) -> AsyncIterator[str]:
    mine = f"t{secrets.token_hex(4)}_"
    yield mine
    for database in mongodb.list_database_names():
        if database.startswith(mine):
            mongodb.drop_database(database)
    if topics := [topic for topic in await kafka.list_topics() if topic.startswith(mine)]:
        await kafka.delete_topics(topics)


@pytest_asyncio.fixture(scope="module")
async def breakable(
    tmp_path_factory: pytest.TempPathFactory, programs: Path
) -> AsyncIterator[breaking.BreakableParts]:
    """A Kafka and a MongoDB of this module's own, to be killed, frozen and started again; costs about 6 s."""
    own = breaking.BreakableParts(tmp_path_factory.mktemp("breakable"), programs)
    try:
        await asyncio.gather(own.start("mongodb"), own.start("kafka"))
        yield own
    finally:
        await own.end()


@pytest.fixture(scope="session")
def eventually() -> waiting.Eventually:
    """Waiting by condition: `await eventually(condition, within=10, what="…")`."""
    return waiting.eventually
