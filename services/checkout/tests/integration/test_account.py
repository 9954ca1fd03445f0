"""Recently viewed products on a buyer's account page."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

import pytest
from checkout_support.running import RunningCheckout

from checkout.adapters.mongo_recent_views import KEPT, MongoRecentViews
from checkout.domain.account import ProductView
from contracts.engagement import (
    Engagement,
    ProductViewed,
    SearchResultClicked,
    ShareCodeScanned,
    VideoAnchorClicked,
)


def views(viewer: str, mini_program_id: str, product_id: str) -> dict[str, Engagement]:
    common: dict[str, Any] = {
        "viewer": viewer, "viewer_is_known": True, "host_id": "host1", "mini_program_id": mini_program_id,
    }  # fmt: skip
    return {
        "page": ProductViewed(**common, product_id=product_id),
        "anchor": VideoAnchorClicked(
            **common, product_id=product_id, video_id="v1", anchor_id="a1", creator_id="c1"
        ),
        "code": ShareCodeScanned(**common, product_id=product_id, code="abc"),
        "result": SearchResultClicked(**common, search_id="s1", kind="product", id=product_id, rank=0),
    }


@pytest.mark.parametrize("way", ["page", "anchor", "code", "result"])
async def test_a_product_is_viewed_whichever_way_it_was_opened(checkout: RunningCheckout, way: str) -> None:
    viewer = "v" + secrets.token_hex(8)
    await checkout.publish(views(viewer, checkout.mini_program_id, checkout.product_id)[way])
    headers = checkout.issuer.viewer(checkout.mini_program_id, checkout.openid, viewer=viewer)

    async def viewed() -> list[str]:
        async with checkout.service.http.get(checkout.url("/account"), headers=headers) as answer:
            return [view["product_id"] for view in (await answer.json())["recently_viewed"]]

    assert await checkout.eventually(viewed, what="the view") == [checkout.product_id]


async def test_a_viewer_who_is_not_known_leaves_nothing_behind(checkout: RunningCheckout) -> None:
    known, unknown = "v" + secrets.token_hex(8), secrets.token_hex(16)
    of_unknown = views(unknown, checkout.mini_program_id, checkout.product_id)
    await checkout.publish(
        *(event.model_copy(update={"viewer_is_known": False}) for event in of_unknown.values())
    )
    await checkout.publish(views(known, checkout.mini_program_id, checkout.product_id)["page"])
    recent = checkout.service.db["recent_views"]
    await checkout.eventually(lambda: recent.find_one({"_id": f"{checkout.mini_program_id}:{known}"}))
    assert await recent.count_documents({"_id": {"$regex": f":{unknown}$"}}) == 0


async def test_views_expire(checkout: RunningCheckout) -> None:
    viewer = "v" + secrets.token_hex(8)
    recent, key = checkout.service.db["recent_views"], f"{checkout.mini_program_id}:{viewer}"
    at = datetime(2026, 1, 2, tzinfo=UTC)
    undated = {
        "_id": f"{key}x",
        "products": [{"product_id": "p1", "at": at}, {"product_id": "p2", "at": at - KEPT}],
    }
    await recent.insert_one(undated)
    views = MongoRecentViews(checkout.service.db)
    await views.prepare()
    await views.add([ProductView(checkout.mini_program_id, viewer, "p1", at)])
    found = await recent.find({"_id": {"$regex": f"^{key}"}}).to_list()
    assert [document["viewed_at"] for document in found] == [at, at]
    indexes = await recent.index_information()
    assert [index.get("expireAfterSeconds") for index in indexes.values()] == [None, KEPT.total_seconds()]
