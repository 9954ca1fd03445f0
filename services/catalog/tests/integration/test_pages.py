"""What viewers read."""

from __future__ import annotations

import secrets

import pytest
from catalog_support.shop import HOST, Shop, a_product, a_video, know_hosts

from contracts.api.common import Page
from contracts.api.mini_programs import MiniProgramCard
from contracts.api.products import ProductPage
from contracts.api.stores import StorePage
from contracts.api.videos import VideoPage


async def test_a_product_page_shows_what_its_owner_wrote_and_what_is_available(shop: Shop) -> None:
    await shop.open(stock=7)
    page = await shop.must("GET", shop.page_path(), shop.as_host)
    read = ProductPage.model_validate(page)
    assert set(page) == set(ProductPage.model_fields)
    assert (read.title, read.price_from.amount, read.skus[0].available) == ("龙井茶", 12900, 7)
    assert read.skus[0].attributes == {"重量": "250 克"}


async def test_english_texts_are_on_every_page(shop: Shop) -> None:
    await shop.open(
        brand="西湖", brand_en="West Lake", attributes={"产地": "杭州"}, attributes_en={"Origin": "Hangzhou"}
    )
    page = ProductPage.model_validate(await shop.must("GET", shop.page_path(), shop.as_host))
    assert (page.title_en, page.brand_en, page.attributes_en) == (
        "Longjing tea",
        "West Lake",
        {"Origin": "Hangzhou"},
    )
    assert page.skus[0].attributes_en == {"Weight": "250 g"}

    store = StorePage.model_validate(await shop.must("GET", shop.store_path, shop.as_host))
    assert (store.mini_program.slogan_en, store.mini_program.owner.name_en) == (
        "Good things",
        "Xiaomi Youpin",
    )
    assert [category.name_en for category in store.categories or []] == ["Tea", ""]

    video_id = "v" + secrets.token_hex(6)
    body = a_video(shop, ("a1", shop.mini_program_id, shop.product_id)) | {
        "title_en": "Tea",
        "creator_name_en": "Lin",
    }
    body["anchors"][0]["title_en"] = "This tea"
    await shop.must("PUT", f"/v1/creator/videos/{video_id}", shop.as_creator(), body)
    video = VideoPage.model_validate(await shop.must("GET", f"/v1/videos/{video_id}", shop.as_host))
    assert (video.title_en, video.creator.name_en, video.anchors[0].title_en) == ("Tea", "Lin", "This tea")


async def test_attributes_in_english_are_all_of_them_or_none(shop: Shop) -> None:
    await shop.open()
    body = a_product(
        shop.sku_id, attributes={"产地": "杭州", "年份": "2026"}, attributes_en={"Origin": "Hangzhou"}
    )
    status, problem = await shop.call("PUT", shop.product_path(), shop.as_owner, body)
    assert (status, problem["code"]) == (422, "invalid_content")
    assert "attributes_en" in str(problem["errors"])


async def test_an_owners_changes_show_on_the_next_read(shop: Shop) -> None:
    await shop.open(stock=7)
    await shop.must("PUT", f"/v1/owner/skus/{shop.sku_id}/stock", shop.as_owner, {"available": 0})
    changed = a_product(shop.sku_id, title="碧螺春")
    await shop.must("PUT", shop.product_path(), shop.as_owner, changed)
    page = await shop.must("GET", shop.page_path(), shop.as_host)
    assert (page["title"], page["skus"][0]["available"]) == ("碧螺春", 0)
    store = await shop.must("GET", shop.store_path, shop.as_host)
    assert [(p["title"], p["in_stock"]) for p in store["products"]["items"]] == [("碧螺春", False)]


async def test_an_order_shows_on_the_page(shop: Shop) -> None:
    await shop.open(stock=7)
    await shop.publish(shop.placed(shop.new_order(), (shop.sku_id, 3)))

    async def shown() -> bool:
        page = await shop.must("GET", shop.page_path(), shop.as_host)
        return bool(page["skus"][0]["available"] == 4)

    await shop.eventually(shown, what="4 to be shown")


async def test_a_store_is_paged_without_missing_or_repeating_anything(shop: Shop) -> None:
    await shop.open()
    ids = [shop.product_id]
    for n in range(6):
        product_id = f"{shop.product_id}-{n}"
        category = "pots" if n % 2 else "tea"
        await shop.must(
            "PUT", shop.product_path(product_id), shop.as_owner, a_product(product_id, category_id=category)
        )
        ids.append(product_id)
    seen, cursor = [], ""
    while True:
        store = await shop.must("GET", f"{shop.store_path}?limit=2{cursor}", shop.as_host)
        assert set(store) == set(StorePage.model_fields)
        page = StorePage.model_validate(store)
        assert page.products is not None
        seen += [p.product_id for p in page.products.items]
        if page.products.next_cursor is None:
            break
        cursor = f"&cursor={page.products.next_cursor}"
        if len(seen) == 2:  # a change between two pages moves nothing
            await shop.must(
                "PUT", shop.product_path(ids[0]), shop.as_owner, a_product(shop.sku_id, title="!")
            )
    assert seen == ids
    pots = await shop.must("GET", f"{shop.store_path}?category=pots", shop.as_host)
    assert [p["product_id"] for p in pots["products"]["items"]] == [ids[2], ids[4], ids[6]]
    assert [c["category_id"] for c in pots["categories"]] == ["tea", "pots"]


async def test_a_store_is_sorted_and_filtered(shop: Shop) -> None:
    await shop.open()
    cheap, sold_out = f"{shop.product_id}-1", f"{shop.product_id}-2"
    for product_id, stock, price in ((cheap, 30, 100), (sold_out, 0, 20_000)):
        product = a_product(product_id, stock)
        product["skus"][0]["price"]["amount"] = price
        await shop.must("PUT", shop.product_path(product_id), shop.as_owner, product)

    async def listed(query: str) -> list[str]:
        page = await shop.must("GET", f"{shop.store_path}?{query}", shop.as_host)
        return [product["product_id"] for product in page["products"]["items"]]

    assert await listed("sort=price_asc") == [cheap, shop.product_id, sold_out]
    assert await listed("sort=price_desc&in_stock=true") == [shop.product_id, cheap]
    assert await listed("in_stock=false") == [sold_out]
    assert await listed("sort=newest&limit=1") == [sold_out]
    assert await listed(f"product_ids={sold_out},nosuch,{cheap}") == [sold_out, cheap]
    too_many = ",".join(f"p{n}" for n in range(21))
    for query in (
        "sort=cheapest",
        "in_stock=yes",
        "product_ids=",
        "product_ids=a,,b",
        f"product_ids={too_many}",
    ):
        status, problem = await shop.call("GET", f"{shop.store_path}?{query}", shop.as_host)
        assert (status, problem["errors"][0]["field"]) == (422, query.partition("=")[0])


@pytest.mark.parametrize("cursor", ["garbage", "W10", "WyJhIiwxXQ", "bnVsbA", "e30", "WzEsMiwzXQ"])
async def test_a_cursor_of_another_list_is_refused(shop: Shop, cursor: str) -> None:
    await shop.open()
    for path in (shop.store_path, "/v1/entry/mini-programs"):
        status, problem = await shop.call("GET", f"{path}?cursor={cursor}", shop.as_host)
        assert (status, problem["code"]) == (422, "invalid_cursor")


async def test_a_cursor_of_another_sort_is_refused(shop: Shop) -> None:
    await shop.open()
    await shop.must(
        "PUT", shop.product_path("p2" + shop.product_id), shop.as_owner, a_product(f"x{shop.sku_id}")
    )
    first = await shop.must("GET", f"{shop.store_path}?limit=1&sort=newest", shop.as_host)
    cursor = first["products"]["next_cursor"]
    for other in ("", "&sort=price_asc", "&sort=newest&category=tea"):
        status, problem = await shop.call("GET", f"{shop.store_path}?cursor={cursor}{other}", shop.as_host)
        assert (status, problem["code"]) == (422, "invalid_cursor")
    await shop.must("GET", f"{shop.store_path}?cursor={cursor}&sort=newest&limit=9", shop.as_host)


async def test_the_entrance_lists_a_hosts_mini_programs_by_priority_then_sponsored(shop: Shop) -> None:
    host, wanted = "host" + secrets.token_hex(4), []
    await know_hosts(shop.service.db, host)
    for priority, sponsored in ((0, False), (0, True), (50, False), (50, True), (9, False)):
        one = shop.neighbour()
        await one.put_live(hosts=[host], exposure_priority=priority, sponsored=sponsored)
        wanted.append((-priority, not sponsored, one.mini_program_id))
    seen: list[str] = []
    cursor: str | None = ""
    headers = shop.issuer.headers("host", host_id=host)
    while cursor is not None:
        answer = await shop.must("GET", f"/v1/entry/mini-programs?limit=2{cursor}", headers)
        page = Page[MiniProgramCard].model_validate(answer)
        seen += [p.mini_program_id for p in page.items]
        cursor = f"&cursor={page.next_cursor}" if page.next_cursor else None
    assert seen == [mini_program_id for _, _, mini_program_id in sorted(wanted)]


async def test_pages_are_not_found_in_other_hosts_and_sessions_or_before_a_host_has_it(
    shop: Shop,
) -> None:
    await shop.put_live(hosts=[])
    await shop.must("PUT", shop.product_path(), shop.as_owner, a_product(shop.sku_id))
    ops = f"/v1/ops/mini-programs/{shop.mini_program_id}"
    own = shop.issuer.viewer(shop.mini_program_id, "o_1", host_id=HOST)
    strangers = [
        shop.issuer.headers("host", host_id="other-host"),
        shop.issuer.viewer(shop.mini_program_id, "o_1", host_id="other-host"),
        shop.issuer.viewer("anotherprogram", "o_1", host_id=HOST),
    ]

    async def statuses(headers: dict[str, str]) -> set[int]:
        return {(await shop.call("GET", p, headers))[0] for p in (shop.store_path, shop.page_path())}

    assert await statuses(shop.as_host) == {404}
    await shop.put_live()
    assert await statuses(shop.as_host) == await statuses(own) == {200}
    assert [await statuses(stranger) for stranger in strangers] == [{404}] * 3
    assert await statuses(shop.as_owner) == {403}
    await shop.must("POST", f"{ops}/suspension", shop.as_operator, {"reason": "fakes"})
    assert await statuses(shop.as_host) == await statuses(own) == {404}
    await shop.must("POST", f"{ops}/reinstatement", shop.as_operator)
    assert await statuses(shop.as_host) == {200}
