"""Mini programs, products, stock and videos."""

from __future__ import annotations

import secrets

from support.failpoints.stories.shop import PRICE, STOCK, TERMS, open_shop
from support.failpoints.world import World


async def shop_opens(world: World) -> None:
    shop = await open_shop(world)
    await shop.until_stock(available=STOCK)
    listed = {"product_id": shop.product_id}
    registered = {"mini_program_id": shop.mini_program_id}

    async def published() -> bool:
        assert await world.published("products", **listed) == ["ProductListed"]
        published = await world.published("mini-programs", **registered)
        assert published == ["MiniProgramRegistered", "MiniProgramPublished"], published
        return True

    await world.until(published, "the shop's events")


async def terms_change(world: World) -> None:
    shop = await open_shop(world)
    changed = TERMS | {"creator_bp": 900}
    await shop.put_live(terms=changed)

    async def reached() -> bool:
        product = await world.db("checkout")["products"].find_one({"_id": shop.product_id})
        assert "'creator_bp': 900" in str(product), product
        published = await world.published("products", product_id=shop.product_id)
        assert published == ["ProductListed", "ProductChanged"], published
        return True

    await world.until(reached, "the product with the new terms in checkout")


async def product_goes(world: World) -> None:
    shop = await open_shop(world)
    await world.call("catalog", "DELETE", shop.product_path, headers=shop.owner)

    async def refused() -> bool:
        assert await world.published("products", product_id=shop.product_id) == [
            "ProductListed",
            "ProductDelisted",
        ]
        body = {"lines": [{"sku_id": shop.sku_id, "quantity": 1}], "address_id": "none"}
        answer = await world.call(
            "checkout", "POST", shop.orders_path, body, headers=shop.buyer, key=secrets.token_hex(8),
            or_codes={"delisted", "unknown_address"},
        )  # fmt: skip
        assert answer["code"] == "delisted"
        return True

    await world.until(refused, "the product is not sold any more")


async def product_is_edited(world: World) -> None:
    shop = await open_shop(world)
    for _ in range(2):
        view = await world.call(
            "catalog", "PATCH", shop.product_path, {"title": "Second"}, headers=shop.owner
        )
        assert view["title"] == "Second"

    async def published() -> bool:
        events = await world.published("products", product_id=shop.product_id)
        assert events == ["ProductListed", "ProductChanged"], events
        return True

    await world.until(published, "the product's change")


async def stock_is_set(world: World) -> None:
    """A change that is repeated with its key is made once; each adjustment that was made is published once."""
    shop = await open_shop(world)
    path, change, key = f"/v1/owner/skus/{shop.sku_id}/stock", {"change": 25 - STOCK}, secrets.token_hex(8)
    for _ in range(2):
        await world.call("catalog", "PUT", path, change, headers=shop.owner, key=key)
    await shop.until_stock(available=25)
    assert (await shop.stock())["adjusted"] == 25 - STOCK

    async def published() -> bool:
        levels = await world.published("stock-levels", sku_id=shop.sku_id, available=25)
        assert levels == ["StockLevelChanged"], levels
        adjusted = await world.published("stock", sku_id=shop.sku_id)
        assert adjusted == ["StockAdjusted"] * 2, adjusted  # in both of its versions
        return True

    await world.until(published, "the new level and its adjustment")


async def video_is_put(world: World) -> None:
    shop, video_id = await open_shop(world), f"v-{secrets.token_hex(5)}"
    body = {
        "host_id": "host1", "title": "Tea", "creator_name": "Mei",
        "anchors": [
            {"anchor_id": "a1", "title": "Tea", "mini_program_id": shop.mini_program_id, "product_id": shop.product_id}
        ],
    }  # fmt: skip
    creator = world.issuer.headers("creator", creator_id="c1")
    views = [
        await world.call("catalog", "PUT", f"/v1/creator/videos/{video_id}", body, headers=creator)
        for _ in range(2)
    ]
    assert views[0] == views[1]

    async def published() -> bool:
        published = await world.published("videos", video_id=video_id)
        assert published == ["VideoPublished", "VideoAnchorMounted"], published
        return True

    await world.until(published, "the video's event")


async def video_is_edited(world: World) -> None:
    """An anchor's title is changed and approved, and the video deleted; each is published once."""
    shop, video_id = await open_shop(world), f"v-{secrets.token_hex(5)}"
    creator = world.issuer.headers("creator", creator_id="c1")
    path = f"/v1/creator/videos/{video_id}"
    body = {"host_id": "host1", "title": "Tea", "creator_name": "Mei"}
    await world.call("catalog", "PUT", path, body, headers=creator)
    anchor = {"title": "Tea", "mini_program_id": shop.mini_program_id, "product_id": shop.product_id}
    for title in ("Tea", "Best tea"):
        await world.call("catalog", "PUT", f"{path}/anchors/a1", anchor | {"title": title}, headers=creator)
    approval = f"/v1/ops/anchor-titles/{video_id}/a1/approval"
    await world.call("catalog", "POST", approval, headers=shop.ops, or_codes={"wrong_state"})
    own = await world.call("catalog", "GET", path, headers=creator)
    assert own["anchors"][0]["title"] == "Best tea"
    await world.call("catalog", "DELETE", path, headers=creator, or_codes={"not_found"})

    async def published() -> bool:
        events = await world.published("videos", video_id=video_id)
        assert events[-2:] == ["VideoAnchorUnmounted", "VideoRemoved"], events
        return True

    await world.until(published, "the video's events")


async def promotion_is_withdrawn(world: World) -> None:
    """Nobody may promote the shop any more."""
    shop = await open_shop(world)
    path = f"/v1/owner/mini-programs/{shop.mini_program_id}/promotion"
    for _ in range(2):
        await world.call("catalog", "PUT", path, {"who": "nobody"}, headers=shop.owner)

    async def published() -> bool:
        events = await world.published("mini-program-versions", mini_program_id=shop.mini_program_id)
        assert events.count("PromotionChanged") == 1, events
        return True

    await world.until(published, "the promotion's event")


async def suspended_shop_sells_again(world: World) -> None:
    shop = await open_shop(world)
    ops = f"/v1/ops/mini-programs/{shop.mini_program_id}"
    await world.call("catalog", "POST", f"{ops}/suspension", {"reason": "a test"}, headers=shop.ops)
    await world.call("catalog", "POST", f"{ops}/reinstatement", headers=shop.ops)

    async def sells() -> bool:
        program = await world.db("checkout")["mini_programs"].find_one({"_id": shop.mini_program_id})
        assert program["version"] == 4, program
        return True

    await world.until(sells, "checkout knows of both changes")
    order = await shop.place()
    assert order["total"]["amount"] == PRICE


STORIES = (
    shop_opens, terms_change, product_goes, product_is_edited, stock_is_set, video_is_put, video_is_edited,
    promotion_is_withdrawn, suspended_shop_sells_again,
)  # fmt: skip
