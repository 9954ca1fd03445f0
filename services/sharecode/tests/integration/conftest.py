"""One running service for all tests of a process, on a real Kafka and a real MongoDB."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest_asyncio
from sharecode_support.client import PER_DAY, PER_MINUTE, CodesClient

from contracts.topics import AUDIT, MINI_PROGRAMS, PRODUCTS, SHARE_CODES
from runtime.kafka.topics import ensure_topics
from sharecode.app import build_app
from sharecode.settings import Settings
from support.eventually import Eventually
from support.issuer import Issuer


@dataclass
class Running:
    """The service's address, and what issues tokens for it."""

    url: str
    issuer: Issuer
    settings: Settings


@pytest_asyncio.fixture(scope="session")
async def running(kafka_bootstrap: str, mongodb_uri: str, session_prefix: str) -> AsyncIterator[Running]:
    """The service, with small limits."""
    async with Issuer().serving() as issuer:
        await ensure_topics(kafka_bootstrap, session_prefix, (AUDIT, MINI_PROGRAMS, PRODUCTS, SHARE_CODES))
        settings = Settings(
            kafka=kafka_bootstrap, mongodb_uri=mongodb_uri, prefix=session_prefix, identity_url=issuer.url,
            public_url="http://gateway", codes_per_minute=PER_MINUTE, codes_per_sharer_and_day=PER_DAY,
        )  # fmt: skip
        async with build_app(settings).running() as service:
            yield Running(service.url, issuer, settings)


@pytest_asyncio.fixture
async def codes(running: Running, eventually: Eventually) -> AsyncIterator[CodesClient]:
    """A client with a mini program and an owner of its own."""
    async with aiohttp.ClientSession() as http:
        yield CodesClient(running.url, http, running.issuer, running.settings, eventually)
