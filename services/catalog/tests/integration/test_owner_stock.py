"""An owner's stock: claimed by products, set and changed, published as levels."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from catalog_support.shop import Shop, a_product


async def test_an_owner_sets_and_changes_stock_but_never_below_zero(shop: Shop) -> None:
    await shop.open(stock=5)
    path = f"/v1/owner/skus/{shop.sku_id}/stock"
    view = await shop.must("PUT", path, shop.as_owner, {"available": 9})
    assert (view["available"], view["adjusted"], view["initial"]) == (9, 4, 5)
    view = await shop.must("PUT", path, shop.as_owner, {"change": -3})
    assert (view["available"], view["adjusted"]) == (6, 1)
    status, problem = await shop.call("PUT", path, shop.as_owner, {"change": -7})
    assert (status, problem["code"]) == (409, "not_enough_stock")
    for wrong in ({}, {"available": 1, "change": 1}, {"available": -1}, {"available": "1x"}):
        assert (await shop.call("PUT", path, shop.as_owner, wrong))[0] == 422
    rows = shop.service.db["adjustments"].find({"sku_id": shop.sku_id})
    changes = {d["_id"]: d["change"] async for d in rows}
    assert sum(changes.values()) == 1

    async def published() -> bool:
        events = {key: await shop.events_of("stock", key) for key in changes}
        for key, versions in events.items():
            assert [e["event"] for e in versions] == ["StockAdjusted", "StockAdjusted"]
            new, old = versions
            assert (new["adjustment_id"], old["order_id"]) == (key, key)
            assert "order_id" not in new
            assert (new["change"], new["available"]) == (old["change"], old["available"])
        newest = [versions[0] for versions in events.values()]
        assert sorted((e["change"], e["available"]) for e in newest) == [(-3, 6), (4, 9)]
        return True

    await shop.eventually(published, within=20, what="both adjustments")
    assert (await shop.stock())["available"] == 6


async def test_no_piece_appears_or_vanishes_when_an_owner_changes_stock_while_buyers_buy(shop: Shop) -> None:
    await shop.open(stock=40)
    path = f"/v1/owner/skus/{shop.sku_id}/stock"
    orders = [shop.new_order() for _ in range(40)]
    changes = [shop.call("PUT", path, shop.as_owner, {"change": n % 3 - 1}) for n in range(30)]
    answers, _ = await asyncio.gather(asyncio.gather(*changes), shop.publish(*map(shop.placed, orders)))

    async def decided() -> bool:
        return await shop.service.db["reservations"].count_documents({"_id": {"$in": orders}}) == 40

    await shop.eventually(decided, within=20, what="40 decisions")
    assert {status for status, _ in answers} <= {200, 409}
    stock = await shop.stock()
    made = sum(n % 3 - 1 for n, (status, _) in enumerate(answers) if status == 200)
    assert stock["adjusted"] == made


async def test_levels_are_published_merged_with_the_version_of_the_stock(shop: Shop) -> None:
    await shop.open(stock=50)
    await shop.publish(*(shop.placed(shop.new_order()) for _ in range(20)))

    async def published() -> list[dict[str, Any]]:
        events = await shop.events_of("stock-levels", shop.sku_id)
        assert [e["available"] for e in events][-1:] == [30]
        return events

    events = await shop.eventually(published, within=20, what="the level 30")
    stock = await shop.stock()
    assert events[-1]["version"] == stock["version"]
    assert events[-1]["product_id"] == shop.product_id
    assert len(events) < 20


async def test_a_new_sku_starts_with_its_initial_stock_and_an_existing_one_keeps_its_own(shop: Shop) -> None:
    await shop.open(stock=3)
    more = a_product(shop.sku_id, 99)
    more["skus"].append({**more["skus"][0], "sku_id": shop.sku_id + "b", "initial_stock": 4})
    await shop.must("PUT", shop.product_path(), shop.as_owner, more)
    assert (await shop.stock())["available"] == 3
    assert (await shop.stock(shop.sku_id + "b"))["available"] == 4


async def test_of_many_products_that_claim_one_sku_at_once_one_gets_it(shop: Shop) -> None:
    await shop.open()
    sku_id = "s" + secrets.token_hex(6)
    answers = await asyncio.gather(
        *(
            shop.call("PUT", shop.product_path(f"{shop.product_id}-{n}"), shop.as_owner, a_product(sku_id))
            for n in range(8)
        )
    )
    assert sorted(status for status, _ in answers) == [201] + [409] * 7
