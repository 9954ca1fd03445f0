"""From the first operator to the first sale, settled and refunded, by the promised calls alone: nothing of the demo is used."""

from __future__ import annotations

import base64
import secrets
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from support.callers import Caller, cny
from support.eventually import Eventually
from support.platform import Platform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

PRICE = 12_800
CREATOR_BP = 800
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
ADDRESS = {"recipient": "Mei Lin", "phone": "13900001111", "region": "浙江省", "street": "East Lake 8"}


@pytest_asyncio.fixture
async def anybody(platform: Platform) -> AsyncIterator[Caller]:
    async with aiohttp.ClientSession() as http:
        yield Caller(http, platform.demo["gateway"], None)


async def test_a_client_that_knows_the_promised_calls_sells_ships_settles_and_refunds(
    platform: Platform, anybody: Caller, eventually: Eventually
) -> None:
    tag = secrets.token_hex(4)
    first = await anybody.client(platform.demo["ops"])
    added = await first.must("POST", "/v1/ops/clients", {"name": "Li Na", "role": "admin"})
    operator = await anybody.client(added)

    # who joins
    joined = await operator.must("POST", "/v1/ops/hosts", {"name": f"WeTalk {tag}"})
    host, host_id = await anybody.client(joined), joined["host_id"]
    joined = await operator.must("POST", "/v1/ops/creators", {"name": f"Lin {tag}"})
    creator, creator_id = await anybody.client(joined), joined["creator_id"]
    application = {
        "name": f"Hillside {tag}",
        "kind": "brand",
        "contact": {"name": "Mei Chen", "email": "mei@hillside.example"},
    }
    joined = await anybody.must("POST", "/v1/owners", application)
    owner, owner_id = await anybody.client(joined), joined["owner_id"]

    # a shop: prepared before the owner is verified, and released after
    await host.must("PUT", "/v1/host/settings", {"accept": "by_hand"})
    picture = await owner.must("POST", "/v1/owner/media", PICTURE, Content_Type="image/png")
    draft = {
        "name": f"山前{tag}",
        "name_en": f"Hillside {tag}",
        "category": "ecommerce",
        "logo_url": picture["url"],
        "requested_hosts": [host_id],
        "categories": [{"category_id": "green", "name": "绿茶"}],
        "layout": {"sections": [{"kind": "grid", "title": "新茶", "category_id": "green"}]},
        "theme_colour": "#2e7d5b",
        "terms": {"creator_bp": CREATOR_BP},
    }
    shop = (await owner.must("POST", "/v1/owner/mini-programs", draft))["mini_program_id"]
    program = f"/v1/owner/mini-programs/{shop}"
    version = (await owner.must("POST", f"{program}/versions", {"note": "the first"}))["version_id"]
    assert version in [
        one["version_id"]
        for one in (await operator.must("GET", "/v1/ops/reviews?status=in_review&limit=100"))["items"]
    ]
    await operator.must("POST", f"/v1/ops/reviews/{version}/approval", {})
    status, problem = await owner.call("POST", f"{program}/versions/{version}/release")
    assert (status, problem["code"]) == (409, "owner_not_verified")
    await operator.must("POST", f"/v1/ops/owners/{owner_id}/approval", {})

    async def released() -> bool:
        status, answer = await owner.call("POST", f"{program}/versions/{version}/release")
        assert status == 200, answer
        return True

    await eventually(released, within=10, what="the release of a verified owner")
    await host.must("POST", f"/v1/host/mini-programs/{shop}/acceptance", {})

    # a product with a picture, stock, a delivery fee, and a coupon
    sku = f"sku_{tag}"
    product = {
        "title": f"明前龙井 {tag}",
        "category_id": "green",
        "images": [picture["url"]],
        "skus": [
            {
                "sku_id": sku,
                "attributes": {"净含量": "100 克"},
                "price": {"amount": PRICE, "currency": "CNY"},
                "initial_stock": 10,
                "low_at": 3,
            }
        ],
    }
    await owner.must("PUT", f"{program}/products/p_{tag}", product)
    stock = await owner.must(
        "POST",
        f"{program}/stock",
        {"items": [{"sku_id": sku, "available": 40}]},
        Idempotency_Key=secrets.token_hex(8),
    )
    assert stock["items"][0]["available"] == 40, stock
    await owner.must(
        "PUT",
        f"{program}/delivery-terms",
        {"flat": cny(800), "regions": [{"region": "浙江省", "fee": cny(500)}]},
    )
    coupon = {
        "code": f"TEA{tag}",
        "amount": cny(1_000),
        "minimum": cny(10_000),
        "stock": 5,
        "starts": "2020-01-01T00:00:00Z",
        "ends": "2100-01-01T00:00:00Z",
        "per_viewer": 1,
    }
    await owner.must("POST", f"{program}/coupons", coupon)

    # a creator who was invited shows it
    await owner.must("PUT", f"{program}/promotion", {"who": "invited", "creator_ids": [creator_id]})
    found = await creator.must("GET", f"/v1/creator/products?q={tag}")
    assert [one["creator_bp"] for one in found["items"]] == [CREATOR_BP]
    anchor = {"anchor_id": "a1", "title": "Tea", "mini_program_id": shop, "product_id": f"p_{tag}"}
    video = {"host_id": host_id, "title": "Tea time", "creator_name": "Lin", "anchors": [anchor]}
    await creator.must("PUT", f"/v1/creator/videos/v_{tag}", video)

    # a viewer comes from the video, fills the cart and buys
    viewer = f"user_{tag}"

    async def shown() -> Any:
        return await host.must("POST", f"/v1/videos/v_{tag}/anchors/a1/clicks", {"host_user_id": viewer})

    click = await eventually(shown, within=10, what="the anchor in the host")
    assert click["target"]["product"]["product_id"] == f"p_{tag}"
    entry = {"surface": "video_anchor", "click_id": click["click_id"]}
    opened = await host.must(
        "POST", "/v1/sessions", {"mini_program_id": shop, "host_user_id": viewer, "entry": entry}
    )
    buyer = anybody.with_token(opened["session_token"])
    lines = [{"sku_id": sku, "quantity": 2}]
    total = 2 * PRICE + 500 - 1_000
    cart = await buyer.must(
        "PUT", f"/v1/mini-programs/{shop}/cart", {"lines": lines, "coupon_code": coupon["code"]}
    )
    assert (cart["subtotal"]["amount"], cart["discount"]["amount"]) == (2 * PRICE, 1_000)
    orders = f"/v1/mini-programs/{shop}/orders"
    wanted = {
        "lines": lines,
        "address": ADDRESS,
        "coupon_code": coupon["code"],
        "click_id": click["click_id"],
        "expected_total": cny(total),
    }
    order = await buyer.must("POST", f"{orders}?wait=10", wanted, Idempotency_Key=secrets.token_hex(8))
    order_id = order["order_id"]
    link = {"cashier_url": order["payment"]["cashier_url"]}
    async with anybody.http.post(platform.demo["alipay_sandbox"] + "/sandbox/pay", json=link) as paid:
        assert paid.status < 300, await paid.text()

    async def is_now(wanted_status: str) -> Any:
        now = await buyer.must("GET", f"{orders}/{order_id}")
        assert now["status"] == wanted_status, now["status"]
        return now

    await eventually(lambda: is_now("paid"), within=20, what="the paid order")

    # the owner ships it in two parcels, the buyer receives and reviews it
    own = f"/v1/owner/orders/{order_id}"
    assert (await owner.must("GET", own))["address"]["recipient"] == ADDRESS["recipient"]
    for number in (1, 2):
        parcel = {
            "carrier": "sf",
            "tracking_number": f"SF{tag}{number}",
            "lines": [{"sku_id": sku, "quantity": 1}],
        }
        await owner.must("POST", f"{own}/shipments", parcel)
    await eventually(lambda: is_now("shipped"), within=10, what="the shipped order")
    await buyer.must("POST", f"{orders}/{order_id}/receipt")
    await buyer.must("POST", f"{orders}/{order_id}/reviews", {"sku_id": sku, "rating": 5, "text": "很香"})
    reviews = await buyer.must("GET", f"/v1/mini-programs/{shop}/products/p_{tag}/reviews")
    assert [one["rating"] for one in reviews["items"]] == [5]
    review_id = (await owner.must("GET", f"{program}/reviews"))["items"][0]["review_id"]
    await owner.must("PUT", f"/v1/owner/reviews/{review_id}/answer", {"text": "谢谢"})

    # a part of the money goes back, the rest is due to the owner
    await owner.must(
        "POST", f"{own}/refunds", {"amount": cny(1_000), "reason": "one tin was dented"},
        Idempotency_Key=secrets.token_hex(8),
    )  # fmt: skip

    async def refunded() -> Any:
        now = await buyer.must("GET", f"{orders}/{order_id}")
        assert [one["status"] for one in now["refunds"]] == ["settled"], now["refunds"]
        return now

    await eventually(refunded, within=20, what="the settled refund")
    listed = await owner.must("GET", f"/v1/owner/orders?q={order_id}")
    assert [one["order_id"] for one in listed["items"]] == [order_id]

    async def due() -> bool:
        pending = (await owner.must("GET", "/v1/owner/settlements"))["pending"]
        earned = (await creator.must("GET", "/v1/creator/earnings"))["pending"]
        assert pending > 0, pending
        assert earned > 0, earned
        return True

    await eventually(due, within=20, what="what is due to the owner and the creator")
    audit = await owner.must("GET", "/v1/owner/audit?limit=100")
    assert {"put_product", "ship_order", "refund_order"} <= {one["action"] for one in audit["items"]}
