"""Two third-party platforms sell through Anchorage from outside: with databases of their own, over the public gateway alone."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from anchorage_cli.audit import audit
from anchorage_cli.installation import Installation
from anchorage_local.ports import answers, free_port
from support.callers import Caller, cny
from support.command import Ended, anchorage
from support.eventually import Eventually
from support.killing import kill_in_turn
from support.platform import OnePlatform, Platform
from support.selling import SHOP, SKU, WITHIN, Seller, rows_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]
PRODUCT = "hy_ash_cup"
DEAR_SKU = "hy_indigo_cloth_2"


@pytest.fixture(scope="module")
def platform(one_platform: OnePlatform) -> Platform:
    return one_platform.called("selling", platforms="yes")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def seller(platform: Platform, eventually: Eventually) -> AsyncIterator[Seller]:
    async with aiohttp.ClientSession() as http:
        nobody = Caller(http, platform.demo["gateway"], None)
        hosts = [await nobody.client(host) for host in platform.demo["hosts"]]
        joined = next(one for one in platform.demo["platforms"] if one["slug"] == "huaiyu")
        seller = Seller(platform, http, hosts, await nobody.client(joined), eventually)

        async def is_pushed() -> bool:
            [(waiting,)] = seller.rows("SELECT count(*) FROM move WHERE told = 0")
            [(subscribed,)] = seller.rows("SELECT count(*) FROM setting WHERE name = 'reconciled'")
            assert (waiting, subscribed) == (0, 1), platform.log("huaiyu")[-2000:]
            return True

        await eventually(is_pushed, within=120, what="Huaiyu to have pushed its products")
        yield seller


async def test_the_products_of_both_platforms_are_seen_in_both_hosts(seller: Seller) -> None:
    for platform in seller.platform.demo["platforms"]:
        for shop in platform["mini_program_ids"]:
            for host in seller.hosts:
                viewer = await seller.buyer(host, shop)

                async def is_full(viewer: Caller = viewer, shop: str = shop) -> bool:
                    store = await viewer.must("GET", f"/v1/mini-programs/{shop}/store?limit=100")
                    cards = store["products"]["items"]
                    assert len(cards) >= 6, cards
                    assert all(card["in_stock"] and card["title_en"] for card in cards), cards
                    return True

                await seller.eventually(is_full, within=120, what=f"the products of {shop}")
    page = await (await seller.buyer(seller.hosts[1])).must(
        "GET", f"/v1/mini-programs/{SHOP}/products/{PRODUCT}"
    )
    assert [sku["price"]["amount"] for sku in page["skus"]] == [4800, 6200]
    assert page["skus"][0]["available"] == 60
    async with seller.http.get(seller.platform.demo["gateway"] + page["images"][0]) as picture:
        assert (picture.status, picture.content_type) == (200, "image/webp")


async def test_a_paid_order_is_shipped_and_a_small_refund_is_paid_back_at_once(seller: Seller) -> None:
    buyer, order = await seller.paid_order(seller.hosts[0])
    shipped = await seller.order_is(buyer, order, status="shipped")
    [parcel] = shipped["shipments"]
    assert (parcel["carrier_id"], parcel["tracking_number"][:3]) == ("zto", "ZTO")
    refund = await seller.ask_refund(buyer, order, 1000)
    await seller.refund_is(buyer, order, refund, "settled")
    assert shipped["order_id"] in await seller.page()


async def test_a_large_refund_waits_for_a_person_on_the_page(seller: Seller) -> None:
    buyer, order = await seller.paid_order(seller.hosts[1], DEAR_SKU)
    await seller.order_is(buyer, order, status="shipped")
    refund = await seller.ask_refund(buyer, order, 20_000)
    form = f"/orders/{order.rpartition('/')[2]}/refunds/{refund}"

    async def is_asked() -> bool:
        assert form in await seller.page()
        return True

    await seller.eventually(is_asked, within=WITHIN, what="the refund on the page")
    url, fields = seller.joined["url"] + form, {"verdict": "reject", "reason": ""}
    async with seller.http.post(url, data=fields, headers={"Origin": "http://evil.example"}) as answer:
        assert answer.status == 403
    async with seller.http.post(url, data=fields) as answer:
        assert answer.status == 422
    async with seller.http.post(url, data=fields | {"reason": "worn & washed"}) as answer:
        assert answer.status == 200
    await seller.refund_is(buyer, order, refund, "rejected")
    assert (await buyer.must("GET", order))["refunds"][0]["rejection_reason"] == "worn & washed"
    assert form not in await seller.page()


async def test_a_webhook_that_was_missed_is_made_good_by_reconciling(seller: Seller) -> None:
    [(webhook_id,)] = seller.rows("SELECT value FROM setting WHERE name = 'webhook_id'")
    await seller.owner.must("PATCH", f"/v1/owner/webhooks/{webhook_id}", {"enabled": False})
    buyer, order = await seller.paid_order(seller.hosts[0])
    await seller.order_is(buyer, order, status="paid")
    order_id = order.rpartition("/")[2]
    await seller.owner.must(
        "PATCH", f"/v1/owner/mini-programs/{SHOP}/products/{PRODUCT}", {"title": "Another name"}
    )
    await seller.owner.must(
        "PUT", "/v1/owner/skus/hy_rice_bowl_1/stock", {"change": -7}, Idempotency_Key="lost"
    )
    assert seller.rows("SELECT count(*) FROM customer_order WHERE order_id = ?", order_id) == [(0,)]

    done = seller.command("reconcile")
    assert "webhook: the webhook was disabled" in done
    assert f"order {order_id}: the order was unknown; it is paid (taken over)" in done
    assert f"product {PRODUCT}: title" in done
    assert "stock of hy_rice_bowl_1: Anchorage lacks 7 pieces (+7 sent)" in done
    await seller.order_is(buyer, order, status="shipped")
    product = await seller.owner.must("GET", f"/v1/owner/mini-programs/{SHOP}/products/{PRODUCT}")
    assert product["title"] == "槐屿草木灰釉茶杯"
    stock = await seller.owner.must("GET", "/v1/owner/skus/hy_rice_bowl_1/stock")
    assert stock["initial"] + stock["adjusted"] == 80
    assert (await seller.owner.must("GET", f"/v1/owner/webhooks/{webhook_id}"))["enabled"]
    assert seller.command("reconcile").splitlines()[-1] == "differences: 0"
    assert order_id in await seller.page()


async def test_prices_and_stock_follow_the_platforms_commands(seller: Seller) -> None:
    seller.command("price", SKU, "4500")
    seller.command("stock", SKU, "+5")
    seller.command("withdraw", "hy_moon_vase")
    viewer = await seller.buyer(seller.hosts[0])

    async def is_so() -> bool:
        page = await viewer.must("GET", f"/v1/mini-programs/{SHOP}/products/{PRODUCT}")
        assert page["skus"][0]["price"] == cny(4500)
        status, _ = await viewer.call("GET", f"/v1/mini-programs/{SHOP}/products/hy_moon_vase")
        assert status == 404
        return True

    await seller.eventually(is_so, within=WITHIN, what="the new price, and the product to be gone")
    stock = await seller.owner.must("GET", f"/v1/owner/skus/{SKU}/stock")
    assert stock["initial"] + stock["adjusted"] == 65


async def test_a_forged_webhook_is_refused(seller: Seller) -> None:
    before = seller.rows("SELECT count(*) FROM event")
    body = {"type": "order.paid", "timestamp": "2026-11-29T00:00:00Z", "data": {"order_id": "x"}}
    headers = {"webhook-id": "msg_forged", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}
    async with seller.http.post(f"{seller.joined['url']}/webhooks", json=body, headers=headers) as answer:
        assert answer.status == 401
    assert seller.rows("SELECT count(*) FROM event") == before


async def test_a_platform_that_cannot_be_called_reads_the_feed_of_events(
    seller: Seller, tmp_path: Path, eventually: Eventually
) -> None:
    catalogue, database = tmp_path / "listener.toml", tmp_path / "listener.sqlite"
    catalogue.write_text('name = "Listener"', encoding="utf-8")  # it has no shops, so it ships nothing
    port = free_port()
    environment = seller.environment() | {
        "PLATFORM_CATALOGUE": str(catalogue), "PLATFORM_DATABASE": str(database), "PLATFORM_WEBHOOK_URL": "",
        "PLATFORM_PORT": str(port),
    }  # fmt: skip
    with (tmp_path / "log").open("wb") as log:
        listener = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "platform_demo", "serve", env=environment, stdout=log, stderr=log
        )
    try:
        await eventually(lambda: answers(port, "/readyz"), within=WITHIN, what="the listener to be up")
        buyer, order = await seller.paid_order(seller.hosts[1])
        await seller.order_is(buyer, order, status="shipped")

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


async def test_a_platform_that_is_killed_ships_each_order_once(seller: Seller) -> None:
    bought = [await seller.paid_order(host) for host in seller.hosts * 3]
    killed: list[str] = []
    await kill_in_turn(seller.platform, ["huaiyu"], random.Random(7), killed, longest_pause=0.3)
    for buyer, order in bought:
        shipped = await seller.order_is(buyer, order, status="shipped")
        assert len(shipped["shipments"]) == 1
    assert killed == ["huaiyu"]


async def test_the_invariants_hold_in_the_end(seller: Seller, kafka_bootstrap: str, mongodb_uri: str) -> None:
    where = Installation(
        kafka_bootstrap, mongodb_uri, seller.platform.prefix, seller.platform.folder / "traces"
    )

    async def sound() -> bool:
        assert (await audit(where, (), timedelta(0))).violations == []
        return True

    await seller.eventually(sound, within=60, what="the invariants to hold")


async def test_status_says_that_all_is_well(seller: Seller) -> None:
    async def well() -> Ended:
        ended = await anchorage(seller.platform.folder, "status")
        assert ended.code == 0, ended
        return ended

    ended = await seller.eventually(well, within=120, what="nothing to need a hand")
    assert ended.out.splitlines()[-1] == "All is well."
