"""A running service, on a real Kafka and a real MongoDB."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import aiohttp
import pytest_asyncio
from aiohttp import web
from feeds_support.shop import Shop

from contracts.topics import AUDIT, FEED_COMMANDS, FEED_RESULTS, FEEDS, MINI_PROGRAMS, PRODUCTS
from feeds.adapters.mongo_runs import COLLECTION
from feeds.adapters.mongo_shops import MongoShops
from feeds.app import build_app
from feeds.domain.run import ACTIVE
from feeds.settings import Settings
from runtime.kafka.topics import ensure_topics
from runtime.mongo.client import connect, database
from support.eventually import Eventually
from support.issuer import Issuer

TOPICS = (AUDIT, FEED_COMMANDS, FEED_RESULTS, FEEDS, MINI_PROGRAMS, PRODUCTS)


@dataclass
class Running:
    """The service's address, its settings, and what issues tokens for it."""

    url: str
    issuer: Issuer
    settings: Settings


@dataclass
class Site:
    """A shop's own server with a feed. It answers 304 to whoever has its present tag, and at `/hangs` only once it is `released`."""

    url: str = ""
    content: bytes = b""
    status: int = 200
    tag: str = '"1"'
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def hang(self, request: web.Request) -> web.Response:
        await self.released.wait()
        return web.Response(status=503)

    async def answer(self, request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == self.tag:
            return web.Response(status=304)
        return web.Response(body=self.content, status=self.status, headers={"ETag": self.tag})


@pytest_asyncio.fixture(scope="session")
async def site() -> AsyncIterator[Site]:
    """The server of somebody else."""
    found, app = Site(), web.Application()
    app.router.add_get("/feed", found.answer)
    app.router.add_get("/hangs", found.hang)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/feed"
    yield found
    await runner.cleanup()


@pytest_asyncio.fixture(scope="session")
async def running(
    kafka_bootstrap: str,
    mongodb_uri: str,
    session_prefix: str,
    site: Site,
    tmp_path_factory: object,
) -> AsyncIterator[Running]:
    """The service; it may call the site."""
    folder = tmp_path_factory.mktemp("feeds")  # type: ignore[attr-defined]
    async with Issuer().serving() as issuer:
        await ensure_topics(kafka_bootstrap, session_prefix, TOPICS)
        settings = Settings(
            kafka=kafka_bootstrap, mongodb_uri=mongodb_uri, prefix=session_prefix, identity_url=issuer.url, feeds_dir=folder,
            egress_allow=site.url.removeprefix("http://").removesuffix("/feed"),
        )  # fmt: skip
        async with build_app(settings).running() as service:
            yield Running(service.url, issuer, settings)


@pytest_asyncio.fixture
async def shop(running: Running, kafka_bootstrap: str, eventually: Eventually) -> AsyncIterator[Shop]:
    """A shop that is not open yet."""
    settings = running.settings
    async with aiohttp.ClientSession() as http, connect(settings.mongodb_uri) as client:
        feeds = database(client, settings.database("feeds"))
        shop = Shop(
            running.url, http, running.issuer, kafka_bootstrap, settings.prefix, eventually, MongoShops(feeds)
        )
        yield shop
        # What waits for a catalog that no longer answers would take the place of the runs of the next test.
        async for run in feeds[COLLECTION].find({"status": {"$in": list(ACTIVE)}}):
            of = replace(
                shop, owner_id=run["owner_id"], mini_program_id=run["mini_program_id"], feed_id=run["feed_id"]
            )
            await of.call("DELETE", f"{of.runs}/{run['_id']}")
