"""Recently viewed products on a buyer's account page."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from checkout_support.running import RunningCheckout

from contracts.engagement import (
    Engagement,
    ProductViewed,
    SearchResultClicked,
    ShareCodeScanned,
    VideoAnchorClicked,
)


def views(viewer: str, mini_program_id: str, product_id: str) -> dict[str, Engagement]:
    common: dict[str, Any] = {"viewer": viewer, "host_id": "host1", "mini_program_id": mini_program_id}
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
