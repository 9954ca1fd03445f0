"""A running search on real Kafka."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from search_support.client import HostClient, Publish, RunSearch

from contracts.event import Event
from contracts.topics import ACCOUNTS, AUDIT, ENGAGEMENT, MINI_PROGRAMS, PRODUCTS, STOCK_LEVELS
from runtime.kafka.topics import ensure_topics
from search.app import build_app
from search.settings import Settings
from support.events import tell
from support.issuer import Issuer


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    """Issues the tokens that search accepts."""
    async with Issuer().serving() as serving:
        yield serving


@pytest.fixture
async def settings(kafka_bootstrap: str, prefix: str, tmp_path: Path, issuer: Issuer) -> Settings:
    """Settings for a search with topics and a folder of its own."""
    topics = (AUDIT, MINI_PROGRAMS, ACCOUNTS, PRODUCTS, STOCK_LEVELS, ENGAGEMENT)
    await ensure_topics(kafka_bootstrap, prefix, topics)
    return Settings(kafka=kafka_bootstrap, prefix=prefix, search_dir=tmp_path, identity_url=issuer.url)


@pytest.fixture
def run_search(settings: Settings, issuer: Issuer) -> RunSearch:
    """Runs a search until the context ends."""

    @asynccontextmanager
    async def run(changed: Settings = settings) -> AsyncIterator[HostClient]:
        service = build_app(changed)
        async with service.running(), aiohttp.ClientSession() as http:
            yield HostClient(service.url, http, issuer)

    return run


@pytest.fixture
def publish(settings: Settings) -> Publish:
    """Publishes events."""

    async def published(*events: Event) -> None:
        await tell(settings.kafka, settings.prefix, *events)

    return published
