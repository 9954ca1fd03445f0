"""Two third-party platforms sell through Anchorage from outside: with databases of their own, over the public gateway alone."""

from __future__ import annotations

import asyncio
import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from anchorage_local.ports import answers, free_port
from support.callers import Caller, cny
from support.eventually import Eventually
from support.platform import Platform, running_platform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]
ADDRESS = {"recipient": "Lin", "phone": "13800001234", "region": "Zhejiang", "street": "Lake 1"}
SHOP, PRODUCT, SKU = "mphuaiyucrafts", "hy_ash_cup", "hy_ash_cup_1"
DEAR_SKU = "hy_indigo_cloth_2"
WITHIN = 60


@pytest.fixture(scope="module")
def platform(
    tmp_path_factory: pytest.TempPathFactory, kafka_bootstrap: str, mongodb_uri: str, module_prefix: str
) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("selling")
    with running_platform(
        folder, module_prefix, kafka=kafka_bootstrap, mongodb=mongodb_uri, platforms="yes"
    ) as running:
        yield running


@dataclass
class World:
    """The two hosts, and the platform Huaiyu as its staff and its own client see it."""

    platform: Platform
    http: aiohttp.ClientSession
    hosts: list[Caller]
    owner: Caller
    eventually: Eventually

    @property
    def seller(self) -> dict[str, Any]:
        return next(one for one in self.platform.demo["platforms"] if one["slug"] == "huaiyu")

    @property
    def database(self) -> Path:
        return self.platform.folder / "platforms" / "huaiyu.sqlite"

    def rows(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        return rows_of(self.database, query, *values)

    async def buyer(self, host: Caller, shop: str = SHOP) -> Caller:
        entry = {
            "mini_program_id": shop, "host_user_id": f"u{secrets.token_hex(5)}", "entry": {"surface": "direct"},
        }  # fmt: skip
        return host.with_token((await host.must("POST", "/v1/sessions", entry))["session_token"])

    async def paid_order(self, host: Caller, sku_id: str = SKU) -> tuple[Caller, str]:
        """A buyer, and the path of the order that the buyer has paid."""
        buyer = await self.buyer(host)
        body = {"lines": [{"sku_id": sku_id, "quantity": 1}], "address": ADDRESS}
        order = await buyer.soon(
            "POST", f"/v1/mini-programs/{SHOP}/orders?wait=10", body, Idempotency_Key=secrets.token_hex(8)
        )
        link = {"cashier_url": order["payment"]["cashier_url"]}
        async with self.http.post(self.platform.demo["alipay_sandbox"] + "/sandbox/pay", json=link) as answer:
            assert answer.status < 300, await answer.text()
        return buyer, f"/v1/mini-programs/{SHOP}/orders/{order['order_id']}"

    async def order_is(self, buyer: Caller, order: str, **expected: Any) -> dict[str, Any]:
        async def is_so() -> dict[str, Any]:
            now = dict(await buyer.must("GET", order))
            assert {name: now[name] for name in expected} == expected, now
            return now

        found: dict[str, Any] = await self.eventually(is_so, within=WITHIN, what=f"{order}: {expected}")
        return found

    async def ask_refund(self, buyer: Caller, order: str, fen: int) -> str:
        answer = await buyer.must(
            "POST", f"{order}/refunds", {"amount": cny(fen), "reason": "a scratch"}, Idempotency_Key=secrets.token_hex(8)
        )  # fmt: skip
        return str(answer["refunds"][-1]["refund_id"])

    async def refund_is(self, buyer: Caller, order: str, refund_id: str, status: str) -> None:
        async def is_so() -> bool:
            refunds = (await buyer.must("GET", order))["refunds"]
            assert [r["status"] for r in refunds if r["refund_id"] == refund_id] == [status], refunds
            return True

        await self.eventually(is_so, within=WITHIN, what=f"refund {refund_id} to be {status}")

    async def page(self) -> str:
        async with self.http.get(self.seller["url"]) as answer:
            assert answer.status == 200
            return await answer.text()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(platform: Platform, eventually: Eventually) -> AsyncIterator[World]:
    async with aiohttp.ClientSession() as http:
        nobody = Caller(http, platform.demo["gateway"], None)
        hosts = [await nobody.client(host) for host in platform.demo["hosts"]]
        seller = next(one for one in platform.demo["platforms"] if one["slug"] == "huaiyu")
        world = World(platform, http, hosts, await nobody.client(seller), eventually)

        async def is_pushed() -> bool:
            [(waiting,)] = world.rows("SELECT count(*) FROM move WHERE told = 0")
            [(subscribed,)] = world.rows("SELECT count(*) FROM setting WHERE name = 'reconciled'")
            assert (waiting, subscribed) == (0, 1), platform.log("huaiyu")[-2000:]
            return True

        await eventually(is_pushed, within=120, what="Huaiyu to have pushed its products")
        yield world


async def test_the_products_of_both_platforms_are_seen_in_both_hosts(world: World) -> None:
    for seller in world.platform.demo["platforms"]:
        for shop in seller["mini_program_ids"]:
            for host in world.hosts:
                viewer = await world.buyer(host, shop)

                async def is_full(viewer: Caller = viewer, shop: str = shop) -> bool:
                    store = await viewer.must("GET", f"/v1/mini-programs/{shop}/store?limit=100")
                    cards = store["products"]["items"]
                    assert len(cards) >= 6, cards
                    assert all(card["in_stock"] and card["title_en"] for card in cards), cards
                    return True

                await world.eventually(is_full, within=120, what=f"the products of {shop}")
    page = await (await world.buyer(world.hosts[1])).must(
        "GET", f"/v1/mini-programs/{SHOP}/products/{PRODUCT}"
    )
    assert [sku["price"]["amount"] for sku in page["skus"]] == [4800, 6200]
    assert page["skus"][0]["available"] == 60
    async with world.http.get(world.platform.demo["gateway"] + page["images"][0]) as picture:
        assert (picture.status, picture.content_type) == (200, "image/webp")


async def test_a_paid_order_is_shipped_and_a_small_refund_is_paid_back_at_once(world: World) -> None:
    buyer, order = await world.paid_order(world.hosts[0])
    shipped = await world.order_is(buyer, order, status="shipped")
    [parcel] = shipped["shipments"]
    assert (parcel["carrier_id"], parcel["tracking_number"][:3]) == ("zto", "ZTO")
    refund = await world.ask_refund(buyer, order, 1000)
    await world.refund_is(buyer, order, refund, "settled")
    assert shipped["order_id"] in await world.page()


async def test_a_large_refund_waits_for_a_person_on_the_page(world: World) -> None:
    buyer, order = await world.paid_order(world.hosts[1], DEAR_SKU)
    await world.order_is(buyer, order, status="shipped")
    refund = await world.ask_refund(buyer, order, 20_000)
    form = f"/orders/{order.rpartition('/')[2]}/refunds/{refund}"

    async def is_asked() -> bool:
        assert form in await world.page()
        return True

    await world.eventually(is_asked, within=WITHIN, what="the refund on the page")
    url, fields = world.seller["url"] + form, {"verdict": "reject", "reason": ""}
    async with world.http.post(url, data=fields, headers={"Origin": "http://evil.example"}) as answer:
        assert answer.status == 403
    async with world.http.post(url, data=fields) as answer:
        assert answer.status == 422
    async with world.http.post(url, data=fields | {"reason": "worn & washed"}) as answer:
        assert answer.status == 200
    await world.refund_is(buyer, order, refund, "rejected")
    assert (await buyer.must("GET", order))["refunds"][0]["rejection_reason"] == "worn & washed"
    assert form not in await world.page()


async def test_a_webhook_that_was_missed_is_made_good_by_reconciling(world: World) -> None:
    [(webhook_id,)] = world.rows("SELECT value FROM setting WHERE name = 'webhook_id'")
    await world.owner.must("PATCH", f"/v1/owner/webhooks/{webhook_id}", {"enabled": False})
    buyer, order = await world.paid_order(world.hosts[0])
    await world.order_is(buyer, order, status="paid")
    order_id = order.rpartition("/")[2]
    await world.owner.must(
        "PATCH", f"/v1/owner/mini-programs/{SHOP}/products/{PRODUCT}", {"title": "Another name"}
    )
    await world.owner.must(
        "PUT", "/v1/owner/skus/hy_rice_bowl_1/stock", {"change": -7}, Idempotency_Key="lost"
    )
    assert world.rows("SELECT count(*) FROM customer_order WHERE order_id = ?", order_id) == [(0,)]

    done = _command(world, "reconcile")
    assert "webhook: the webhook was disabled" in done
    assert f"order {order_id}: the order was unknown; it is paid (taken over)" in done
    assert f"product {PRODUCT}: title" in done
    assert "stock of hy_rice_bowl_1: Anchorage lacks 7 pieces (+7 sent)" in done
    await world.order_is(buyer, order, status="shipped")
    product = await world.owner.must("GET", f"/v1/owner/mini-programs/{SHOP}/products/{PRODUCT}")
    assert product["title"] == "槐屿草木灰釉茶杯"
    stock = await world.owner.must("GET", "/v1/owner/skus/hy_rice_bowl_1/stock")
    assert stock["initial"] + stock["adjusted"] == 80
    assert (await world.owner.must("GET", f"/v1/owner/webhooks/{webhook_id}"))["enabled"]
    assert _command(world, "reconcile").splitlines()[-1] == "0 differences"
    assert order_id in await world.page()


async def test_prices_and_stock_follow_the_platforms_commands(world: World) -> None:
    _command(world, "price", SKU, "4500")
    _command(world, "stock", SKU, "+5")
    _command(world, "withdraw", "hy_moon_vase")
    viewer = await world.buyer(world.hosts[0])

    async def is_so() -> bool:
        page = await viewer.must("GET", f"/v1/mini-programs/{SHOP}/products/{PRODUCT}")
        assert page["skus"][0]["price"] == cny(4500)
        status, _ = await viewer.call("GET", f"/v1/mini-programs/{SHOP}/products/hy_moon_vase")
        assert status == 404
        return True

    await world.eventually(is_so, within=WITHIN, what="the new price, and the product to be gone")
    stock = await world.owner.must("GET", f"/v1/owner/skus/{SKU}/stock")
    assert stock["initial"] + stock["adjusted"] == 65


async def test_a_forged_webhook_is_refused(world: World) -> None:
    before = world.rows("SELECT count(*) FROM event")
    body = {"type": "order.paid", "timestamp": "2026-11-29T00:00:00Z", "data": {"order_id": "x"}}
    headers = {"webhook-id": "msg_forged", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}
    async with world.http.post(f"{world.seller['url']}/webhooks", json=body, headers=headers) as answer:
        assert answer.status == 401
    assert world.rows("SELECT count(*) FROM event") == before


async def test_a_platform_that_cannot_be_called_reads_the_feed_of_events(
    world: World, tmp_path: Path, eventually: Eventually
) -> None:
    catalogue, database = tmp_path / "listener.toml", tmp_path / "listener.sqlite"
    catalogue.write_text('name = "Listener"', encoding="utf-8")  # it has no shops, so it ships nothing
    port = free_port()
    environment = _environment(world) | {
        "PLATFORM_CATALOGUE": str(catalogue), "PLATFORM_DATABASE": str(database), "PLATFORM_WEBHOOK_URL": "",
        "PLATFORM_PORT": str(port),
    }  # fmt: skip
    with (tmp_path / "log").open("wb") as log:
        listener = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "platform_demo", "serve", env=environment, stdout=log, stderr=log
        )
    try:
        await eventually(lambda: answers(port, "/readyz"), within=WITHIN, what="the listener to be up")
        buyer, order = await world.paid_order(world.hosts[1])
        await world.order_is(buyer, order, status="shipped")

        def is_known() -> bool:
            found = rows_of(
                database, "SELECT status FROM customer_order WHERE order_id = ?", order.rpartition("/")[2]
            )
            assert found == [("shipped",)], (found, (tmp_path / "log").read_text(encoding="utf-8"))
            return True

        await eventually(is_known, within=WITHIN, what="the listener to know of the parcel")
    finally:
        listener.terminate()
        ended = await listener.wait()
    assert ended == 0


def rows_of(database: Path, query: str, *values: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    try:
        return connection.execute(query, values).fetchall()
    finally:
        connection.close()


def _environment(world: World) -> dict[str, str]:
    """What Huaiyu's own process knows."""
    seller = world.seller
    return {name: value for name, value in os.environ.items() if not name.startswith("ANCHORAGE_")} | {
        "PLATFORM_CATALOGUE": "huaiyu", "PLATFORM_GATEWAY": world.platform.demo["gateway"],
        "PLATFORM_CLIENT_ID": seller["client_id"], "PLATFORM_CLIENT_SECRET": seller["client_secret"],
        "PLATFORM_DATABASE": str(world.database), "PLATFORM_WEBHOOK_URL": f"{seller['url']}/webhooks",
    }  # fmt: skip


def _command(world: World, *words: str) -> str:
    """What a command of Huaiyu's prints, typed next to the process that serves."""
    done = subprocess.run(
        [sys.executable, "-m", "platform_demo", *words],
        env=_environment(world), capture_output=True, encoding="utf-8", timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
