"""What viewers read."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from catalog_support.shop import HOST, Shop, a_product, a_program

from contracts.api.common import Page
from contracts.api.mini_programs import MiniProgramCard
from contracts.api.products import ProductPage
from contracts.api.stores import StorePage
from contracts.api.targets import Target
from contracts.api.videos import VideoPage


async def test_a_product_page_shows_what_its_owner_wrote_and_what_is_available(shop: Shop) -> None:
    await shop.open(stock=7)
    page = await shop.must("GET", shop.page_path(), shop.as_host)
    read = ProductPage.model_validate(page)
    assert set(page) == set(ProductPage.model_fields)
    assert (read.title, read.price_from.amount, read.skus[0].available) == ("龙井茶", 12900, 7)
    assert read.skus[0].attributes == {"重量": "250 克"}


async def test_what_is_said_in_english_too_is_on_every_page(shop: Shop) -> None:
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
    await shop.tell(shop.placed(shop.new_order(), (shop.sku_id, 3)))

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
        if len(seen) == 2:  # what changes between two pages moves nothing
            await shop.must(
                "PUT", shop.product_path(ids[0]), shop.as_owner, a_product(shop.sku_id, title="!")
            )
    assert seen == ids
    pots = await shop.must("GET", f"{shop.store_path}?category=pots", shop.as_host)
    assert [p["product_id"] for p in pots["products"]["items"]] == [ids[2], ids[4], ids[6]]
    assert [c["category_id"] for c in pots["categories"]] == ["tea", "pots"]


@pytest.mark.parametrize("cursor", ["garbage", "W10", "WyJhIiwxXQ", "bnVsbA", "e30", "WzEsMiwzXQ"])
async def test_a_cursor_that_is_not_one_of_ours_is_wrong_content(shop: Shop, cursor: str) -> None:
    await shop.open()
    for path in (shop.store_path, "/v1/entry/mini-programs"):
        status, problem = await shop.call("GET", f"{path}?cursor={cursor}", shop.as_host)
        assert (status, problem["code"]) == (422, "invalid_content")


async def test_the_entrance_lists_a_hosts_mini_programs_by_priority_then_sponsored(shop: Shop) -> None:
    host, wanted = "host" + secrets.token_hex(4), []
    for priority, sponsored in ((0, False), (0, True), (50, False), (50, True), (9, False)):
        one = Shop(shop.service, shop.issuer, shop.kafka, shop.prefix, shop.eventually)
        body = a_program(hosts=[host], exposure_priority=priority, sponsored=sponsored)
        await shop.must("PUT", one.program_path, one.as_owner, body)
        await shop.must("POST", f"/v1/ops/mini-programs/{one.mini_program_id}/publication", shop.as_operator)
        wanted.append((-priority, not sponsored, one.mini_program_id))
    seen, cursor = [], ""
    headers = shop.issuer.headers("host", host_id=host)
    while cursor is not None:
        answer = await shop.must("GET", f"/v1/entry/mini-programs?limit=2{cursor}", headers)
        page = Page[MiniProgramCard].model_validate(answer)
        seen += [p.mini_program_id for p in page.items]
        cursor = f"&cursor={page.next_cursor}" if page.next_cursor else None
    assert seen == [mini_program_id for _, _, mini_program_id in sorted(wanted)]


async def test_pages_are_not_there_for_other_hosts_other_sessions_unpublished_and_suspended_programs(
    shop: Shop,
) -> None:
    await shop.must("PUT", shop.program_path, shop.as_owner, a_program())
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
    await shop.must("POST", f"{ops}/publication", shop.as_operator)
    assert await statuses(shop.as_host) == await statuses(own) == {200}
    assert [await statuses(stranger) for stranger in strangers] == [{404}] * 3
    assert await statuses(shop.as_owner) == {403}
    await shop.must("POST", f"{ops}/suspension", shop.as_operator, {"reason": "fakes"})
    assert await statuses(shop.as_host) == await statuses(own) == {404}
    await shop.must("POST", f"{ops}/reinstatement", shop.as_operator)
    assert await statuses(shop.as_host) == {200}


def a_video(shop: Shop, *anchors: tuple[str, str, str]) -> dict[str, object]:
    """A VideoRequest; anchors are (anchor_id, mini_program_id, product_id)."""
    return {
        "host_id": HOST,
        "title": "Tea time",
        "creator_name": "Lin",
        "anchors": [
            {"anchor_id": a, "title": "Buy", "mini_program_id": m, "product_id": p} for a, m, p in anchors
        ],
    }


async def test_a_video_is_seen_in_its_own_host_only_and_its_anchor_leads_to_the_product(shop: Shop) -> None:
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
    foreign = await Shop(shop.service, shop.issuer, shop.kafka, shop.prefix, shop.eventually).open()

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
    await shop.must("PUT", f"/v1/owner/skus/{shop.sku_id}/stock", shop.as_owner, {"change": -1})
    assert await reason() == (False, "sold_out")
    await shop.must("DELETE", shop.product_path(), shop.as_owner)
    assert await reason() == (False, "delisted")
    await shop.must("POST", f"{ops}/suspension", shop.as_operator, {"reason": "fakes"})
    assert await reason() == (False, "suspended")


async def test_pictures_come_from_their_folder_and_from_nowhere_else(shop: Shop, media: Path) -> None:
    (media / "shop").mkdir(exist_ok=True)
    (media / "shop" / "tea.png").write_bytes(b"\x89PNG picture")
    (media / "notes.txt").write_text("not a picture")
    (media.parent / "secret.png").write_bytes(b"secret")
    (media / "link.png").unlink(missing_ok=True)
    (media / "link.png").symlink_to(media.parent / "secret.png")
    async with shop.service.http.get(f"{shop.service.url}/media/shop/tea.png") as answer:
        assert answer.status == 200
        assert await answer.read() == b"\x89PNG picture"
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Type"] == "image/png"
    for path in (
        "../secret.png",
        "%2e%2e/secret.png",
        "..%2fsecret.png",
        "link.png",
        "notes.txt",
        "shop",
        "%00.png",
    ):
        raw = f"GET /media/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        assert b" 404 " in await spoken(shop.service.url, raw), path


async def spoken(url: str, raw: str) -> bytes:
    """The answer to a request that no client would tidy up."""
    import asyncio

    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(raw.encode())
    answer = await reader.readline()
    writer.close()
    return answer
