"""The whole story, from the entrance to a shared code, against all processes of the platform, by public calls only."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import Any

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


async def test_the_entrance_lists_what_is_published_in_this_host(host_app: Any, other_host: Any) -> None:
    here = {
        m["mini_program_id"]: m for m in (await host_app.get("/v1/entry/mini-programs?limit=100"))["items"]
    }
    there = {
        m["mini_program_id"] for m in (await other_host.get("/v1/entry/mini-programs?limit=100"))["items"]
    }
    assert {m["owner"]["kind"] for m in here.values()} >= {"brand", "platform", "celebrity"}
    assert "game" in {m["category"] for m in here.values()}
    assert there - set(here), "the other host has something of its own"
    assert set(here) - there


async def test_a_brands_name_finds_its_mini_program_first_ahead_of_accounts_with_a_like_name(
    host_app: Any,
) -> None:
    for entry in (await host_app.get("/v1/entry/mini-programs"))["items"]:
        if entry["category"] == "game":
            continue
        for name in (entry["name"], entry["name_en"]):
            found = await host_app.get(f"/v1/search?q={name}")
            first = found["results"][0]
            assert (first["kind"], first["mini_program_id"]) == ("mini_program", entry["mini_program_id"]), (
                name
            )
            assert all(result["why"] for result in found["results"])


async def test_one_call_leads_from_an_anchor_to_its_product(host_app: Any) -> None:
    for video_id in host_app.demo["videos"]:
        status, video = await host_app.call("GET", f"/v1/videos/{video_id}")
        if status == 404:
            continue  # the other host's
        for anchor in video["anchors"]:
            click = await host_app.post(
                f"/v1/videos/{video_id}/anchors/{anchor['anchor_id']}/clicks",
                {"host_user_id": host_app.viewer},
            )
            assert click["target"]["mini_program_id"] == anchor["mini_program_id"]
            if click["target"]["available"]:
                assert click["target"]["product"]["product_id"] == anchor["product_id"]


async def test_a_viewer_buys_from_a_video_and_the_creator_is_remembered(host_app: Any) -> None:
    order, token = await _buy_from_a_video(host_app)
    assert order["status"] == "awaiting_payment"
    await host_app.pay(order)
    paid = await host_app.until(order, token, "paid")
    assert paid["attribution"]["surface"] == "video_anchor"
    assert paid["attribution"]["creator_id"]
    account = await host_app.get(f"/v1/mini-programs/{order['mini_program_id']}/account", token=token)
    assert account["orders"]["paid"] == 1


async def _buy_from_a_video(app: Any) -> tuple[dict[str, Any], str]:
    for video_id in app.demo["videos"]:
        status, video = await app.call("GET", f"/v1/videos/{video_id}")
        for anchor in video["anchors"] if status == 200 else ():
            path = f"/v1/videos/{video_id}/anchors/{anchor['anchor_id']}/clicks"
            click = await app.post(path, {"host_user_id": app.viewer})
            product = click["target"]["product"]
            sku = next((s for s in product["skus"] if s["available"] > 5), None) if product else None
            if sku is None:
                continue
            token = await app.enter(
                product["mini_program_id"], surface="video_anchor", click_id=click["click_id"]
            )
            order = await app.place(product["mini_program_id"], token, sku, click_id=click["click_id"])
            return order, token
    raise AssertionError("no anchor leads to a product on sale")


async def test_an_order_is_in_its_own_mini_program_and_nowhere_else(host_app: Any, other_host: Any) -> None:
    brand, platform_shop = host_app.shop("brand"), host_app.shop("platform")
    _, sku = await host_app.product_on_sale(brand)
    token = await host_app.enter(brand)
    order = await host_app.place(brand, token, sku)
    path = f"/v1/mini-programs/{brand}/orders"
    assert [o["order_id"] for o in (await host_app.get(path, token=token))["items"]] == [order["order_id"]]
    assert (await host_app.call("GET", path))[0] == 403, "a host's token reads no order"
    elsewhere = await host_app.enter(platform_shop)
    assert (await host_app.get(f"/v1/mini-programs/{platform_shop}/orders", token=elsewhere))["items"] == []
    for foreign in (elsewhere, await _same_viewer_elsewhere(other_host, host_app, brand)):
        assert (await host_app.call("GET", f"{path}/{order['order_id']}", token=foreign))[0] == 404


async def _same_viewer_elsewhere(other_host: Any, host_app: Any, mini_program_id: str) -> str:
    other_host.viewer = host_app.viewer
    return str(await other_host.enter(mini_program_id))


async def test_the_same_person_is_another_openid_in_every_mini_program_and_host(
    host_app: Any, other_host: Any
) -> None:
    other_host.viewer = host_app.viewer
    seen = []
    for app, shop in (
        (host_app, "brand"),
        (host_app, "platform"),
        (other_host, "brand"),
        (host_app, "brand"),
    ):
        body = {
            "mini_program_id": host_app.shop(shop), "host_user_id": app.viewer, "entry": {"surface": "direct"},
        }  # fmt: skip
        seen.append((await app.post("/v1/sessions", body))["openid"])
    assert len(set(seen[:3])) == 3
    assert seen[0] == seen[3]


async def test_a_shared_code_opens_the_product_in_the_other_host(host_app: Any, other_host: Any) -> None:
    brand = host_app.shop("brand")
    product, _ = await host_app.product_on_sale(brand)
    token = await host_app.enter(brand)
    path = f"/v1/mini-programs/{brand}/products/{product['product_id']}/share-codes"
    code = await host_app.post(path, {}, token=token)
    again = await host_app.post(path, {"width": 600}, token=token, expect=200)
    assert again["code"] == code["code"]
    gateway = host_app.demo["gateway"]
    for url in (code["image_url"], code["qr_url"]):
        picture = await host_app.get(url.removeprefix(gateway))
        async with other_host.session.post(
            gateway + "/v1/scans",
            data=picture,
            headers={"Authorization": f"Bearer {other_host.token}", "Content-Type": "image/png"},
        ) as answer:
            scanned = await answer.json()
        assert answer.status == 200, scanned
        assert scanned["target"]["product"]["product_id"] == product["product_id"]
    for text in (code["link"], code["code"]):
        assert (await other_host.post("/v1/scans", {"text": text}, expect=200))["code"] == code["code"]
    status, problem = await other_host.call("POST", "/v1/scans", {"text": "nothing to see"})
    assert (status, problem["code"]) == (422, "no_code_found")


async def test_in_store_search_answers_with_that_store_only(host_app: Any) -> None:
    brand = host_app.shop("brand")
    product, _ = await host_app.product_on_sale(brand)
    found = await host_app.get(f"/v1/mini-programs/{brand}/search?q={product['title']}")
    assert found["items"][0]["product_id"] == product["product_id"]
    assert {item["mini_program_id"] for item in found["items"]} == {brand}


async def test_a_store_page_shows_its_shelves_and_filters_by_them(host_app: Any) -> None:
    brand = host_app.shop("brand")
    store = await host_app.get(f"/v1/mini-programs/{brand}/store")
    assert store["degraded"] == []
    shelf = store["categories"][0]["category_id"]
    filtered = await host_app.get(f"/v1/mini-programs/{brand}/store?category={shelf}&limit=100")
    assert 0 < len(filtered["products"]["items"]) < 100


async def test_a_hundred_buyers_of_thirty_items_buy_exactly_thirty(host_app: Any) -> None:
    brand = host_app.shop("brand")
    _, sku = await host_app.product_on_sale(brand, at_least=1)
    owner = await host_app.log_in(next(o for o in host_app.demo["owners"] if brand in o["mini_program_ids"]))
    stock = f"/v1/owner/skus/{sku['sku_id']}/stock"
    status, before = await host_app.call("PUT", stock, {"available": 30}, token=owner)
    assert (status, before["available"]) == (200, 30)

    async def buy(n: int) -> str:
        entry = {
            "mini_program_id": brand,
            "host_user_id": f"{host_app.viewer}x{n}",
            "entry": {"surface": "direct"},
        }
        token = (await host_app.post("/v1/sessions", entry))["session_token"]
        return str((await host_app.place(brand, token, sku))["status"])

    outcomes = await asyncio.gather(*(buy(n) for n in range(100)))
    assert outcomes.count("rejected") + outcomes.count("awaiting_payment") == 100, outcomes
    assert outcomes.count("awaiting_payment") == 30
    _, after = await host_app.call("GET", stock, token=owner)
    assert (after["available"], after["reserved"]) == (0, before["reserved"] + 30)
    await host_app.call("PUT", stock, {"available": 50}, token=owner)


async def test_fifty_equal_posts_at_once_make_one_order(host_app: Any) -> None:
    brand = host_app.shop("brand")
    _, sku = await host_app.product_on_sale(brand, at_least=10)
    token = await host_app.enter(brand)
    body = {
        "lines": [{"sku_id": sku["sku_id"], "quantity": 1}],
        "address": {"recipient": "A", "phone": "13900001111", "region": "Hubei", "street": "B"},
    }
    key = {"Idempotency-Key": secrets.token_hex(8)}
    path = f"/v1/mini-programs/{brand}/orders"
    orders = await asyncio.gather(*(host_app.post(path, body, token=token, headers=key) for _ in range(50)))
    assert len({order["order_id"] for order in orders}) == 1
    assert len((await host_app.get(path, token=token))["items"]) == 1


async def test_a_cancelled_order_gives_its_stock_back_when_its_link_can_no_longer_be_paid(
    host_app: Any,
) -> None:
    brand = host_app.shop("brand")
    _, sku = await host_app.product_on_sale(brand)
    token = await host_app.enter(brand)
    order = await host_app.place(brand, token, sku)
    async with host_app.session.post(
        host_app.demo["alipay_sandbox"] + "/sandbox/pay",
        json={"cashier_url": order["payment"]["cashier_url"], "result": "fail"},
    ) as answer:
        assert answer.status < 300
    path = f"/v1/mini-programs/{brand}/orders/{order['order_id']}"
    closing = await host_app.post(f"{path}/cancellation", token=token, expect=200)
    assert closing["status"] in ("closing", "cancelled")
    # the buyer had come, so the trade exists and can be closed at once
    await host_app.until(order, token, "cancelled")


async def test_a_lost_notice_is_made_good(host_app: Any) -> None:
    brand = host_app.shop("brand")
    _, sku = await host_app.product_on_sale(brand)
    token = await host_app.enter(brand)
    order = await host_app.place(brand, token, sku)
    fault = {"fault": "drop_notify", "count": 8, "out_trade_no": order["payment"]["out_trade_no"]}
    async with host_app.session.post(
        host_app.demo["alipay_sandbox"] + "/sandbox/faults", json=fault
    ) as answer:
        assert answer.status < 300
    await host_app.pay(order)
    path = f"/v1/mini-programs/{brand}/orders/{order['order_id']}"
    await host_app.call("POST", f"{path}/cancellation", token=token)
    await host_app.until(order, token, "paid")


async def test_the_owner_ships_and_refunds_and_the_buyer_sees_it(host_app: Any) -> None:
    brand = host_app.shop("brand")
    _, sku = await host_app.product_on_sale(brand)
    token = await host_app.enter(brand)
    order = await host_app.place(brand, token, sku)
    await host_app.pay(order)
    await host_app.until(order, token, "paid")
    owner = await host_app.log_in(next(o for o in host_app.demo["owners"] if brand in o["mini_program_ids"]))
    other_owner = await host_app.log_in(
        next(o for o in host_app.demo["owners"] if brand not in o["mini_program_ids"])
    )
    parcel = {"carrier": "SF Express", "tracking_number": "SF1001"}
    ship = f"/v1/owner/orders/{order['order_id']}/shipments"
    assert (await host_app.call("POST", ship, parcel, token=other_owner))[0] == 404
    assert (await host_app.post(ship, parcel, token=owner))["status"] == "shipped"
    path = f"/v1/mini-programs/{brand}/orders/{order['order_id']}"
    body = {"reason": "a dent", "amount": {"amount": 1, "currency": "CNY"}}
    asked = await host_app.post(f"{path}/refunds", body, token=token, headers={"Idempotency-Key": "r"})
    refund = asked["refunds"][0]["refund_id"]
    await host_app.post(
        f"/v1/owner/orders/{order['order_id']}/refunds/{refund}/approval", token=owner, expect=200
    )

    async def refunded() -> bool:
        now = await host_app.get(path, token=token)
        return bool(now["refunded_total"]["amount"] == 1 and now["refunds"][0]["status"] == "settled")

    await host_app.eventually(refunded, within=20, what="the refund to be settled")
    assert (await host_app.post(f"{path}/receipt", token=token, expect=200))["status"] == "completed"


async def test_one_trace_leads_from_the_gateway_through_kafka_to_the_last_effect(
    host_app: Any, platform: Any
) -> None:
    order, token = await _buy_from_a_video(host_app)
    await host_app.pay(order)
    await host_app.until(order, token, "paid")

    def spans() -> list[dict[str, Any]]:
        found = []
        for file in (platform.folder / "traces").glob("*.jsonl"):
            found += [
                json.loads(line)
                for line in file.read_text(encoding="utf-8").splitlines()
                if host_app.trace_id in line
            ]
        return found

    hops = {
        ("catalog", "OrderPlaced process"), ("checkout", "StockReserved process"),
        ("payment", "StockReserved process"), ("checkout", "PaymentRequested process"),
    }  # fmt: skip

    def all_hops() -> bool:
        seen = {(span["service"], span["name"]) for span in spans()}
        assert hops <= seen, hops - seen
        return True

    await host_app.eventually(all_hops, within=20, what="the trace's Kafka hops")

    def every_hop_continues_its_producer() -> bool:
        found = spans()
        known = {span["span_id"] for span in found}
        orphans = [
            span["name"] for span in found if span["kind"] == "CONSUMER" and span["parent_id"] not in known
        ]
        assert orphans == [], orphans
        return True

    await host_app.eventually(every_hop_continues_its_producer, within=20, what="the producers' spans")
