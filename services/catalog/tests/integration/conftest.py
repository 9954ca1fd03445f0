"""A running catalog, and a shop of the test's own in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from catalog_support.shop import Shop

from catalog.app import build_app
from catalog.settings import Settings
from contracts.topics import TOPICS
from runtime.kafka.topics import ensure_topics
from runtime.service import Service
from support.eventually import Eventually
from support.issuer import Issuer


@pytest_asyncio.fixture(scope="module")
async def running(
    kafka_bootstrap: str, mongodb_uri: str, module_prefix: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Service, Issuer, str, Path]]:
    """One catalog for a module, with its folder of pictures."""
    media = tmp_path_factory.mktemp("media")
    await ensure_topics(kafka_bootstrap, module_prefix, TOPICS)
    async with Issuer().serving() as issuer:
        settings = Settings(
            kafka=kafka_bootstrap, mongodb_uri=mongodb_uri, prefix=module_prefix, identity_url=issuer.url,
            media_dir=media,
        )  # fmt: skip
        async with build_app(settings).running() as service:
            yield service, issuer, module_prefix, media


@pytest.fixture
def shop(running: tuple[Service, Issuer, str, Path], kafka_bootstrap: str, eventually: Eventually) -> Shop:
    """A shop that is not open yet."""
    service, issuer, prefix, _ = running
    return Shop(service, issuer, kafka_bootstrap, prefix, eventually)


@pytest.fixture
def media(running: tuple[Service, Issuer, str, Path]) -> Path:
    """The folder of pictures."""
    return running[3]
