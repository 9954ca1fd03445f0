"""Videos, and where anchors and links lead."""

from __future__ import annotations

import secrets

from catalog_support.shop import Shop, a_video

from contracts.api.targets import Target
from contracts.api.videos import VideoPage


async def test_a_video_shows_in_its_own_host_only_and_its_anchor_leads_to_the_product(shop: Shop) -> None:
    await shop.open()
    video_id = "v" + secrets.token_hex(6)
    body = a_video(shop, ("a1", shop.mini_program_id, shop.product_id))
    await shop.must("PUT", f"/v1/creator/videos/{video_id}", shop.as_creator(), body)
    page = await shop.must("GET", f"/v1/videos/{video_id}", shop.as_host)
    video = VideoPage.model_validate(page)
    assert (video.creator.creator_id, video.anchors[0].available) == ("creator1", True)
    assert video.anchors[0].price is not None
    assert video.anchors[0].price.amount == 12900
    status, _ = await shop.call("GET", f"/v1/videos/{video_id}", shop.issuer.headers("host", host_id="other"))
    assert status == 404

    answer = await shop.must("GET", f"/v1/videos/{video_id}/anchors/a1/target", shop.as_host)
    target = Target.model_validate(answer["target"])
    assert target.product is not None
    assert (target.available, target.product.product_id) == (True, shop.product_id)
    assert (answer["creator_id"], answer["terms_version"]) == ("creator1", 1)
    status, _ = await shop.call("GET", f"/v1/videos/{video_id}/anchors/a2/target", shop.as_host)
    assert status == 404


async def test_a_target_says_why_it_cannot_be_opened(shop: Shop) -> None:
    await shop.open(stock=1)
    foreign = await shop.neighbour().open()

    async def reason(path: str = "", headers: dict[str, str] | None = None) -> tuple[bool, str | None]:
        found = await shop.must("GET", (path or shop.page_path()) + "/target", headers or shop.as_host)
        target = Target.model_validate(found["target"])
        assert target.product is None or target.product.mini_program_id == shop.mini_program_id
        return target.available, target.reason

    ops = f"/v1/ops/mini-programs/{shop.mini_program_id}"
    assert await reason() == (True, None)
    assert await reason(shop.page_path(foreign.product_id)) == (False, "gone")
    assert await reason(shop.page_path("nothing")) == (False, "gone")
    assert await reason("/v1/mini-programs/nothing99/products/p1") == (False, "gone")
    other = shop.issuer.headers("host", host_id="other-host")
    assert await reason(headers=other) == (False, "not_in_this_host")
    await shop.must("PUT", f"/v1/owner/skus/{shop.sku_id}/stock", shop.with_key(), {"change": -1})
    assert await reason() == (False, "sold_out")
    await shop.must("DELETE", shop.product_path(), shop.as_owner)
    assert await reason() == (False, "delisted")
    await shop.must("POST", f"{ops}/suspension", shop.as_operator, {"reason": "fakes"})
    assert await reason() == (False, "suspended")
