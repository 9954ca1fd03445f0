"""A creator's videos."""

from __future__ import annotations

import secrets
from typing import Any

from catalog_support.shop import Shop


async def test_a_video_publishes_an_event_for_each_anchor_that_is_mounted_or_unmounted(shop: Shop) -> None:
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
    events = await shop.expect_events("videos", video_id,
        "VideoPublished", "VideoAnchorMounted", "VideoAnchorMounted", "VideoAnchorUnmounted", "VideoAnchorMounted",
    )  # fmt: skip
    assert [e.get("anchor_id") for e in events] == [None, "a", "b", "a", "c"]
    assert [a["anchor_id"] for a in events[-1]["anchors"]] == ["b", "c"]
    assert (await shop.call("PUT", path, shop.as_creator("creator2"), body()))[0] == 404
    wrong = body("d")
    wrong["anchors"][0]["product_id"] = "nothing"
    status, problem = await shop.call("PUT", path, shop.as_creator(), wrong)
    assert (status, problem["errors"][0]["field"]) == (422, "anchors[0].product_id")


async def test_a_refused_video_leaves_no_verdict_under_its_id(shop: Shop) -> None:
    await shop.open()
    video_id = f"v{secrets.token_hex(6)}"
    path, wanted = f"/v1/creator/videos/{video_id}", {"host_id": "host1", "creator_name": "Lin"}
    assert (await shop.call("PUT", path, shop.as_creator(), wanted | {"title": "Tea"}))[0] == 201
    stored = shop.service.db["content_checks"]
    before = await stored.count_documents({"object_id": video_id})
    foreign, outdated = shop.as_creator("creator2"), shop.as_creator() | {"If-Match": '"7"'}
    for method, headers, status in (("PUT", foreign, 404), ("PUT", outdated, 412), ("PATCH", outdated, 412)):
        changed = (
            wanted | {"title": secrets.token_hex(8)} if method == "PUT" else {"title": secrets.token_hex(8)}
        )
        assert (await shop.call(method, path, headers, changed))[0] == status
    assert await stored.count_documents({"object_id": video_id}) == before > 0
