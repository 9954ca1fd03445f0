"""What owners, creators and operators write, and what is told of it."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from catalog_support.shop import Shop, a_product, a_program


def neighbour(shop: Shop) -> Shop:
    """Another owner's shop, not open yet."""
    return Shop(shop.service, shop.issuer, shop.kafka, shop.prefix, shop.eventually)


async def told_of(shop: Shop, topic: str, key: str, *names: str) -> list[dict[str, Any]]:
    """The events of a key, once these are there."""

    async def there() -> list[dict[str, Any]]:
        events = await shop.told(topic, key)
        assert [e["event"] for e in events] == list(names), [e["event"] for e in events]
        return events

    return await shop.eventually(there, within=20, what=f"{names}")


async def test_a_mini_programs_life_is_told_whole_each_time(shop: Shop) -> None:
    path, ops = shop.program_path, f"/v1/ops/mini-programs/{shop.mini_program_id}"
    status, view = await shop.call("PUT", path, shop.as_owner, a_program())
    assert (status, view["state"], view["owner_id"]) == (201, "registered", shop.owner_id)
    assert (await shop.call("PUT", path, shop.as_owner, a_program()))[
        0
    ] == 200  # the same again: nothing happens
    await shop.must("POST", f"{ops}/publication", shop.as_operator)
    await shop.must("POST", f"{ops}/publication", shop.as_operator)
    await shop.must("PUT", path, shop.as_owner, a_program(slogan="New"))
    await shop.must("POST", f"{ops}/suspension", shop.as_operator, {"reason": "fakes"})
    await shop.must("POST", f"{ops}/reinstatement", shop.as_operator)
    events = await told_of(
        shop, "mini-programs", shop.mini_program_id,
        "MiniProgramRegistered", "MiniProgramPublished", "MiniProgramChanged", "MiniProgramSuspended", "MiniProgramChanged",
    )  # fmt: skip
    assert [e["version"] for e in events] == [1, 2, 3, 4, 5]
    assert [e["state"] for e in events] == ["registered", "published", "published", "suspended", "published"]
    assert [e["slogan"] for e in events] == ["好东西", "好东西", "New", "New", "New"]
    assert {e["name"] for e in events} == {"小米有品"}


async def test_a_state_that_cannot_be_is_a_conflict(shop: Shop) -> None:
    await shop.must("PUT", shop.program_path, shop.as_owner, a_program())
    ops = f"/v1/ops/mini-programs/{shop.mini_program_id}"
    for call, body in (("suspension", {"reason": "x"}), ("reinstatement", None)):
        status, problem = await shop.call("POST", f"{ops}/{call}", shop.as_operator, body)
        assert (status, problem["code"]) == (409, "wrong_state")
    status, _ = await shop.call("POST", "/v1/ops/mini-programs/nothing99/publication", shop.as_operator)
    assert status == 404
    assert (await shop.call("POST", f"{ops}/publication", shop.as_owner))[0] == 403


async def test_after_the_review_an_owner_cannot_lift_their_own_mini_program(shop: Shop) -> None:
    await shop.open()
    lifted = a_program(exposure_priority=100, terms={"platform_bp": 0, "creator_bp": 500})
    status, problem = await shop.call("PUT", shop.program_path, shop.as_owner, lifted)
    assert (status, problem["code"]) == (403, "operators_only")
    assert [e["field"] for e in problem["errors"]] == ["exposure_priority", "terms.platform_bp"]
    view = await shop.must("PUT", shop.program_path, shop.as_operator, lifted | {"owner_id": shop.owner_id})
    assert (view["exposure_priority"], view["owner_id"]) == (100, shop.owner_id)


async def test_another_owners_things_are_not_there(shop: Shop) -> None:
    await shop.open()
    other = shop.issuer.headers("owner", owner_id="somebody-else")
    sku = f"/v1/owner/skus/{shop.sku_id}/stock"
    calls = [
        ("GET", shop.program_path, None),
        ("PUT", shop.program_path, a_program()),
        ("PUT", shop.product_path(), a_product(shop.sku_id)),
        ("DELETE", shop.product_path(), None),
        ("GET", sku, None),
        ("PUT", sku, {"available": 1}),
    ]
    assert [(await shop.call(m, p, other, b))[0] for m, p, b in calls] == [404] * len(calls)
    listed = await shop.must("GET", "/v1/owner/mini-programs", other)
    assert listed == {"items": [], "next_cursor": None}
    mine = await shop.must("GET", "/v1/owner/mini-programs", shop.as_owner)
    assert [p["mini_program_id"] for p in mine["items"]] == [shop.mini_program_id]
    assert (await shop.call("GET", sku, shop.as_operator))[0] == 200
    assert (await shop.stock())["available"] == 30


async def test_a_products_life_is_told_whole_each_time(shop: Shop) -> None:
    await shop.open()
    for _ in range(2):
        await shop.must("PUT", shop.product_path(), shop.as_owner, a_product(shop.sku_id, title="碧螺春"))
    for _ in range(2):
        view = await shop.must("DELETE", shop.product_path(), shop.as_owner)
    assert view["listed"] is False
    assert (await shop.call("GET", shop.page_path(), shop.as_host))[0] == 404
    await shop.must("PUT", shop.product_path(), shop.as_owner, a_product(shop.sku_id, title="碧螺春"))
    events = await told_of(
        shop,
        "products",
        shop.product_id,
        "ProductListed",
        "ProductChanged",
        "ProductDelisted",
        "ProductListed",
    )
    assert [e["listed"] for e in events] == [True, True, False, True]
    assert events[-1]["skus"][0]["price"] == {"amount": 12900, "currency": "CNY"}
    assert events[-1]["terms"] == {"platform_bp": 100, "creator_bp": 500, "terms_version": 1}


async def test_a_sku_belongs_to_one_product_only(shop: Shop) -> None:
    await shop.open()
    other = neighbour(shop)
    await shop.must("PUT", other.program_path, other.as_owner, a_program())
    status, problem = await shop.call("PUT", other.product_path(), other.as_owner, a_product(shop.sku_id))
    assert (status, problem["code"]) == (409, "sku_taken")
    status, problem = await shop.call(
        "PUT", other.product_path(shop.product_id), other.as_owner, a_product(other.sku_id)
    )
    assert (status, problem["code"]) == (409, "product_id_taken")
    twice = a_product(shop.sku_id)
    twice["skus"] *= 2
    status, problem = await shop.call("PUT", shop.product_path(), shop.as_owner, twice)
    assert (status, problem["errors"][0]["field"]) == (422, "skus[1].sku_id")


async def test_of_many_that_claim_one_sku_at_once_one_gets_it(shop: Shop) -> None:
    await shop.open()
    sku_id = "s" + secrets.token_hex(6)
    answers = await asyncio.gather(
        *(
            shop.call("PUT", shop.product_path(f"{shop.product_id}-{n}"), shop.as_owner, a_product(sku_id))
            for n in range(8)
        )
    )
    assert sorted(status for status, _ in answers) == [201] + [409] * 7


async def test_a_new_sku_starts_with_its_stock_and_an_old_one_keeps_its_own(shop: Shop) -> None:
    await shop.open(stock=3)
    more = a_product(shop.sku_id, 99)
    more["skus"].append({**more["skus"][0], "sku_id": shop.sku_id + "b", "initial_stock": 4})
    await shop.must("PUT", shop.product_path(), shop.as_owner, more)
    assert (await shop.stock())["available"] == 3
    assert (await shop.stock(shop.sku_id + "b"))["available"] == 4


async def test_new_terms_reach_the_products_that_have_none_of_their_own(shop: Shop) -> None:
    await shop.open()
    own = a_product(shop.sku_id + "o", terms={"platform_bp": 7, "creator_bp": 8})
    await shop.must("PUT", shop.product_path(shop.product_id + "o"), shop.as_owner, own)
    changed = a_program(terms={"platform_bp": 100, "creator_bp": 900})
    await shop.must("PUT", shop.program_path, shop.as_owner, changed)
    events = await told_of(shop, "products", shop.product_id, "ProductListed", "ProductChanged")
    assert events[-1]["terms"] == {"platform_bp": 100, "creator_bp": 900, "terms_version": 2}
    [kept] = await told_of(shop, "products", shop.product_id + "o", "ProductListed")
    assert kept["terms"] == {"platform_bp": 7, "creator_bp": 8, "terms_version": 1}


async def test_stock_is_set_and_changed_and_told_and_never_falls_below_zero(shop: Shop) -> None:
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

    async def told() -> bool:
        events = {key: await shop.told("stock", key) for key in changes}
        for key, versions in events.items():
            assert [e["event"] for e in versions] == ["StockAdjusted", "StockAdjusted"]
            new, old = versions
            assert (new["adjustment_id"], old["order_id"]) == (key, key)
            assert "order_id" not in new
            assert (new["change"], new["available"]) == (old["change"], old["available"])
        newest = [versions[0] for versions in events.values()]
        assert sorted((e["change"], e["available"]) for e in newest) == [(-3, 6), (4, 9)]
        return True

    await shop.eventually(told, within=20, what="both adjustments")
    assert (await shop.stock())["available"] == 6


async def test_an_owner_who_changes_stock_while_buyers_buy_loses_and_makes_nothing(shop: Shop) -> None:
    await shop.open(stock=40)
    path = f"/v1/owner/skus/{shop.sku_id}/stock"
    orders = [shop.new_order() for _ in range(40)]
    changes = [shop.call("PUT", path, shop.as_owner, {"change": n % 3 - 1}) for n in range(30)]
    answers, _ = await asyncio.gather(asyncio.gather(*changes), shop.tell(*map(shop.placed, orders)))

    async def decided() -> bool:
        return await shop.service.db["reservations"].count_documents({"_id": {"$in": orders}}) == 40

    await shop.eventually(decided, within=20, what="40 decisions")
    assert {status for status, _ in answers} <= {200, 409}
    stock = await shop.stock()
    made = sum(n % 3 - 1 for n, (status, _) in enumerate(answers) if status == 200)
    assert stock["adjusted"] == made


async def test_levels_are_told_coalesced_with_the_stocks_own_version(shop: Shop) -> None:
    await shop.open(stock=50)
    await shop.tell(*(shop.placed(shop.new_order()) for _ in range(20)))

    async def told() -> list[dict[str, Any]]:
        events = await shop.told("stock-levels", shop.sku_id)
        assert [e["available"] for e in events][-1:] == [30]
        return events

    events = await shop.eventually(told, within=20, what="the level 30")
    stock = await shop.stock()
    assert events[-1]["version"] == stock["version"]
    assert events[-1]["product_id"] == shop.product_id
    assert len(events) < 20


async def test_a_videos_anchors_are_told_as_they_are_mounted_and_taken_off(shop: Shop) -> None:
    await shop.open()
    video_id = "v" + secrets.token_hex(6)
    path = f"/v1/creator/videos/{video_id}"

    def body(*anchors: str) -> dict[str, Any]:
        return {
            "host_id": "host1", "title": "Tea", "creator_name": "Lin",
            "anchors": [
                {"anchor_id": a, "title": "x", "mini_program_id": shop.mini_program_id, "product_id": shop.product_id}
                for a in anchors
            ],
        }  # fmt: skip

    assert (await shop.call("PUT", path, shop.as_creator(), body("a", "b")))[0] == 201
    await shop.must("PUT", path, shop.as_creator(), body("a", "b"))
    await shop.must("PUT", path, shop.as_creator(), body("b", "c"))
    events = await told_of(
        shop, "videos", video_id,
        "VideoPublished", "VideoAnchorMounted", "VideoAnchorMounted", "VideoAnchorUnmounted", "VideoAnchorMounted",
    )  # fmt: skip
    assert [e.get("anchor_id") for e in events] == [None, "a", "b", "a", "c"]
    assert [a["anchor_id"] for a in events[-1]["anchors"]] == ["b", "c"]
    assert (await shop.call("PUT", path, shop.as_creator("creator2"), body()))[0] == 404
    wrong = body("d")
    wrong["anchors"][0]["product_id"] = "nothing"
    status, problem = await shop.call("PUT", path, shop.as_creator(), wrong)
    assert (status, problem["errors"][0]["field"]) == (422, "anchors[0].product_id")
