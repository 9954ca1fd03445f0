"""Pictures of feeds are fetched after their products were written, a few at a time, and shown from our storage."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import pytest_asyncio
from catalog_support.shop import Shop
from catalog_support.site import Site, a_picture, serving
from PIL import Image

from catalog.adapters.mongo_remote_pictures import COLLECTION
from catalog.application.picture_turns import MAX_FETCHES, MAX_FETCHES_PER_HOST, MAX_FETCHES_PER_OWNER
from catalog.domain.picture import uploaded
from contracts.feeds import ApplyFeedProduct, FeedSku
from contracts.money import cny
from runtime.clock import system_clock


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    async with serving() as found:
        yield found


async def fed(shop: Shop, *images: str, run_id: str = "", product_id: str = "") -> str:
    """The outcome of a feed's command with these pictures."""
    run_id, product_id = run_id or secrets.token_hex(8), product_id or shop.product_id
    command = ApplyFeedProduct(
        version=1, run_id=run_id, mini_program_id=shop.mini_program_id, owner_id=shop.owner_id, product_id=product_id,
        title="水壶", category_id="tea", images=images, skus=(FeedSku(sku_id=f"sku-{product_id}", price=cny(9900)),),
    )  # fmt: skip
    await shop.publish(command)

    async def answered() -> str:
        [*_, last] = [e for e in await news(shop, "FeedProductApplied", product_id) if e["run_id"] == run_id]
        return str(last["outcome"])

    async def is_answered() -> Any:
        try:
            return await answered()
        except ValueError:
            return None

    return str(await shop.eventually(is_answered, within=30, what="the outcome"))


async def news(shop: Shop, event: str, product_id: str = "") -> list[dict[str, Any]]:
    events = await shop.events_of("feed-results", product_id or shop.product_id)
    return [one for one in events if one["event"] == event]


async def told(shop: Shop, *outcomes: str) -> list[dict[str, Any]]:
    """What was told of pictures of the shop's product, once it is this."""

    async def known() -> Any:
        found = await news(shop, "FeedPictureTried")
        assert [one["outcome"] for one in found] == list(outcomes), found
        return [found]

    [found] = await shop.eventually(known, within=30, what=f"{outcomes}")
    return list(found)


async def images_of(shop: Shop, product_id: str = "") -> list[str]:
    path = shop.product_path(product_id or None)
    images: list[str] = (await shop.must("GET", path, shop.as_owner))["images"]
    return images


async def ours(shop: Shop, number: int, product_id: str = "") -> list[str]:
    """The product's pictures, once there are so many, all from our storage."""

    async def are_ours() -> list[str]:
        found = await images_of(shop, product_id)
        assert len(found) == number, found
        assert all(uploaded(url) for url in found), found
        return found

    found: list[str] = await shop.eventually(are_ours, within=30, what="the pictures")
    return found


async def document(shop: Shop) -> dict[str, Any]:
    found = await shop.service.db["products"].find_one({"_id": shop.product_id})
    assert found is not None
    return dict(found)


async def at_rest(shop: Shop) -> None:
    """Nothing of the shop is being fetched, or waits."""

    async def nothing_waits() -> bool:
        waiting = {"mini_program_id": shop.mini_program_id, "due_at": {"$exists": True}}
        assert await shop.service.db[COLLECTION].count_documents(waiting) == 0
        return True

    await shop.eventually(nothing_waits, within=30, what="the end of all fetches")


async def make_due(shop: Shop, **changes: Any) -> None:
    """Let time pass, as far as pictures are concerned."""
    change = {"$set": {"due_at": system_clock() - timedelta(seconds=1), **changes}}
    await shop.service.db[COLLECTION].update_many({"mini_program_id": shop.mini_program_id}, change)


async def test_a_product_is_applied_at_once_and_its_pictures_follow(shop: Shop) -> None:
    await shop.put_live()
    async with serving(closed=True) as site:
        addresses = [site.add("/1.png"), site.add("/2.png")]
        assert await fed(shop, *addresses) == "accepted"
        page = await shop.must("GET", shop.page_path(), shop.as_host)
        assert (page["title"], page["images"]) == ("水壶", [])
        [card] = (await shop.must("GET", shop.store_path, shop.as_host))["products"]["items"]
        assert card["image_url"] == ""
        site.open.set()
        images = await ours(shop, 2)
    page = await shop.must("GET", shop.page_path(), shop.as_host)
    assert page["images"] == images
    async with shop.service.http.get(shop.service.url + images[0]) as answer:
        assert Image.open(BytesIO(await answer.read())).size == (60, 30)
    assert await news(shop, "FeedPictureTried") == []


async def test_pictures_that_are_known_cost_neither_a_request_nor_a_write(shop: Shop, site: Site) -> None:
    await shop.put_live()
    address = site.add("/a.png")
    await fed(shop, address)
    await ours(shop, 1)
    await at_rest(shop)
    before, remote = await document(shop), await shop.service.db[COLLECTION].find().to_list()
    assert await fed(shop, address) == "unchanged"
    assert await document(shop) == before
    assert await shop.service.db[COLLECTION].find().to_list() == remote
    assert site.asked == {"/a.png": 1}


async def test_the_same_picture_at_two_addresses_is_one(shop: Shop, site: Site) -> None:
    await shop.put_live()
    file, other = a_picture(), f"{shop.product_id}-2"
    await fed(shop, site.add("/1.png", file), site.add("/2.png", file))
    await fed(shop, site.add("/3.png", file), product_id=other)
    assert await ours(shop, 1) == await ours(shop, 1, other)


async def test_a_picture_that_fails_is_named_and_stops_neither_product_nor_other_pictures(
    shop: Shop, site: Site
) -> None:
    await shop.put_live()
    site.statuses |= {"/missing.png": 404, "/moved.png": 302}
    addresses = [site.url + "/missing.png", site.url + "/moved.png", site.add("/text.png", b"<html>"), site.add("/good.png")]  # fmt: skip
    run_id = secrets.token_hex(8)
    assert await fed(shop, *addresses, run_id=run_id) == "accepted"
    await ours(shop, 1)

    async def all_are_named() -> Any:
        found = {one["url"].rpartition("/")[2]: one for one in await news(shop, "FeedPictureTried")}
        assert len(found) == 3
        return found

    found = await shop.eventually(all_are_named, within=30, what="the failures")
    assert {one["run_id"] for one in found.values()} == {run_id}
    assert {name: one["outcome"] for name, one in found.items()} == {
        "missing.png": "failed", "moved.png": "failed", "text.png": "given_up",
    }  # fmt: skip
    assert "answers 404" in found["missing.png"]["message"]
    assert "tried again at" in found["missing.png"]["message"]
    assert "Redirects are not followed" in found["moved.png"]["message"]
    assert "PNG, JPEG or WebP" in found["text.png"]["message"]


async def test_a_picture_that_failed_is_tried_again_and_its_success_told(shop: Shop, site: Site) -> None:
    await shop.put_live()
    address = site.add("/a.png")
    site.statuses["/a.png"] = 503
    await fed(shop, address)
    await told(shop, "failed")
    del site.statuses["/a.png"]
    await at_failure(shop)
    await make_due(shop)
    await fed(shop, "https://shop.example/b.png", product_id=f"{shop.product_id}-2")  # which wakes the work
    await ours(shop, 1)
    await told(shop, "failed", "fetched")


async def at_failure(shop: Shop) -> None:
    """The failure is written."""

    async def is_written() -> bool:
        found = await shop.service.db[COLLECTION].find_one({"mini_program_id": shop.mini_program_id})
        assert found is not None
        assert found.get("failed"), found
        assert "claim" not in found
        return True

    await shop.eventually(is_written, within=30, what="the failure")


async def test_the_next_run_tries_again_at_once_what_failed(shop: Shop, site: Site) -> None:
    await shop.put_live()
    address = site.add("/a.png")
    site.statuses["/a.png"] = 404
    await fed(shop, address)
    await told(shop, "failed")
    await at_failure(shop)
    del site.statuses["/a.png"]
    assert await fed(shop, address) == "unchanged"
    await ours(shop, 1)


async def test_a_picture_that_never_comes_is_given_up(shop: Shop, site: Site) -> None:
    await shop.put_live()
    site.statuses["/a.png"] = 404
    await fed(shop, site.add("/a.png"))
    await told(shop, "failed")
    await at_failure(shop)
    await make_due(shop, attempts=5)
    await fed(shop, "https://shop.example/b.png", product_id=f"{shop.product_id}-2")
    last = (await told(shop, "failed", "given_up"))[-1]
    assert "It was tried 6 times" in last["message"]


async def test_what_a_process_that_ended_was_at_is_tried_again(shop: Shop, site: Site) -> None:
    await shop.put_live()
    address = site.add("/a.png")
    site.statuses["/a.png"] = 503
    await fed(shop, address)
    await told(shop, "failed")
    await at_failure(shop)
    del site.statuses["/a.png"]
    await make_due(shop, claim="of a process that has ended", attempts=1)
    await fed(shop, "https://shop.example/b.png", product_id=f"{shop.product_id}-2")
    await ours(shop, 1)


async def test_a_picture_that_changes_at_its_address_is_replaced_and_another_is_not_read(
    shop: Shop, site: Site
) -> None:
    await shop.put_live()
    one, two = site.add("/1.png"), site.add("/2.png")
    await fed(shop, one, two)
    before = await ours(shop, 2)
    await at_rest(shop)
    site.add("/1.png")
    long_ago = {"$set": {"fetched_at": system_clock() - timedelta(days=2)}}
    await shop.service.db[COLLECTION].update_many({"mini_program_id": shop.mini_program_id}, long_ago)
    assert await fed(shop, one, two) == "unchanged"

    async def is_replaced() -> list[str]:
        found = await images_of(shop)
        assert found != before
        return found

    after = await shop.eventually(is_replaced, within=30, what="the other picture")
    assert after[1:] == before[1:]
    await at_rest(shop)
    assert (site.answered[200], site.answered[304]) == (3, 1)


async def test_an_owner_edits_a_product_whose_pictures_are_still_to_come(shop: Shop) -> None:
    await shop.put_live()
    async with serving(closed=True) as site:
        await fed(shop, site.add("/a.png"))
        view = await shop.must("PATCH", shop.product_path(), shop.as_owner, {"title": "茶壶"})
        assert (view["title"], view["images"]) == ("茶壶", [])
        site.open.set()
        await ours(shop, 1)


async def test_an_owners_own_pictures_are_not_replaced_by_those_of_an_earlier_feed(shop: Shop) -> None:
    await shop.put_live()
    own = ["https://shop.example/own.jpg"]
    async with serving(closed=True) as site:
        await fed(shop, site.add("/a.png"))
        await shop.must("PATCH", shop.product_path(), shop.as_owner, {"images": own})
        site.open.set()
        await at_rest(shop)
    assert await images_of(shop) == own


async def test_an_internal_address_is_not_called_and_an_https_address_is_shown_until_it_is_fetched(
    shop: Shop,
) -> None:
    await shop.put_live()
    elsewhere = "https://shop.example/a.jpg"
    assert await fed(shop, "http://169.254.169.254/a.png", elsewhere) == "accepted"

    async def is_refused() -> Any:
        [found] = [e for e in await news(shop, "FeedPictureTried") if "169" in e["url"]] or [None]
        return found

    refused = await shop.eventually(is_refused, within=30, what="the refusal")
    assert (refused["outcome"], "must not be called" in refused["message"]) == ("given_up", True)
    assert await images_of(shop) == [elsewhere]


async def test_one_server_that_hangs_delays_no_other_and_is_asked_for_few_at_a_time(shop: Shop) -> None:
    await shop.put_live()
    async with serving(closed=True) as hangs, serving() as site:
        for number in range(8):
            await fed(shop, hangs.add(f"/{number}.png"), product_id=f"{shop.product_id}-{number}")
        await fed(shop, site.add("/a.png"))
        await ours(shop, 1)
        assert hangs.most_at_once == MAX_FETCHES_PER_HOST
        hangs.open.set()
        await asyncio.gather(*(ours(shop, 1, f"{shop.product_id}-{number}") for number in range(8)))
        assert hangs.most_at_once == MAX_FETCHES_PER_HOST


async def test_an_owner_whose_many_servers_hang_delays_no_other_owner(shop: Shop) -> None:
    other = Shop(shop.service, shop.issuer, shop.kafka, shop.prefix, shop.eventually)
    await shop.put_live()
    await other.put_live()
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(serving())
        hang = [await stack.enter_async_context(serving(closed=True)) for _ in range(MAX_FETCHES + 2)]
        await fed(shop, *(one.add("/a.png") for one in hang))

        async def are_asked() -> bool:
            return sum(one.at_once for one in hang) == MAX_FETCHES_PER_OWNER

        await shop.eventually(are_asked, within=30, what="the servers that hang")
        await fed(other, site.add("/a.png"))
        await ours(other, 1)
        assert sum(one.at_once for one in hang) == MAX_FETCHES_PER_OWNER
        for one in hang:
            one.open.set()
        await ours(shop, len(hang))


@pytest.mark.parametrize(
    "address", ["https://[x/a.jpg", "https://a.example:x/a.jpg", "http://a..example/a.jpg"]
)
async def test_an_address_that_cannot_be_read_is_told_and_does_not_stop_the_feed(
    shop: Shop, address: str
) -> None:
    await shop.put_live()
    assert await fed(shop, address) == "accepted"
    [found] = await told(shop, "given_up")
    assert found["url"] == address


async def test_a_picture_that_the_owner_uploaded_is_shown_at_once_and_not_fetched(shop: Shop) -> None:
    await shop.put_live()
    sent = {**shop.as_owner, "Content-Type": "image/png"}
    async with shop.service.http.post(
        f"{shop.service.url}/v1/owner/media", data=a_picture(), headers=sent
    ) as answer:
        url = (await answer.json())["url"]
    assert await fed(shop, url) == "accepted"
    assert await images_of(shop) == [url]
    assert await fed(shop, url) == "unchanged"
    await at_rest(shop)
    assert await news(shop, "FeedPictureTried") == []


async def test_a_picture_that_nobody_uploaded_refuses_its_line(shop: Shop) -> None:
    await shop.put_live()
    assert await fed(shop, f"/media/pictures/{secrets.token_hex(32)}/1280.webp") == "rejected"
    [refused] = await news(shop, "FeedProductApplied")
    assert [reason["field"] for reason in refused["reasons"]] == ["images[0]"]
