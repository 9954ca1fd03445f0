"""A running gateway, in front of a small service that stands for all the others."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import jwt
import orjson
import pytest
from aiohttp import web
from aiokafka import AIOKafkaConsumer
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from contracts.topics import ENGAGEMENT
from gateway.app import build_app
from gateway.settings import Settings
from runtime.consuming.records import headers_of
from runtime.kafka.topics import ensure_topics
from runtime.service import Service
from runtime.telemetry import configure_telemetry
from runtime.web.protocol import MAX_LINE

KEY = generate_private_key(65537, 2048)
KID = "test-key"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Seen:
    """A call as it reached the service."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Behind:
    """The service behind the gateway: answers what a test tells it to, and remembers what it was asked."""

    url: str = ""
    answers: dict[tuple[str, str], Answer] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)

    def will_answer(
        self,
        method: str,
        path: str,
        body: Any = None,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> bytes:
        """From now on; `body` is JSON, or bytes as they are. The bytes that will be sent."""
        sent = body if isinstance(body, bytes) else orjson.dumps(body)

        async def answer(_: web.Request) -> web.Response:
            return web.Response(
                status=status, body=sent, headers={"Content-Type": "application/json", **(headers or {})}
            )

        self.answers[method, path] = answer
        return sent

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Any call but the one for the keys."""
        body = await request.read()
        self.seen.append(Seen(request.method, request.raw_path, dict(request.headers), body))
        answer = self.answers.get((request.method, request.path))
        if answer is None:
            return web.json_response(
                {"code": "not_found"}, status=404, content_type="application/problem+json"
            )
        return await answer(request)


async def keys(_: web.Request) -> web.Response:
    """The keys, as identity shows them."""
    key = jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
    return web.json_response({"keys": [key | {"kid": KID, "alg": "RS256", "use": "sig"}]})


def token(scope: str, key: Any = KEY, algorithm: str = "RS256", kid: str = KID, **claims: Any) -> str:
    """A token as identity makes them; what a test names is different."""
    now = int(time.time())
    said = {
        "iss": "anchorage",
        "aud": "anchorage-api",
        "sub": "s",
        "scope": scope,
        "iat": now,
        "exp": now + 600,
    }
    own = {
        "host": {"host_id": "host-1"},
        "owner": {"owner_id": "owner-1"},
        "viewer": {
            "host_id": "host-1", "mini_program_id": "wineshop01", "openid": "o1", "viewer": "v" * 32,
            "surface": "direct",
        },
    }.get(scope, {})  # fmt: skip
    return jwt.encode(said | own | claims, key, algorithm=algorithm, headers={"kid": kid})


@dataclass
class Caller:
    """Speaks to the gateway."""

    service: Service
    settings: Settings
    http: aiohttp.ClientSession
    behind: Behind
    token: Callable[..., str] = token
    key: RSAPrivateKey = KEY

    async def ask(
        self, method: str, path: str, scope: str | None = "host", bearer: str = "", **more: Any
    ) -> tuple[int, Any, Any]:
        """Status, JSON (or bytes) and headers of a call with a token of `scope`, or `bearer`."""
        headers = dict(more.pop("headers", {}))
        if bearer or scope:
            headers["Authorization"] = f"Bearer {bearer or token(str(scope))}"
        async with self.http.request(
            method, self.service.url + path, headers=headers, allow_redirects=False, **more
        ) as answer:
            body = await answer.read()
            is_json = body and "json" in answer.headers.get("Content-Type", "")
            said = orjson.loads(body) if is_json else body
            return answer.status, said, answer.headers

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


@pytest.fixture(scope="session", autouse=True)
def _tracing() -> None:
    """As every process does at its start."""
    configure_telemetry("gateway", ratio=1.0, trace_dir=None)


@pytest.fixture
def make_token() -> Callable[..., str]:
    return token


@pytest.fixture
async def behind() -> AsyncIterator[Behind]:
    service = Behind()
    app = web.Application(client_max_size=16 * 1024 * 1024, handler_args={"max_line_size": MAX_LINE})
    app.router.add_get("/.well-known/jwks.json", keys)
    app.router.add_route("*", "/{path:.*}", service.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    service.url = "http://{}:{}".format(*runner.addresses[0][:2])
    yield service
    await runner.cleanup()


def settings_for(behind: Behind, **more: Any) -> Settings:
    """Settings of a gateway whose every service is `behind`."""
    names = ("identity", "catalog", "search", "checkout", "payment", "sharecode")
    urls = {f"{name}_url": behind.url for name in names}
    own = {"click_secret": secrets.token_hex(16), "viewer_secret": secrets.token_hex(16), "port": 0}
    return Settings(**(urls | own | more))


@pytest.fixture
def make_settings() -> Callable[..., Settings]:
    return settings_for


@asynccontextmanager
async def running(settings: Settings, behind: Behind) -> AsyncIterator[Caller]:
    """A gateway and somebody who calls it."""
    async with build_app(settings).running() as service, aiohttp.ClientSession() as http:
        yield Caller(service, settings, http, behind)


@pytest.fixture
async def caller(behind: Behind) -> AsyncIterator[Caller]:
    """For calls that tell nobody: Kafka is away, and nothing depends on it."""
    async with running(settings_for(behind, kafka="127.0.0.1:1"), behind) as one:
        yield one


@pytest.fixture
async def caller_with_kafka(behind: Behind, kafka_bootstrap: str, prefix: str) -> AsyncIterator[Caller]:
    await ensure_topics(kafka_bootstrap, prefix, (ENGAGEMENT,))
    async with running(settings_for(behind, kafka=kafka_bootstrap, prefix=prefix), behind) as one:
        yield one
