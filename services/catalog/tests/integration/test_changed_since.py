"""Lists of 20,000 products, of mini programs and of videos, page by page, while they change."""

from __future__ import annotations

import random
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from catalog_support import samples
from catalog_support.shop import Shop, a_draft, a_video

from catalog.adapters.mongo_products import MongoProducts, write_product
from catalog.domain.product import Product, ProductFilter
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.listing import Asked, ById, ChangedSince
from runtime.mongo.client import Database
from runtime.outbox.changes import Change
from runtime.outbox.recorder import Recorder

MANY = 20_000
SINCE = f"updated_since={quote('2020-01-01T00:00:00Z')}"


async def pages(
    shop: Shop, path: str, headers: dict[str, str], limit: int
) -> AsyncIterator[list[dict[str, Any]]]:
    """The pages of a list, one after the other."""
    cursor = ""
    while True:
        page = await shop.must("GET", f"{path}&limit={limit}{cursor}", headers)
        yield page["items"]
        if page["next_cursor"] is None:
            return
        cursor = f"&cursor={page['next_cursor']}"


async def many_products(shop: Shop, number: int) -> list[str]:
    """Products as the catalog stores them; their ids."""
    await shop.open()
    products = shop.service.db["products"]
    one = await products.find_one({"_id": shop.product_id})
    assert one is not None
    ids = [f"{shop.product_id}-{n:05d}" for n in range(number)]
    start = datetime.now(UTC) - timedelta(hours=1)
    copies = [
        one
        | {
            "_id": key,
            "outbox": {},
            "changed_at": start + timedelta(milliseconds=n // 3),
            "skus": [one["skus"][0] | {"sku_id": f"s-{key}"}],
        }
        for n, key in enumerate(ids)
    ]
    random.Random(7).shuffle(copies)
    await products.insert_many(copies)
    return [shop.product_id, *ids]


@pytest.mark.parametrize("by_change", [False, True])
async def test_of_20000_products_that_change_while_they_are_listed_none_comes_twice_and_none_is_missing(
    db: Database, *, by_change: bool
) -> None:
    store = MongoProducts(db, Recorder(system_clock, random_id))
    await store.prepare()
    shop_id, start = f"mp{secrets.token_hex(6)}", datetime.now(UTC) - timedelta(hours=1)
    one = replace(samples.a_product(), mini_program_id=shop_id)
    ids = [f"{shop_id}-{n:05d}" for n in range(MANY)]
    documents = [
        write_product(replace(one, product_id=key))
        | {"outbox": {}, "created_at": start, "changed_at": start + timedelta(milliseconds=n // 3)}
        for n, key in enumerate(ids)
    ]
    random.Random(7).shuffle(documents)
    await db["products"].insert_many(documents)
    seen: list[str] = []
    asked: Asked | None = ChangedSince(datetime(2020, 1, 1, tzinfo=UTC), shop_id) if by_change else ById()
    while asked is not None:
        page = await store.page(shop_id, ProductFilter(), asked, 100)
        seen += [product.product_id for product in page.items]
        asked = page.following
        for product_id in {random.choice(seen), random.choice(ids), seen[-1], ids[-1]}:
            await store.change(product_id, _with_other_words)
    assert len(seen) == len(set(seen)) == MANY
    assert set(seen) == set(ids)
    assert by_change or seen == ids


def _with_other_words(current: Product | None) -> Change[Product] | None:
    assert current is not None
    details = replace(current.details, description=secrets.token_hex(4))
    return Change(current.edited(details=details))


async def test_products_are_followed_by_their_changes(shop: Shop) -> None:
    [first, second, third] = await many_products(shop, 2)
    before = datetime.now(UTC)
    for product_id in (third, first):
        await shop.must("PATCH", shop.product_path(product_id), shop.as_owner, {"description": "new"})
    path = f"{shop.program_path}/products?updated_since={quote(before.isoformat())}"
    changed = (await shop.must("GET", path, shop.as_owner))["items"]
    assert [one["product_id"] for one in changed] == [third, first]
    everything = (await shop.must("GET", f"{shop.program_path}/products?{SINCE}", shop.as_owner))["items"]
    assert [one["product_id"] for one in everything] == [second, third, first]
    await shop.must("PATCH", shop.product_path(second), shop.as_owner, {"listed": False})
    listed = (await shop.must("GET", f"{path}&listed=false", shop.as_owner))["items"]
    assert [one["product_id"] for one in listed] == [second]


async def test_a_listing_that_is_gone_is_refused_and_says_what_to_do(shop: Shop) -> None:
    await many_products(shop, 4)
    path = f"{shop.program_path}/products?{SINCE}&limit=2"
    first = await shop.must("GET", path, shop.as_owner)
    await shop.must("GET", path, shop.as_owner)
    status, problem = await shop.call("GET", f"{path}&cursor={first['next_cursor']}", shop.as_owner)
    assert (status, problem["code"]) == (422, "invalid_cursor")
    assert "Start again" in problem["detail"]


async def test_a_deleted_video_is_no_longer_listed(shop: Shop) -> None:
    creator = shop.as_creator(f"creator{secrets.token_hex(4)}")
    videos = [f"v{secrets.token_hex(4)}" for _ in range(3)]
    for video_id in videos:
        await shop.must("PUT", f"/v1/creator/videos/{video_id}", creator, a_video(shop))
    path = f"/v1/creator/videos?{SINCE}&limit=1"
    first = await shop.must("GET", path, creator)
    async with shop.service.http.delete(
        f"{shop.service.url}/v1/creator/videos/{videos[1]}", headers=creator
    ) as answer:
        assert answer.status == 204
    second = await shop.must("GET", f"{path}&cursor={first['next_cursor']}", creator)
    third = await shop.must("GET", f"{path}&cursor={second['next_cursor']}", creator)
    assert second["items"] == []
    assert [one["video_id"] for one in third["items"]] == [videos[2]]


async def test_mini_programs_are_followed_by_the_changes_of_their_drafts_and_states(shop: Shop) -> None:
    programs = "/v1/owner/mini-programs"

    async def start() -> str:
        draft = a_draft(name=f"茶与壶{secrets.token_hex(4)}")
        return str((await shop.must("POST", programs, shop.as_owner, draft))["mini_program_id"])

    first, second = await start(), await start()

    async def listed() -> list[str]:
        ids = []
        async for items in pages(shop, f"{programs}?{SINCE}", shop.as_owner, 1):
            ids += [item["mini_program_id"] for item in items]
        return ids

    assert await listed() == [first, second]
    await shop.must("PATCH", f"{programs}/{first}", shop.as_owner, {"slogan": "New"})
    assert await listed() == [second, first]
    await shop.must("POST", f"{programs}/{second}/versions", shop.as_owner, {})
    assert await listed() == [first, second]
    await shop.must("PUT", f"/v1/ops/mini-programs/{first}/terms", shop.as_operator, {"platform_bp": 9})
    assert await listed() == [second, first]


async def test_videos_are_followed_by_their_changes(shop: Shop) -> None:
    creator = shop.as_creator(f"creator{secrets.token_hex(4)}")
    videos = [f"v{secrets.token_hex(4)}" for _ in range(3)]
    for video_id in videos:
        await shop.must("PUT", f"/v1/creator/videos/{video_id}", creator, a_video(shop))
    await shop.must("PATCH", f"/v1/creator/videos/{videos[0]}", creator, {"title": "Later"})
    seen = []
    async for items in pages(shop, f"/v1/creator/videos?{SINCE}", creator, 2):
        seen += [item["video_id"] for item in items]
    assert seen == [videos[1], videos[2], videos[0]]
