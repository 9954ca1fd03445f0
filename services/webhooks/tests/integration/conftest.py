"""One running service for all tests of a process, on a real Kafka and a real MongoDB, with a clock that can be put forward."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import aiohttp
import pytest_asyncio
from webhooks_support.owner import OwnerClient
from webhooks_support.receiver import Receiver

from contracts.topics import (
    AUDIT,
    FEEDS,
    MINI_PROGRAM_VERSIONS,
    MINI_PROGRAMS,
    ORDERS,
    SETTLEMENTS,
    STOCK_LEVELS,
)
from runtime.clock import system_clock
from runtime.kafka.topics import ensure_topics
from support.eventually import Eventually
from support.issuer import Issuer
from webhooks.app import build_app
from webhooks.settings import Settings

TOPICS = (AUDIT, FEEDS, MINI_PROGRAM_VERSIONS, MINI_PROGRAMS, ORDERS, SETTLEMENTS, STOCK_LEVELS)


@dataclass
class MovableClock:
    """The machine's time, and how far it was put forward."""

    forward: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return system_clock() + self.forward


@dataclass
class Running:
    """The service's address, its clock, and what issues tokens for it."""

    url: str
    issuer: Issuer
    settings: Settings
    clock: MovableClock


@pytest_asyncio.fixture(scope="session")
async def running(kafka_bootstrap: str, mongodb_uri: str, session_prefix: str) -> AsyncIterator[Running]:
    """The service; it may call every port of 127.0.0.1."""
    clock = MovableClock()
    async with Issuer().serving() as issuer:
        await ensure_topics(kafka_bootstrap, session_prefix, TOPICS)
        settings = Settings(
            kafka=kafka_bootstrap, mongodb_uri=mongodb_uri, prefix=session_prefix, identity_url=issuer.url,
            egress_allow="127.0.0.1:1-65535",
        )  # fmt: skip
        async with build_app(settings, clock=clock).running() as service:
            yield Running(service.url, issuer, settings, clock)


@pytest_asyncio.fixture
async def owner(running: Running, eventually: Eventually) -> AsyncIterator[OwnerClient]:
    """An owner whose shop is open."""
    async with aiohttp.ClientSession() as http:
        client = OwnerClient(running.url, http, running.issuer, running.settings, running.clock, eventually)
        await client.open_shop()
        yield client


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver that accepts everything until it is told otherwise."""
    async with Receiver().serving() as receiver:
        yield receiver
