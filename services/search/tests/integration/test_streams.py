"""A running search follows the streams, and continues after a restart where it stopped."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import pytest
from search_support.client import HostClient, Publish, RunSearch
from search_support.events import PROGRAM, product, program, stock

from contracts.catalog import MiniProgramSuspended, ProductChanged, ProductDelisted
from contracts.engagement import SearchPerformed
from contracts.identity import AccountSettledIn
from runtime.ids import random_id
from runtime.kafka.publisher import Publisher, Record
from search.settings import Settings
from support.eventually import Eventually

pytestmark = pytest.mark.timeout(180)


async def test_a_published_product_is_found_within_a_second(
    run_search: RunSearch, publish: Publish, eventually: Eventually
) -> None:
    await publish(
        product("p1", "松果台灯"),
        stock("p1", 3, 1),
        program(),
        AccountSettledIn(account_id="a1", host_id="app", name="松果优选", kind="merchant", version=1),
    )
    async with run_search() as client:
        status, body = await client.get("/v1/search", q="松果优选")
        assert (status, [r["kind"] for r in body["results"]]) == (200, ["mini_program", "product", "account"])
        assert body["results"][0] | {"why": ""} == {
            "kind": "mini_program", "result_id": "", "why": "", "mini_program_id": PROGRAM, "name": "松果优选",
            "name_en": "Pine Cone Select", "owner": {"owner_id": "o1", "name": "松果", "name_en": "Pine Cone", "kind": "brand"},
            "logo_url": "/l.png", "slogan": "慢慢选", "slogan_en": "No hurry", "category": "e-commerce", "sponsored": False,
        }  # fmt: skip
        assert body["products"][0]["price"] == {"amount": 9900, "currency": "CNY"}
        delays = []
        for n in range(5):
            published = time.monotonic()
            await publish(product(f"n{n}", f"全新落地灯 {n}"))
            await eventually(partial(_is_found, client, f"n{n}"), within=5, what="the new product")
            delays.append(time.monotonic() - published)
        assert sorted(delays)[2] < 1.0, delays
        await publish(product("n0", "全新落地灯 0", version=2, listed=False))
        await publish(MiniProgramSuspended(**program(version=2, state="suspended").model_dump()))
        await eventually(lambda: _answers(client, "松果优选", []), within=5, what="the suspension")


async def _is_found(client: HostClient, product_id: str) -> bool:
    return product_id in await client.products("全新落地灯")


async def _answers(client: HostClient, q: str, kinds: list[str]) -> bool:
    _, body = await client.get("/v1/search", q=q)
    return [r["kind"] for r in body["results"] if r["kind"] != "account"] == kinds


async def test_a_restart_applies_what_was_published_in_between(
    run_search: RunSearch, publish: Publish
) -> None:
    await publish(program(), product("p1", "松果台灯"), product("p2", "松果壁灯"))
    async with run_search() as client:
        assert set(await client.products("灯")) == {"p1", "p2"}
    await publish(
        ProductDelisted(**product("p1", "松果台灯", 2, listed=False).model_dump()), product("p3", "松果吊灯")
    )
    async with run_search() as client:
        assert set(await client.products("灯")) == {"p2", "p3"}


async def test_each_replica_reads_everything_from_offsets_of_its_own(
    run_search: RunSearch, publish: Publish, settings: Settings
) -> None:
    await publish(program(), product("p1", "松果台灯"))
    async with run_search() as first:
        other = settings.model_copy(update={"search_dir": settings.search_dir / "other"})
        async with run_search(other) as second:
            assert await first.products("台灯") == await second.products("台灯") == ["p1"]


async def test_an_erased_product_and_account_are_gone(
    run_search: RunSearch, publish: Publish, settings: Settings, eventually: Eventually
) -> None:
    await publish(
        program(),
        product("p1", "松果台灯"),
        AccountSettledIn(account_id="a1", host_id="app", name="松果迷", kind="creator", version=1),
    )
    async with run_search() as client:
        assert await client.products("台灯") == ["p1"]
        publisher = Publisher(settings.kafka)
        await publisher.publish([
            Record(settings.topic("products"), b"p1", None, ()),
            Record(settings.topic("accounts"), b"a1", None, ()),
        ])  # fmt: skip
        await publisher.stop()

        async def gone() -> bool:
            _, body = await client.get("/v1/search", q="松果迷")
            return not await client.products("台灯") and not body["accounts"]

        await eventually(gone, within=10)


async def test_popular_queries_need_several_known_viewers(
    run_search: RunSearch, publish: Publish, eventually: Eventually
) -> None:
    def searched(query: str, viewer: str, **more: Any) -> SearchPerformed:
        fields = {"viewer": viewer, "host_id": "app", "search_id": random_id(), "query": query, "results": ()}
        return SearchPerformed(**({"viewer_is_known": True} | fields | more))

    await publish(
        *(searched("秘密", "same-viewer") for _ in range(9)),
        *(searched("匿名者的话", random_id(), viewer_is_known=False) for _ in range(9)),
        *(searched("店内", random_id(), mini_program_id=PROGRAM) for _ in range(9)),
        *(searched("露营灯", random_id()) for _ in range(5)),
    )
    async with run_search() as client:

        async def suggestions(q: str) -> list[dict[str, str]]:
            status, body = await client.get("/v1/search/suggestions", q=q)
            assert status == 200
            return list(body["items"])

        assert await suggestions("露") == [{"text": "露营灯", "text_en": "", "kind": "query"}]
        for of_one_viewer_of_nobody_or_in_one_store in ("秘", "匿", "店"):
            assert await suggestions(of_one_viewer_of_nobody_or_in_one_store) == []


async def test_a_changed_product_is_found_by_its_new_words_only(
    run_search: RunSearch, publish: Publish, eventually: Eventually
) -> None:
    await publish(program(), product("p1", "松果台灯"))
    async with run_search() as client:
        await publish(ProductChanged(**product("p1", "Walnut chessboard", 2).model_dump()))

        async def changed() -> bool:
            return "p1" in await client.products("chessboard") and not await client.products("台灯")

        await eventually(changed, within=5)
