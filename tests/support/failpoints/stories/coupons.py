"""Coupons: created, changed, used, given back, ended."""

from __future__ import annotations

from typing import Any

from support.failpoints.stories.shop import PRICE, STOCK, Shop, open_shop
from support.failpoints.world import World

OFF = 400
TERMS = {
    "code": "Summer", "amount": {"amount": OFF, "currency": "CNY"}, "stock": 2, "per_viewer": 1,
    "starts": "2020-01-01T00:00:00Z", "ends": "2099-01-01T00:00:00Z",
}  # fmt: skip


async def coupon_is_used(world: World) -> None:
    """An order that finds no stock gives its coupon back; one that is paid keeps it."""
    shop = await open_shop(world)
    assert (await _coupon(shop, "POST", "", TERMS))["left"] == 2
    assert (await _coupon(shop, "PATCH", "/SUMMER", {"stock": 1}))["left"] == 1
    rejected = await shop.place(STOCK + 1, coupon_code="summer")
    await shop.until_status(rejected["order_id"], "rejected")
    await _until_used(shop, 0)
    placed = await shop.place(coupon_code="SUMMER")
    assert placed["total"]["amount"] == PRICE - OFF
    await shop.pay(placed["order_id"])
    await shop.until_status(placed["order_id"], "paid")
    await shop.until_posted(placed["order_id"], 1)
    assert (await shop.at_alipay(placed["order_id"]))["total_amount"] == f"{(PRICE - OFF) / 100:.2f}"
    await _until_used(shop, 1)
    await _coupon(shop, "DELETE", "/summer")
    await _until_used(shop, 1)


async def unused_coupon_is_removed(world: World) -> None:
    shop = await open_shop(world)
    await _coupon(shop, "POST", "", TERMS)
    await _coupon(shop, "DELETE", "/summer")
    assert (await _coupon(shop, "GET", "/summer"))["code"] == "not_found"
    assert (await _coupon(shop, "POST", "", TERMS | {"stock": 5}))["stock"] == 5


async def _until_used(shop: Shop, times: int) -> None:
    async def is_used() -> bool:
        coupon = await _coupon(shop, "GET", "/summer")
        assert coupon["used"] == times, coupon
        return True

    await shop.world.until(is_used, f"the coupon is used {times} time(s)")


async def _coupon(shop: Shop, method: str, path: str, body: Any = None) -> Any:
    return await shop.world.call(
        "checkout", method, f"{shop.program_path}/coupons{path}", body, headers=shop.owner,
        or_codes={"not_found"} if method in ("GET", "DELETE") else (),
    )  # fmt: skip


STORIES = (coupon_is_used, unused_coupon_is_removed)
