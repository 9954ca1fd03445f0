"""A running gateway and a client that calls it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
from aiokafka import AIOKafkaConsumer

from contracts.topics import ENGAGEMENT
from gateway.app import build_app
from gateway.settings import Settings
from gateway_support.access import token
from gateway_support.backend import FakeBackend
from runtime.consuming.records import headers_of
from runtime.service import Service

NO_KAFKA = "127.0.0.1:1"
SERVICES = ("identity", "catalog", "search", "checkout", "payment", "sharecode", "webhooks", "feeds")


@dataclass
class Gateway:
    """A running gateway, with its backend."""

    service: Service
    settings: Settings
    http: aiohttp.ClientSession
    backend: FakeBackend

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        host, port = self.service.url.removeprefix("http://").split(":")
        return host, int(port)

    async def call(
        self, method: str, path: str, scope: str | None = "host", bearer: str = "", **more: Any
    ) -> tuple[int, Any, Any]:
        """Status, JSON (or bytes) and headers of a call with a token of `scope`, or with `bearer`."""
        headers = dict(more.pop("headers", {}))
        if bearer or scope:
            headers["Authorization"] = f"Bearer {bearer or token(str(scope))}"
        async with self.http.request(
            method, self.service.url + path, headers=headers, allow_redirects=False, **more
        ) as answer:
            body = await answer.read()
            is_json = body and "json" in answer.headers.get("Content-Type", "")
            return answer.status, orjson.loads(body) if is_json else body, answer.headers

    async def events(self, count: int) -> list[tuple[str, dict[str, Any], dict[str, str]]]:
        """The first `count` engagement events: type, value, headers."""
        consumer = AIOKafkaConsumer(
            self.settings.topic(ENGAGEMENT.name),
            bootstrap_servers=self.settings.kafka,
            auto_offset_reset="earliest",
        )
        async with consumer, asyncio.timeout(20):
            records = [await consumer.getone() for _ in range(count)]
        return [
            (headers_of(record)["ce_type"], orjson.loads(record.value), headers_of(record))
            for record in records
        ]


def settings_for(backend: FakeBackend, **more: Any) -> Settings:
    """Settings of a gateway whose every service is `backend`."""
    values: dict[str, Any] = {f"{name}_url": backend.url for name in SERVICES}
    secrets_of_this_test = {"click_secret": secrets.token_hex(16), "viewer_secret": secrets.token_hex(16)}
    return Settings(**(values | secrets_of_this_test | {"port": 0} | more))


@asynccontextmanager
async def running_gateway(backend: FakeBackend, **more: Any) -> AsyncIterator[Gateway]:
    """A gateway in front of `backend`; `more` are further settings."""
    settings = settings_for(backend, **more)
    unbounded = aiohttp.TCPConnector(limit=0)
    async with build_app(settings).running() as service, aiohttp.ClientSession(connector=unbounded) as http:
        yield Gateway(service, settings, http, backend)
