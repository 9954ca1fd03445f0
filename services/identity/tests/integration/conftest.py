"""A running identity on real Kafka and MongoDB, with an operator's client."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator

import aiohttp
import pytest
from identity_support.operator import Operator, PublishProgram

from contracts.catalog import MiniProgramPublished, MiniProgramState, Owner
from contracts.terms import CommissionTerms
from contracts.topics import ACCOUNTS, AUDIT, HOSTS, MINI_PROGRAM_VERSIONS, MINI_PROGRAMS, OWNERS
from identity.app import build_app
from identity.settings import Settings
from runtime.kafka.topics import ensure_topics
from runtime.outbox.recorder import direct_record


@pytest.fixture
async def settings(kafka_bootstrap: str, mongodb_uri: str, prefix: str) -> Settings:
    """Settings with topics of their own."""
    await ensure_topics(
        kafka_bootstrap, prefix, (ACCOUNTS, AUDIT, HOSTS, MINI_PROGRAMS, MINI_PROGRAM_VERSIONS, OWNERS)
    )
    return Settings(
        kafka=kafka_bootstrap,
        mongodb_uri=mongodb_uri,
        prefix=prefix,
        viewer_secret=secrets.token_hex(32),
        openid_secret=secrets.token_hex(32),
        ops_client_id="ops-1",
        ops_client_secret=secrets.token_urlsafe(24),
    )


@pytest.fixture
async def operator(settings: Settings) -> AsyncIterator[Operator]:
    """The operator of a running identity."""
    service = build_app(settings)
    async with service.running(), aiohttp.ClientSession() as http:
        yield Operator(service, http, str(settings.ops_client_id), str(settings.ops_client_secret))


@pytest.fixture
def publish_program(operator: Operator, settings: Settings) -> PublishProgram:
    """Publishes mini programs to the running identity."""

    async def publish(
        mini_program_id: str = "",
        *,
        hosts: tuple[str, ...] = ("host-1",),
        version: int = 1,
        event: type[MiniProgramState] = MiniProgramPublished,
        state: str = "published",
    ) -> str:
        published = event.model_validate(
            {
                "mini_program_id": mini_program_id or secrets.token_hex(8),
                "version": version,
                "name": "Wine",
                "owner": Owner(owner_id="o1", name="O", kind="brand"),
                "category": "e_commerce",
                "logo_url": "/media/x.png",
                "hosts": hosts,
                "state": state,
                "terms": CommissionTerms(platform_bp=1, creator_bp=1, terms_version=1),
            }
        )
        record = direct_record(
            published, event_id=secrets.token_hex(8), at=operator.service.clock(), prefix=settings.prefix
        )
        await operator.service.publisher.publish([record])
        return published.mini_program_id

    return publish
