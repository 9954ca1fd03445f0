"""A running catalog, and a shop of one test's own in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from catalog_support.payment import Payment
from catalog_support.shop import HOST, Shop, know_hosts, put_pictures

from catalog.app import build_app
from catalog.settings import Settings
from contracts.topics import TOPICS
from runtime.kafka.topics import ensure_topics
from runtime.mongo.client import Database, connect, database
from runtime.service import Service
from support.eventually import Eventually
from support.issuer import Issuer


@dataclass(frozen=True)
class Running:
    """A catalog that runs, with its folder of pictures."""

    service: Service
    issuer: Issuer
    prefix: str
    media: Path
    payment: Payment


@pytest_asyncio.fixture(scope="module")
async def running(
    kafka_bootstrap: str, mongodb_uri: str, module_prefix: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    """One catalog for a module."""
    media = put_pictures(tmp_path_factory.mktemp("media"))
    await ensure_topics(kafka_bootstrap, module_prefix, TOPICS)
    async with Issuer().serving() as issuer, Payment().serving() as payment:
        settings = Settings(
            kafka=kafka_bootstrap, mongodb_uri=mongodb_uri, prefix=module_prefix, identity_url=issuer.url,
            media_dir=media, uploads=str(media.parent / "uploads"), payment_url=payment.url,
            egress_allow="127.0.0.1:1024-65535",
        )  # fmt: skip
        async with build_app(settings).running() as service:
            await know_hosts(service.db, HOST)
            yield Running(service, issuer, module_prefix, media, payment)


@pytest.fixture
def shop(running: Running, kafka_bootstrap: str, eventually: Eventually) -> Shop:
    """A shop that is not open yet."""
    return Shop(running.service, running.issuer, kafka_bootstrap, running.prefix, eventually)


@pytest.fixture
def payment(running: Running) -> Payment:
    """The payment service that the catalog asks."""
    return running.payment


@pytest.fixture
def media(running: Running) -> Path:
    """The folder of pictures."""
    return running.media


@pytest_asyncio.fixture(scope="module")
async def db(mongodb_uri: str, module_prefix: str) -> AsyncIterator[Database]:
    """The catalog's database, without a running catalog."""
    client = connect(mongodb_uri)
    yield database(client, f"{module_prefix}catalog")
    await client.close()
