"""Several replicas, restarts, and a database that is unavailable."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio
from catalog_support.shop import HOST, Shop, a_product, know_hosts, put_pictures

from catalog.app import build_app
from catalog.settings import Settings
from contracts.topics import TOPICS
from runtime.kafka.topics import ensure_topics
from runtime.mongo.client import connect, database
from runtime.service import Service
from support.breakable import BreakableParts
from support.eventually import Eventually
from support.issuer import Issuer

Starting = Callable[..., AbstractAsyncContextManager[Service]]


@pytest_asyncio.fixture
async def issuer() -> AsyncIterator[Issuer]:
    async with Issuer().serving() as issuer:
        yield issuer


@pytest_asyncio.fixture
async def starting(
    kafka_bootstrap: str, mongodb_uri: str, prefix: str, issuer: Issuer, tmp_path: Path
) -> Starting:
    """Starts one more catalog of the test's installation."""
    await ensure_topics(kafka_bootstrap, prefix, TOPICS)
    media = put_pictures(tmp_path)

    @asynccontextmanager
    async def start(**changes: Any) -> AsyncIterator[Service]:
        settings = Settings(
            kafka=kafka_bootstrap,
            mongodb_uri=mongodb_uri,
            prefix=prefix,
            identity_url=issuer.url,
            media_dir=media,
            **changes,
        )
        async with build_app(settings).running() as service:
            if not await service.db["hosts"].find_one({}):
                await know_hosts(service.db, HOST)
            yield service

    return start


async def test_what_one_replica_writes_another_shows(
    starting: Starting, issuer: Issuer, kafka_bootstrap: str, prefix: str, eventually: Eventually
) -> None:
    async with starting() as one, starting() as other:
        shop = await Shop(one, issuer, kafka_bootstrap, prefix, eventually).open(stock=9)
        mirror = Shop(other, issuer, kafka_bootstrap, prefix, eventually, shop.mini_program_id)

        async def shown(title: str, available: int) -> bool:
            page = await mirror.must("GET", shop.page_path(), shop.as_host)
            assert (page["title"], page["skus"][0]["available"]) == (title, available)
            return True

        await eventually(lambda: shown("龙井茶", 9), within=5, what="the product on the other replica")
        await shop.must("PUT", shop.product_path(), shop.as_owner, a_product(shop.sku_id, title="碧螺春"))
        await shop.must("PUT", f"/v1/owner/skus/{shop.sku_id}/stock", shop.with_key(), {"change": -2})
        await eventually(lambda: shown("碧螺春", 7), within=5, what="both changes on the other replica")


async def test_a_level_that_was_not_published_before_a_stop_is_published_after_the_start(
    starting: Starting, issuer: Issuer, kafka_bootstrap: str, prefix: str, eventually: Eventually
) -> None:
    async def published(shop: Shop, available: int) -> bool:
        events = await shop.events_of("stock-levels", shop.sku_id)
        assert [(e["available"], e["version"]) for e in events][-1:] == [(available, 10 - available)]
        return True

    async with starting() as service:
        shop = await Shop(service, issuer, kafka_bootstrap, prefix, eventually).open(stock=9)
        await eventually(lambda: published(shop, 9), within=20, what="the first level")
        name = service.settings.database("catalog")
    client = connect(service.settings.mongodb_uri)
    await database(client, name)["stock"].update_one(
        {"_id": shop.sku_id}, {"$inc": {"available": -2, "adjusted": -2, "version": 2}}
    )
    await client.close()
    async with starting():
        await eventually(lambda: published(shop, 7), within=20, what="the level that was not published")


async def test_pages_are_served_while_the_database_is_unavailable_and_leave_out_outdated_products(
    breakable: BreakableParts, issuer: Issuer, tmp_path: Path, eventually: Eventually
) -> None:
    prefix = f"t{secrets.token_hex(4)}_"
    await ensure_topics(breakable.kafka, prefix, TOPICS)
    settings = Settings(
        kafka=breakable.kafka, mongodb_uri=breakable.mongodb, prefix=prefix, identity_url=issuer.url,
        page_max_age=timedelta(seconds=3), media_dir=put_pictures(tmp_path),
    )  # fmt: skip
    async with build_app(settings).running() as service:
        await know_hosts(service.db, HOST)
        shop = await Shop(service, issuer, breakable.kafka, prefix, eventually).open(stock=9)
        async with breakable.away("mongodb"):
            store = await shop.must("GET", shop.store_path, shop.as_host)
            assert store["degraded"] == []

            async def degraded() -> dict[str, Any]:
                store = await shop.must("GET", shop.store_path, shop.as_host)
                assert store["degraded"] == ["products"]
                return store

            store = await eventually(degraded, within=30, what="the products to be left out")
            assert store["products"] is None
            assert store["mini_program"]["mini_program_id"] == shop.mini_program_id
            assert (await shop.call("GET", shop.page_path(), shop.as_host))[0] == 503
            path = f"/v1/owner/skus/{shop.sku_id}/stock"
            assert (await shop.call("PUT", path, shop.with_key(), {"change": 1}))[0] == 503

        async def back() -> bool:
            page = await shop.must("GET", shop.page_path(), shop.as_host)
            store = await shop.must("GET", shop.store_path, shop.as_host)
            return bool(page["skus"][0]["available"] == 9 and store["degraded"] == [])

        await eventually(back, within=30, what="whole pages again")
        order_id = shop.new_order()
        await shop.publish(shop.placed(order_id))

        async def held() -> bool:
            return bool((await shop.stock())["reserved"] == 1)

        await eventually(held, within=30, what="the order to be held")
