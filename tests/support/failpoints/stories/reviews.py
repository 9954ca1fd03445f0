"""Reviews: written, answered, hidden, decided about by an operator, and gone with the refund of their orders."""

from __future__ import annotations

from typing import Any

from support.failpoints.stories.shop import Shop, open_shop
from support.failpoints.world import World


async def line_is_reviewed(world: World) -> None:
    shop = await open_shop(world)
    review_id = (await _review(shop))["review_id"]
    answer = {"text": "Thank you!"}
    await world.call("checkout", "PUT", f"/v1/owner/reviews/{review_id}/answer", answer, headers=shop.owner)
    for step in ("hiding", "showing"):
        path = f"/v1/ops/buyers-reviews/{review_id}/{step}"
        await world.call("checkout", "POST", path, {"reason": "a second look"}, headers=shop.ops)
    [shown] = await _shown(shop)
    assert shown["answer"]["text"] == "Thank you!", shown
    await _until_last_published(world, review_id, version=4, is_shown=True)

    async def counted() -> bool:
        product = await world.call("catalog", "GET", shop.product_path, headers=shop.owner)
        assert (product["sales"], product["rating"], product["rating_count"]) == (1, 5.0, 1), product
        return True

    await world.until(counted, "the catalog has counted the sale and the review")

    async def stars_counted() -> bool:
        counts = await world.db("checkout")["rating_counts"].find_one({"_id": shop.product_id})
        assert counts["by_star"]["5"] == 1, counts
        assert counts["version"] > 1, counts
        return True

    await world.until(stars_counted, "checkout has counted the stars of the product")
    await _refund_in_full(shop, review_id)
    await _until_last_published(world, review_id, version=5, is_shown=False)

    async def neither_counts() -> bool:
        product = await world.call("catalog", "GET", shop.product_path, headers=shop.owner)
        assert (product["sales"], product["rating"], product["rating_count"]) == (0, None, 0), product
        return True

    await world.until(neither_counts, "the refunded sale and its review are not counted")


async def text_of_a_review_waits(world: World) -> None:
    """As when the provider of the content check was away: an operator passes the text."""
    shop = await open_shop(world)
    review_id = (await _review(shop))["review_id"]
    waits = {"text.status": "waiting", "is_shown": False, "is_waiting": True}
    await world.db("checkout")["reviews"].update_one({"_id": review_id}, {"$set": waits})
    assert await _shown(shop) == []
    path = f"/v1/ops/content-checks/review_{review_id}/approval"
    await world.call("checkout", "POST", path, headers=shop.ops, or_codes={"not_found"})
    assert len(await _shown(shop)) == 1
    await _until_last_published(world, review_id, version=2, is_shown=True)


async def text_of_a_product_waits(world: World) -> None:
    """As when the provider was away: an operator passes the text."""
    shop = await open_shop(world)
    checks = world.db("catalog")["content_checks"]
    await shop.list_product(title="A new title")
    [kept] = await checks.find({"object_id": shop.product_id, "texts": ["title", "A new title"]}).to_list()
    assert kept["status"] == "passed", kept
    await shop.list_product(title="Another title")
    await checks.update_one({"_id": kept["_id"]}, {"$set": {"status": "waiting", "model": "unchecked"}})
    await shop.list_product(title="A new title")  # the check answers again, so it passes
    await checks.update_one({"_id": kept["_id"]}, {"$set": {"status": "waiting"}})
    path = f"/v1/ops/content-checks/{kept['_id']}/approval"
    await world.call("catalog", "POST", path, headers=shop.ops, or_codes={"not_found"})
    decided = await checks.find_one({"_id": kept["_id"]})
    assert (decided["status"], decided["model"]) == ("passed", "operator"), decided


async def _review(shop: Shop) -> Any:
    """Buy, receive and review, twice: both answers are the same review."""
    order_id, call = await shop.buy(), shop.world.call
    parcel = {"carrier": "SF", "tracking_number": "SF1"}
    await call(
        "checkout", "POST", f"/v1/owner/orders/{order_id}/shipments", parcel, headers=shop.owner,
        or_codes={"refused"},
    )  # fmt: skip
    order = f"{shop.orders_path}/{order_id}"
    await call("checkout", "POST", f"{order}/receipt", headers=shop.buyer)
    body = {"sku_id": shop.sku_id, "rating": 5, "text": "Keeps the tea warm."}
    answers = [await call("checkout", "POST", f"{order}/reviews", body, headers=shop.buyer) for _ in range(2)]
    assert answers[0]["review_id"] == answers[1]["review_id"]
    return answers[1]


async def _refund_in_full(shop: Shop, review_id: str) -> None:
    """By the owner's own accord, after the goods were sent."""
    order_id = (await shop.world.db("checkout")["reviews"].find_one({"_id": review_id}))["order_id"]
    path, body = f"/v1/owner/orders/{order_id}/refunds", {"reason": "an own purchase"}
    await shop.world.call("checkout", "POST", path, body, headers=shop.owner, key=f"refund-{order_id}")
    await shop.until_status(order_id, "refunded")


async def _shown(shop: Shop) -> list[Any]:
    path = f"/v1/mini-programs/{shop.mini_program_id}/products/{shop.product_id}/reviews"
    return list((await shop.world.call("checkout", "GET", path, headers=shop.buyer))["items"])


async def _until_last_published(world: World, review_id: str, *, version: int, is_shown: bool) -> None:
    async def is_published() -> bool:
        published = await world.published("reviews", review_id=review_id, version=version, is_shown=is_shown)
        assert published == ["ReviewChanged"], published
        return True

    await world.until(is_published, f"version {version} of {review_id} on the topic")


STORIES = (line_is_reviewed, text_of_a_review_waits, text_of_a_product_waits)
