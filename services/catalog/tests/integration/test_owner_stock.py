"""An owner's stock: claimed by products, set and changed, published as levels."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

import pytest
from catalog_support.shop import Shop, a_product


async def test_an_owner_sets_and_changes_stock_but_never_below_zero(shop: Shop) -> None:
    await shop.open(stock=5)
    path = f"/v1/owner/skus/{shop.sku_id}/stock"
    view = await shop.must("PUT", path, shop.as_owner, {"available": 9})
    assert (view["available"], view["adjusted"], view["initial"]) == (9, 4, 5)
    view = await shop.must("PUT", path, shop.with_key(), {"change": -3})
    assert (view["available"], view["adjusted"]) == (6, 1)
    status, problem = await shop.call("PUT", path, shop.with_key(), {"change": -7})
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
    changes = [shop.call("PUT", path, shop.with_key(), {"change": n % 3 - 1}) for n in range(30)]
    answers, _ = await asyncio.gather(asyncio.gather(*changes), shop.publish(*map(shop.placed, orders)))

    async def decided() -> bool:
        return await shop.service.db["reservations"].count_documents({"_id": {"$in": orders}}) == 40

    await shop.eventually(decided, within=20, what="40 decisions")
    assert {status for status, _ in answers} <= {200, 409}
    stock = await shop.stock()
    made = sum(n % 3 - 1 for n, (status, _) in enumerate(answers) if status == 200)
    assert stock["adjusted"] == made


async def test_a_change_needs_a_key_and_is_made_once_however_often_it_is_sent(shop: Shop) -> None:
    await shop.open(stock=5)
    path = f"/v1/owner/skus/{shop.sku_id}/stock"
    status, problem = await shop.call("PUT", path, shop.as_owner, {"change": 2})
    assert (status, problem["code"]) == (400, "idempotency_key_missing")
    headers = shop.with_key()
    first = await shop.must("PUT", path, headers, {"change": 2})
    await shop.must("PUT", path, shop.with_key(), {"change": 10})
    again = await asyncio.gather(*(shop.must("PUT", path, headers, {"change": 2}) for _ in range(5)))
    assert all(answer == first for answer in again)
    assert (await shop.stock())["available"] == 17
    status, problem = await shop.call("PUT", path, headers, {"change": 3})
    assert (status, problem["code"]) == (422, "idempotency_key_reused")


async def test_the_same_change_sent_at_once_is_made_once(shop: Shop) -> None:
    await shop.open(stock=5)
    path, headers = f"/v1/owner/skus/{shop.sku_id}/stock", shop.with_key()
    answers = await asyncio.gather(*(shop.must("PUT", path, headers, {"change": -1}) for _ in range(8)))
    assert {answer["available"] for answer in answers} == {4}
    assert (await shop.stock())["available"] == 4


async def test_a_number_set_with_a_key_is_not_set_again_after_sales_when_it_is_sent_again(shop: Shop) -> None:
    await shop.open(stock=5)
    path, headers = f"/v1/owner/skus/{shop.sku_id}/stock", shop.with_key()
    await shop.must("PUT", path, headers, {"available": 5})
    await shop.must("PUT", path, shop.with_key(), {"change": -3})
    assert (await shop.must("PUT", path, headers, {"available": 5}))["available"] == 5
    assert (await shop.stock())["available"] == 2


def _many(shop: Shop) -> str:
    return f"{shop.program_path}/stock"


async def test_a_failing_item_of_many_does_not_stop_the_others(shop: Shop) -> None:
    await shop.open(stock=5)
    other = await shop.neighbour().open(stock=7)
    items: list[dict[str, Any]] = [
        {"sku_id": shop.sku_id, "available": 9},
        {"sku_id": other.sku_id, "available": 1},
        {"sku_id": shop.sku_id, "change": -10},
        {"sku_id": shop.sku_id, "change": -2},
        {"sku_id": "no-such-sku", "available": 1},
        {"sku_id": shop.sku_id, "available": 7},
    ]
    headers = shop.with_key()
    answer = await shop.must("POST", _many(shop), headers, {"items": items})
    assert [(i["outcome"], i["available"], i["code"]) for i in answer["items"]] == [
        ("changed", 9, None),
        ("failed", None, "not_found"),
        ("failed", None, "not_enough_stock"),
        ("changed", 7, None),
        ("failed", None, "not_found"),
        ("unchanged", 7, None),
    ]
    assert answer["items"][1]["detail"] == answer["items"][4]["detail"]
    assert answer["items"][2]["detail"] == "Not enough stock: 9 available, 10 to be taken away."
    again = await shop.must("POST", _many(shop), headers, {"items": items})
    assert [(i["outcome"], i["available"]) for i in again["items"]] == [
        (i["outcome"], i["available"]) for i in answer["items"]
    ]
    assert (await shop.stock())["available"] == 7
    assert (await shop.stock(other.sku_id))["version"] == 1
    status, problem = await shop.call("POST", _many(shop), headers, {"items": items[:1]})
    assert (status, problem["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("items", "field"),
    [
        ([], "items"),
        ([{"sku_id": "a"}], "items[0]"),
        ([{"sku_id": "a", "available": 1}, {"sku_id": "b", "available": -1}], "items[1].available"),
        ([{"sku_id": "a", "available": 1}] * 1001, "items"),
    ],
)
async def test_wrong_items_are_named_and_nothing_is_done(
    shop: Shop, items: list[dict[str, Any]], field: str
) -> None:
    await shop.open()
    status, problem = await shop.call("POST", _many(shop), shop.as_owner, {"items": items})
    assert (status, problem["errors"][0]["field"]) == (422, field)


async def test_many_changes_need_a_key_and_a_mini_program_of_the_caller(shop: Shop) -> None:
    await shop.open()
    items = {"items": [{"sku_id": shop.sku_id, "change": 1}]}
    status, problem = await shop.call("POST", _many(shop), shop.as_owner, items)
    assert (status, problem["code"]) == (400, "idempotency_key_missing")
    stranger = shop.neighbour()
    assert (await shop.call("POST", _many(shop), stranger.with_key(), items))[0] == 404
    assert (await shop.must("POST", _many(shop), shop.as_operator | {"Idempotency-Key": "k"}, items))["items"]


async def test_a_thousand_items_are_set_while_buyers_buy_the_same_skus(shop: Shop) -> None:
    await shop.open(stock=40)
    skus = [f"{shop.sku_id}-{n}" for n in range(189)]
    [sku] = a_product(shop.sku_id)["skus"]
    body = a_product(shop.sku_id) | {"skus": [{**sku, "sku_id": one, "initial_stock": 3} for one in skus]}
    await shop.must("PUT", shop.product_path(shop.product_id + "b"), shop.as_owner, body)
    items = [
        {"sku_id": shop.sku_id, "change": 1}
        if n % 5 == 0
        else {"sku_id": skus[n % 189], "available": n // 189}
        for n in range(1000)
    ]
    orders = [shop.new_order() for _ in range(60)]
    answer, _ = await asyncio.gather(
        shop.must("POST", _many(shop), shop.with_key(), {"items": items}),
        shop.publish(*map(shop.placed, orders)),
    )

    async def decided() -> bool:
        return await shop.service.db["reservations"].count_documents({"_id": {"$in": orders}}) == 60

    await shop.eventually(decided, within=30, what="60 decisions")
    assert {item["outcome"] for item in answer["items"]} <= {"changed", "unchanged"}
    stock = await shop.stock()
    assert (stock["adjusted"], stock["available"] + stock["reserved"]) == (200, 240)
    for one in skus:
        last = max(n for n in range(1000) if n % 5 and skus[n % 189] == one)
        assert (await shop.stock(one))["available"] == last // 189


async def test_a_level_says_at_which_quantity_the_owner_calls_it_low(shop: Shop) -> None:
    await shop.open(stock=5)
    [sku] = a_product(shop.sku_id)["skus"]
    view = await shop.must("PATCH", shop.product_path(), shop.as_owner, {"skus": [{**sku, "low_at": 3}]})
    assert view["skus"][0]["low_at"] == 3
    await shop.must("PUT", f"/v1/owner/skus/{shop.sku_id}/stock", shop.as_owner, {"available": 2})

    async def published() -> bool:
        events = await shop.events_of("stock-levels", shop.sku_id)
        assert [(e["available"], e.get("low_at")) for e in events][-1:] == [(2, 3)]
        return True

    await shop.eventually(published, within=20, what="the low level")


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
