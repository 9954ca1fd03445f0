"""A running identity on real Kafka and MongoDB, with an operator's client."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from contracts.catalog import MiniProgramPublished, MiniProgramState, Owner
from contracts.terms import CommissionTerms
from contracts.topics import ACCOUNTS, MINI_PROGRAMS
from identity.app import build_app
from identity.settings import Settings
from runtime.kafka.topics import ensure_topics
from runtime.outbox.recorder import direct_record
from runtime.service import Service


@dataclass
class Operator:
    """Speaks to identity as its first operator."""

    service: Service
    http: aiohttp.ClientSession
    client_id: str
    secret: str

    async def ask(self, method: str, path: str, token: str | None = None, **more: Any) -> tuple[int, Any]:
        """Status and JSON of a call."""
        headers = more.pop("headers", {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        async with self.http.request(method, self.service.url + path, headers=headers, **more) as answer:
            return answer.status, await answer.json(content_type=None)

    async def token(self, client_id: str = "", secret: str = "") -> str:
        """An access token; the operator's own by default."""
        form = {"grant_type": "client_credentials", "client_id": client_id or self.client_id}
        status, body = await self.ask(
            "POST", "/v1/token", data=form | {"client_secret": secret or self.secret}
        )
        assert status == 200, body
        return str(body["access_token"])

    async def client(self, scope: str, subject_id: str) -> tuple[str, str]:
        """A new client: its id and secret."""
        client_id, secret = f"c-{secrets.token_hex(6)}", secrets.token_urlsafe(24)
        asked = {"name": "test", "scope": scope, "subject_id": subject_id, "client_secret": secret}
        status, body = await self.ask("PUT", f"/v1/ops/clients/{client_id}", await self.token(), json=asked)
        assert (status, "client_secret" in body) == (201, False)
        return client_id, secret


@pytest.fixture
async def settings(kafka_bootstrap: str, mongodb_uri: str, prefix: str) -> Settings:
    await ensure_topics(kafka_bootstrap, prefix, (ACCOUNTS, MINI_PROGRAMS))
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
    service = build_app(settings)
    async with service.running(), aiohttp.ClientSession() as http:
        yield Operator(service, http, str(settings.ops_client_id), str(settings.ops_client_secret))


Publish = Callable[..., Awaitable[str]]


@pytest.fixture
def publish_program(operator: Operator, settings: Settings) -> Publish:
    """Tells identity of a mini program, as catalog would: its id."""

    async def publish(
        mini_program_id: str = "",
        *,
        hosts: tuple[str, ...] = ("host-1",),
        version: int = 1,
        event: type[MiniProgramState] = MiniProgramPublished,
        state: str = "published",
    ) -> str:
        told = event.model_validate(
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
            told, event_id=secrets.token_hex(8), at=operator.service.clock(), prefix=settings.prefix
        )
        await operator.service.publisher.publish([record])
        return told.mini_program_id

    return publish
