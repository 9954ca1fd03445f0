"""Creators at work: what they may promote, their videos and anchors, and the review of changed titles."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from catalog_support.shop import Shop, a_product, a_video

from contracts.identity import CreatorRegistered, CreatorStateChanged

TITLES = "/v1/ops/anchor-titles"


class Creator:
    """A creator of one test's own, with a video."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.creator_id = f"creator_{secrets.token_hex(4)}"
        self.video_id = f"v{secrets.token_hex(6)}"
        self.headers = shop.as_creator(self.creator_id)

    @property
    def path(self) -> str:
        return f"/v1/creator/videos/{self.video_id}"

    def body(self, *anchor_ids: str) -> dict[str, Any]:
        return a_video(self.shop, *((a, self.shop.mini_program_id, self.shop.product_id) for a in anchor_ids))

    async def publish(self, *anchor_ids: str) -> dict[str, Any]:
        return await self.shop.must("PUT", self.path, self.headers, self.body(*anchor_ids))

    async def registered(self, *, suspended: bool = False, version: int = 1, name: str = "") -> None:
        name = name or f"Lin {self.creator_id}"
        kind = CreatorRegistered if version == 1 else CreatorStateChanged
        state: Any = "suspended" if suspended else "active"
        await self.shop.publish(kind(creator_id=self.creator_id, name=name, state=state, version=version))

        async def known() -> bool:
            creators = self.shop.service.db["creators"]
            assert await creators.find_one({"_id": self.creator_id, "version": version}) is not None
            return True

        await self.shop.eventually(known, within=20, what="the catalog knows the creator")

    async def shown(self) -> list[str]:
        """The anchors that viewers see, with their titles."""
        page = await self.shop.must("GET", f"/v1/videos/{self.video_id}", self.shop.as_host)
        return [f"{anchor['anchor_id']}:{anchor['title']}" for anchor in page["anchors"]]

    async def soon_shows(self, *anchors: str) -> None:
        async def look() -> bool:
            assert await self.shown() == list(anchors)
            return True

        await self.shop.eventually(look, within=5, what=f"viewers see {anchors}")


@pytest.fixture
def lin(shop: Shop) -> Creator:
    """A creator."""
    return Creator(shop)


async def test_a_creator_lists_reads_changes_and_deletes_videos(shop: Shop, lin: Creator) -> None:
    await shop.open()
    await lin.publish("a")
    listed = await shop.must("GET", "/v1/creator/videos", lin.headers)
    assert [one["video_id"] for one in listed["items"]] == [lin.video_id]
    patched = await shop.must("PATCH", lin.path, lin.headers, {"title": "Tea for two"})
    assert (patched["title"], patched["version"], len(patched["anchors"])) == ("Tea for two", 2, 1)
    status, problem = await shop.call("PATCH", lin.path, lin.headers | {"If-Match": '"1"'}, {"title": "x"})
    assert (status, problem["version"]) == (412, 2)
    assert (await shop.call("GET", lin.path, shop.as_creator("somebody")))[0] == 404
    async with shop.service.http.delete(shop.service.url + lin.path, headers=lin.headers) as answer:
        assert answer.status == 204
    assert (await shop.call("GET", lin.path, lin.headers))[0] == 404
    assert (await shop.call("GET", f"/v1/videos/{lin.video_id}", shop.as_host))[0] == 404
    events = await shop.expect_events("videos", lin.video_id,
        "VideoPublished", "VideoAnchorMounted", "VideoPublished", "VideoAnchorUnmounted", "VideoRemoved",
    )  # fmt: skip
    assert events[-1]["anchors"] == []
    async with shop.service.http.put(
        shop.service.url + lin.path, json=lin.body("a"), headers=lin.headers
    ) as answer:
        assert answer.status == 201
    assert await lin.shown() == ["a:Buy"]


@pytest.mark.parametrize("field", ["creator_name", "creator_name_en"])
async def test_a_creator_cannot_take_the_name_of_a_verified_brand(
    shop: Shop, lin: Creator, field: str
) -> None:
    await shop.open()
    brand = f"Cloud {secrets.token_hex(4)}"
    await shop.tell_owner(kind="brand", name=brand)
    await lin.registered()
    faked = lin.body("a") | {field: brand.upper().replace("O", "0")}
    status, problem = await shop.call("PUT", lin.path, lin.headers, faked)
    assert (status, problem["errors"][0]["field"]) == (422, field)
    assert brand in problem["errors"][0]["message"]
    await lin.publish("a")
    assert (await shop.call("PATCH", lin.path, lin.headers, {field: brand}))[0] == 422


async def test_a_creator_who_is_registered_under_a_brands_name_has_it(shop: Shop, lin: Creator) -> None:
    await shop.open()
    brand = f"Cloud {secrets.token_hex(4)}"
    await shop.tell_owner(kind="brand", name=brand)
    await lin.registered(name=brand)
    await shop.must("PUT", lin.path, lin.headers, lin.body("a") | {"creator_name": brand})


async def test_a_creator_cannot_take_the_name_of_another_creator(shop: Shop, lin: Creator) -> None:
    await shop.open()
    name = f"Mei {secrets.token_hex(4)}"
    mei = Creator(shop)
    await mei.registered(name=name)
    await lin.registered(name=f"Lin {secrets.token_hex(4)}")
    status, problem = await shop.call(
        "PUT", lin.path, lin.headers, lin.body("a") | {"creator_name": name.upper()}
    )
    assert (status, problem["errors"]) == (
        422, [{"field": "creator_name", "message": "is the name of another creator"}],
    )  # fmt: skip
    await shop.must("PUT", mei.path, mei.headers, mei.body("a") | {"creator_name": name})


async def test_anchors_are_mounted_and_taken_off_one_by_one(shop: Shop, lin: Creator) -> None:
    await shop.open()
    await lin.publish("a")
    anchor = {"title": "Pots", "mini_program_id": shop.mini_program_id, "product_id": shop.product_id}
    await shop.must("PUT", f"{lin.path}/anchors/b", lin.headers, anchor)
    assert await lin.shown() == ["a:Buy", "b:Pots"]
    await shop.must("DELETE", f"{lin.path}/anchors/a", lin.headers)
    assert await lin.shown() == ["b:Pots"]
    assert (await shop.call("DELETE", f"{lin.path}/anchors/a", lin.headers))[0] == 404
    lost = anchor | {"product_id": "nothing"}
    status, problem = await shop.call("PUT", f"{lin.path}/anchors/c", lin.headers, lost)
    assert (status, problem["code"]) == (422, "invalid_content")


async def test_a_changed_title_waits_for_an_operator_while_viewers_see_the_old_one(
    shop: Shop, lin: Creator
) -> None:
    await shop.open()
    await lin.publish("a")
    anchor = {
        "title": "Best tea",
        "mini_program_id": shop.mini_program_id,
        "product_id": shop.product_id,
    }
    own = await shop.must("PUT", f"{lin.path}/anchors/a", lin.headers, anchor)
    assert own["anchors"][0]["waiting_title"] == {"title": "Best tea", "title_en": ""}
    assert await lin.shown() == ["a:Buy"]
    queue = await _queue(shop)
    review = next(one for one in queue if one["video_id"] == lin.video_id)
    assert (review["title"], review["waiting_title"]["title"]) == ("Buy", "Best tea")
    since = quote((datetime.now(UTC) - timedelta(minutes=5)).isoformat())
    page = await shop.must("GET", f"{TITLES}?updated_since={since}&limit=100", shop.as_operator)
    assert lin.video_id in [one["video_id"] for one in page["items"]]
    page = await shop.must("GET", f"{TITLES}?updated_since=2100-01-01T00:00:00Z", shop.as_operator)
    assert page["items"] == []
    title = f"{TITLES}/{lin.video_id}/a"
    assert await shop.must("GET", title, shop.as_operator) == review
    assert (await shop.call("GET", f"{title}b", shop.as_operator))[0] == 404
    await shop.must("PUT", f"{lin.path}/anchors/a", lin.headers, anchor | {"title": "Cures all"})
    as_read = shop.as_operator | {"If-Match": f'"{review["version"]}"'}
    status, _ = await shop.call("POST", f"{title}/approval", as_read)
    assert status == 412, "an operator approved a title that nobody had read"
    rejected = {"reason": "Tea cures nothing"}
    await shop.must("POST", f"{title}/rejection", shop.as_operator, rejected)
    own = await shop.must("GET", lin.path, lin.headers)
    assert own["anchors"][0]["rejected_for"] == "Tea cures nothing"
    await shop.must("PUT", f"{lin.path}/anchors/a", lin.headers, anchor)
    await shop.must("POST", f"{title}/approval", shop.as_operator)
    assert await lin.shown() == ["a:Best tea"]
    assert (await shop.call("POST", f"{title}/approval", shop.as_operator))[0] == 409
    assert all(one["video_id"] != lin.video_id for one in await _queue(shop))


async def test_an_owner_says_who_may_promote_and_anchors_follow_within_seconds(
    shop: Shop, lin: Creator
) -> None:
    await shop.open()
    await lin.publish("a")
    promotion = f"{shop.program_path}/promotion"
    assert (await shop.must("GET", promotion, shop.as_owner))["who"] == "anyone"
    await shop.must("PUT", promotion, shop.as_owner, {"who": "nobody"})
    assert await lin.shown() == []
    target = f"/v1/videos/{lin.video_id}/anchors/a/target"
    assert (await shop.call("GET", target, shop.as_host))[0] == 404
    own = await shop.must("GET", lin.path, lin.headers)
    assert own["anchors"][0]["is_hidden"] is True
    await shop.must("PATCH", lin.path, lin.headers, {"title": "Still mine"})  # what is there may stay
    status, problem = await shop.call("PUT", lin.path, lin.headers, lin.body("b"))
    assert status == 200, problem  # the same product under another name is still hidden
    assert await lin.shown() == []
    mei = Creator(shop)
    status, problem = await shop.call("PUT", mei.path, mei.headers, mei.body("a"))
    assert (status, problem["errors"][0]["field"]) == (422, "anchors[0].mini_program_id")
    invitation = {"who": "invited", "creator_ids": [lin.creator_id]}
    status, problem = await shop.call("PUT", promotion, shop.as_owner, invitation)
    assert (status, problem["errors"][0]["field"]) == (422, "creator_ids[0]")
    await lin.registered()
    await shop.must("PUT", promotion, shop.as_owner, invitation)
    assert await lin.shown() == ["b:Buy"]
    assert (await shop.call("GET", promotion, shop.neighbour().as_owner))[0] == 404
    events = await shop.events_of("mini-program-versions", shop.mini_program_id)
    assert [e["who"] for e in events if e["event"] == "PromotionChanged"] == ["nobody", "invited"]


async def test_viewers_do_not_see_the_anchors_of_a_suspended_creator(shop: Shop, lin: Creator) -> None:
    await shop.open()
    await lin.publish("a")
    await lin.registered()
    await lin.registered(suspended=True, version=2)
    await lin.soon_shows()
    await lin.registered(version=3)
    await lin.soon_shows("a:Buy")


async def test_a_creator_finds_what_may_be_promoted_with_its_commission(shop: Shop, lin: Creator) -> None:
    word = f"T{secrets.token_hex(6)}"
    await shop.open(title=f"{word} 龙井")
    for number in range(4):
        body = a_product(f"{shop.sku_id}{number}", title=f"{word} 茶 {number}", listed=number != 0)
        await shop.must("PUT", shop.product_path(f"{shop.product_id}{number}"), shop.as_owner, body)
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        path = f"/v1/creator/products?q={word.lower()}&limit=2{cursor}"
        page = await shop.must("GET", path, lin.headers)
        found += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert [one["product_id"] for one in found] == [
        shop.product_id, *(f"{shop.product_id}{number}" for number in (1, 2, 3)),
    ]  # fmt: skip
    first = found[0]
    assert (first["creator_bp"], first["commission"]["amount"]) == (500, 645)
    await shop.must("PUT", f"{shop.program_path}/promotion", shop.as_owner, {"who": "nobody"})
    assert (await shop.must("GET", f"/v1/creator/products?q={word}", lin.headers))["items"] == []


async def _queue(shop: Shop) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = await shop.must("GET", f"{TITLES}?limit=100{cursor}", shop.as_operator)
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = f"&cursor={page['next_cursor']}"
