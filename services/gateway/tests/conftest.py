"""Fixtures of the gateway's tests: a gateway in front of a fake service."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from gateway_support.backend import FakeBackend, running_backend
from gateway_support.running import NO_KAFKA, Gateway, running_gateway

from contracts.topics import ENGAGEMENT
from runtime.kafka.topics import ensure_topics
from runtime.telemetry import configure_telemetry


@pytest.fixture(scope="session", autouse=True)
def _tracing() -> None:
    configure_telemetry("gateway", ratio=1.0, trace_dir=None)


@pytest.fixture
async def backend() -> AsyncIterator[FakeBackend]:
    async with running_backend() as one:
        yield one


@pytest.fixture
async def gateway(backend: FakeBackend) -> AsyncIterator[Gateway]:
    """Without Kafka: for calls that publish nothing, or need not."""
    async with running_gateway(backend, kafka=NO_KAFKA) as one:
        yield one


@pytest.fixture
async def gateway_with_kafka(
    backend: FakeBackend, kafka_bootstrap: str, prefix: str
) -> AsyncIterator[Gateway]:
    await ensure_topics(kafka_bootstrap, prefix, (ENGAGEMENT,))
    async with running_gateway(backend, kafka=kafka_bootstrap, prefix=prefix) as one:
        yield one
