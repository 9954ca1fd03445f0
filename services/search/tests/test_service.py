"""A running search on real Kafka: it learns everything from the streams, at once, and goes on where it was."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from anchorage_cli.search import DONE, FAILED, UNKNOWN
from anchorage_cli.search import main as search_command
from contracts.catalog import (
    Category,
    MiniProgramPublished,
    MiniProgramSuspended,
    Owner,
    ProductChanged,
    ProductDelisted,
    ProductListed,
    SkuState,
    StockLevelChanged,
)
from contracts.engagement import SearchPerformed
from contracts.event import Event
from contracts.identity import AccountSettledIn
from contracts.money import cny
from contracts.terms import CommissionTerms
from contracts.topics import ACCOUNTS, ENGAGEMENT, MINI_PROGRAMS, PRODUCTS, STOCK_LEVELS
from runtime.ids import random_id
from runtime.kafka.publisher import Publisher, Record
from runtime.kafka.topics import ensure_topics
from search.adapters.streams import Streams
from search.app import build_app
from search.settings import Settings
from support.events import records_of, tell
from support.eventually import Eventually
from support.issuer import Issuer

MODELS = os.environ.get("ANCHORAGE_TEST_SEARCH_MODELS")
TERMS = CommissionTerms(platform_bp=500, creator_bp=1000, terms_version=1)
PROGRAM = "songguo001"
pytestmark = pytest.mark.timeout(180)


def program(version: int = 1, **more: Any) -> MiniProgramPublished:
    fields = {
        "mini_program_id": PROGRAM, "name": "松果优选", "name_en": "Pine Cone Select",
        "slogan": "慢慢选", "slogan_en": "No hurry",
        "owner": Owner(owner_id="o1", name="松果", name_en="Pine Cone", kind="brand"), "category": "e-commerce", "logo_url": "/l.png",
        "hosts": ("app",), "state": "published", "categories": (Category(category_id="lamps", name="灯具"),),
        "terms": TERMS, "version": version,
    }  # fmt: skip
    return MiniProgramPublished(**(fields | more))


def product(product_id: str, title: str, version: int = 1, **more: Any) -> ProductListed:
    fields = {
        "product_id": product_id, "mini_program_id": PROGRAM, "title": title, "category_id": "lamps", "images": ("/i.png",),
        "skus": (SkuState(sku_id=f"{product_id}-s", attributes={}, price=cny(9900)),), "terms": TERMS, "version": version,
    }  # fmt: skip
    return ProductListed(**(fields | more))


def stock(product_id: str, available: int, version: int) -> StockLevelChanged:
    return StockLevelChanged(
        sku_id=f"{product_id}-s",
        product_id=product_id,
        mini_program_id=PROGRAM,
        available=available,
        version=version,
    )


@dataclass
class Asker:
    """Speaks to a running search as a host."""

    url: str
    http: aiohttp.ClientSession
    issuer: Issuer

    async def get(self, path: str, host: str = "app", **params: str) -> tuple[int, Any]:
        headers = self.issuer.headers("host", host_id=host)
        async with self.http.get(self.url + path, params=params, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)

    async def products(self, q: str) -> list[str]:
        status, body = await self.get("/v1/search", q=q, limit="100")
        assert status == 200, body
        return [p["product_id"] for p in body["products"]]


Running = Callable[[], Any]
Tell = Callable[..., Awaitable[None]]


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    async with Issuer().serving() as serving:
        yield serving


@pytest.fixture
async def settings(kafka_bootstrap: str, prefix: str, tmp_path: Path, issuer: Issuer) -> Settings:
    await ensure_topics(
        kafka_bootstrap, prefix, (MINI_PROGRAMS, ACCOUNTS, PRODUCTS, STOCK_LEVELS, ENGAGEMENT)
    )
    return Settings(kafka=kafka_bootstrap, prefix=prefix, search_dir=tmp_path, identity_url=issuer.url)


@pytest.fixture
def running(settings: Settings, issuer: Issuer) -> Running:
    @asynccontextmanager
    async def run() -> AsyncIterator[Asker]:
        service = build_app(settings)
        async with service.running(), aiohttp.ClientSession() as http:
            yield Asker(service.url, http, issuer)

    return run


@pytest.fixture
def say(settings: Settings) -> Tell:
    async def said(*events: Event) -> None:
        await tell(settings.kafka, settings.prefix, *events)

    return said


async def test_what_is_published_is_found_within_a_second(
    running: Running, say: Tell, eventually: Eventually
) -> None:
    await say(
        product("p1", "松果台灯"),
        stock("p1", 3, 1),
        program(),
        AccountSettledIn(account_id="a1", host_id="app", name="松果优选", kind="merchant", version=1),
    )
    async with running() as asker:
        status, body = await asker.get("/v1/search", q="松果优选")
        assert (status, [r["kind"] for r in body["results"]]) == (200, ["mini_program", "product", "account"])
        assert body["results"][0] | {"why": ""} == {
            "kind": "mini_program", "result_id": "", "why": "", "mini_program_id": PROGRAM, "name": "松果优选",
            "name_en": "Pine Cone Select", "owner": {"owner_id": "o1", "name": "松果", "name_en": "Pine Cone", "kind": "brand"},
            "logo_url": "/l.png", "slogan": "慢慢选", "slogan_en": "No hurry", "category": "e-commerce", "sponsored": False,
        }  # fmt: skip
        assert body["products"][0]["price"] == {"amount": 9900, "currency": "CNY"}
        delays = []
        for n in range(5):
            told = time.monotonic()
            await say(product(f"n{n}", f"全新落地灯 {n}"))
            await eventually(partial(_is_found, asker, f"n{n}"), within=5, what="the new product")
            delays.append(time.monotonic() - told)
        assert sorted(delays)[2] < 1.0, delays
        await say(product("n0", "全新落地灯 0", version=2, listed=False))
        await say(MiniProgramSuspended(**program(version=2, state="suspended").model_dump()))
        await eventually(lambda: _answers(asker, "松果优选", []), within=5, what="the suspension")


async def _is_found(asker: Asker, product_id: str) -> bool:
    return product_id in await asker.products("全新落地灯")


async def _answers(asker: Asker, q: str, kinds: list[str]) -> bool:
    _, body = await asker.get("/v1/search", q=q)
    return [r["kind"] for r in body["results"] if r["kind"] != "account"] == kinds


async def test_a_restart_reads_only_what_is_new(
    running: Running, say: Tell, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    await say(program(), product("p1", "松果台灯"), product("p2", "松果壁灯"))
    async with running() as asker:
        assert set(await asker.products("灯")) == {"p1", "p2"}
    await say(
        ProductDelisted(**product("p1", "松果台灯", 2, listed=False).model_dump()), product("p3", "松果吊灯")
    )
    async with running() as asker:
        assert set(await asker.products("灯")) == {"p2", "p3"}


async def test_only_the_own_offsets_say_where_to_go_on(
    running: Running, say: Tell, settings: Settings
) -> None:
    """Two replicas with folders of their own see everything; neither has joined a group."""
    await say(program(), product("p1", "松果台灯"))
    async with running() as first:
        other = settings.model_copy(update={"search_dir": settings.search_dir / "other"})
        service = build_app(other)
        async with service.running(), aiohttp.ClientSession() as http:
            second = Asker(service.url, http, first.issuer)
            assert await first.products("台灯") == await second.products("台灯") == ["p1"]


async def test_a_rebuild_makes_the_same_index_beside_the_live_one(
    running: Running, say: Tell, settings: Settings, eventually: Eventually
) -> None:
    await say(program(), *(product(f"p{n}", f"松果台灯 {n}") for n in range(30)), stock("p3", 0, 1))
    async with running() as asker:
        before = await asker.products("台灯")
        folder = (settings.search_dir / "current").read_text()
        headers = asker.issuer.headers("ops")
        async with asker.http.post(f"{asker.url}/v1/ops/search/rebuild", headers=headers) as answer:
            assert answer.status == 202
        async with asker.http.post(
            f"{asker.url}/v1/ops/search/rebuild", headers=asker.issuer.headers("host")
        ) as refused:
            assert refused.status == 403
        while (settings.search_dir / "current").read_text() == folder:
            assert await asker.products("台灯") == before
        await eventually(
            lambda: (
                [f.name for f in settings.search_dir.iterdir() if f.is_dir()]
                == [(settings.search_dir / "current").read_text()]
            )
        )
        assert set(await asker.products("台灯")) == set(before)
        await say(product("p99", "松果台灯 崭新"))
        await eventually(lambda: _found_new(asker), within=5, what="events after the rebuild")


async def test_the_command_follows_a_rebuild_to_the_swap_and_says_how_it_ended(
    running: Running,
    say: Tell,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def token(_: web.Request) -> web.Response:
        return web.json_response(
            {"access_token": asker.issuer.headers("ops")["Authorization"].removeprefix("Bearer ")}
        )

    identity = web.Application()
    identity.router.add_post("/v1/token", token)
    monkeypatch.setenv("ANCHORAGE_OPS_CLIENT_ID", "o")
    monkeypatch.setenv("ANCHORAGE_OPS_CLIENT_SECRET", "s")
    await say(program(), *(product(f"p{n}", f"松果台灯 {n}") for n in range(30)))
    async with running() as asker, TestServer(identity) as gateway:
        folder = (settings.search_dir / "current").read_text()
        asked = ["rebuild", "--gateway", str(gateway.make_url("")).rstrip("/"), "--search", asker.url]
        assert await asyncio.to_thread(search_command, asked) == DONE
        assert (settings.search_dir / "current").read_text() != folder
        assert "the new index answers: 30 products" in capsys.readouterr().out
        monkeypatch.setattr(Streams, "run", _broken)
        assert await asyncio.to_thread(search_command, asked) == FAILED
        assert "RuntimeError: no disk" in capsys.readouterr().err
        assert len(await asker.products("台灯")) == 30
        assert await asyncio.to_thread(search_command, [*asked[:-1], "http://127.0.0.1:1"]) == UNKNOWN


async def _broken(_: Streams) -> None:
    raise RuntimeError("no disk")


async def _found_new(asker: Asker) -> bool:
    return "p99" in await asker.products("崭新")


async def test_a_poison_record_goes_to_the_dead_letters_and_the_rest_flows_on(
    running: Running, say: Tell, settings: Settings, eventually: Eventually
) -> None:
    topics = [t.name for t in (MINI_PROGRAMS, ACCOUNTS, PRODUCTS, STOCK_LEVELS, ENGAGEMENT)]
    publisher = Publisher(settings.kafka)
    for topic in topics:
        name = settings.topic(topic)
        await publisher.publish([
            Record(name, b"k", b"\xff{not json", (("ce_type", b"anchorage.ProductListed.v1"),)),
            Record(name, b"k", b"{}", ()),
        ])  # fmt: skip
    await publisher.stop()
    await say(program(), product("p1", "松果台灯"))
    async with running() as asker:
        assert await asker.products("台灯") == ["p1"]

        async def letters() -> bool:
            counts = [len(await records_of(settings.kafka, settings.topic(f"{t}.dlq"))) for t in topics]
            assert counts == [2] * 5
            return True

        await eventually(letters, within=20, what="two letters a topic")
        async with asker.http.post(f"{asker.url}/v1/ops/search/rebuild", headers=asker.issuer.headers("ops")):
            pass
        folder = (settings.search_dir / "current").read_text()
        await eventually(lambda: (settings.search_dir / "current").read_text() != folder, within=20)
        assert await letters(), "a rebuild sends no letter again"


if MODELS:

    async def test_with_models_a_product_is_found_by_its_meaning_also_after_a_rebuild_and_not_without_them(
        settings: Settings, issuer: Issuer, say: Tell, eventually: Eventually
    ) -> None:
        await say(program(), product("p1", "Grey couch"), product("p2", "Bread knife"))

        @asynccontextmanager
        async def run(folder: Path | None) -> AsyncIterator[Asker]:
            service = build_app(settings.model_copy(update={"search_hybrid": folder}))
            async with service.running(), aiohttp.ClientSession() as http:
                yield Asker(service.url, http, issuer)

        async with run(Path(str(MODELS))) as asker:

            async def found() -> bool:
                _, body = await asker.get("/v1/search", q="sofa")
                return [(p["product_id"], p["why"]) for p in body["products"]] == [("p1", "like_in_meaning")]

            await eventually(found, within=20)
            folder = (settings.search_dir / "current").read_text()
            async with asker.http.post(
                f"{asker.url}/v1/ops/search/rebuild", headers=asker.issuer.headers("ops")
            ):
                pass
            while (settings.search_dir / "current").read_text() == folder:
                assert await found()
            assert await found(), "a new index takes over what was read"
        async with run(None) as asker:
            assert await asker.products("sofa") == []
            assert await asker.products("couch") == ["p1"]


async def test_an_erased_key_is_gone(
    running: Running, say: Tell, settings: Settings, eventually: Eventually
) -> None:
    await say(
        program(),
        product("p1", "松果台灯"),
        AccountSettledIn(account_id="a1", host_id="app", name="松果迷", kind="creator", version=1),
    )
    async with running() as asker:
        assert await asker.products("台灯") == ["p1"]
        publisher = Publisher(settings.kafka)
        await publisher.publish([
            Record(settings.topic("products"), b"p1", None, ()),
            Record(settings.topic("accounts"), b"a1", None, ()),
        ])  # fmt: skip
        await publisher.stop()

        async def gone() -> bool:
            _, body = await asker.get("/v1/search", q="松果迷")
            return not await asker.products("台灯") and not body["accounts"]

        await eventually(gone, within=10)


async def test_popular_queries_need_several_known_viewers(
    running: Running, say: Tell, eventually: Eventually
) -> None:
    def searched(query: str, viewer: str, **more: Any) -> SearchPerformed:
        fields = {"viewer": viewer, "host_id": "app", "search_id": random_id(), "query": query, "results": ()}
        return SearchPerformed(**({"viewer_is_known": True} | fields | more))

    await say(
        *(searched("秘密", "same-viewer") for _ in range(9)),
        *(searched("匿名者的话", random_id(), viewer_is_known=False) for _ in range(9)),
        *(searched("店内", random_id(), mini_program_id=PROGRAM) for _ in range(9)),
        *(searched("露营灯", random_id()) for _ in range(5)),
    )
    async with running() as asker:

        async def suggestions(q: str) -> list[dict[str, str]]:
            status, body = await asker.get("/v1/search/suggestions", q=q)
            assert status == 200
            return list(body["items"])

        assert await suggestions("露") == [{"text": "露营灯", "text_en": "", "kind": "query"}]
        for of_one_viewer_of_nobody_or_in_one_store in ("秘", "匿", "店"):
            assert await suggestions(of_one_viewer_of_nobody_or_in_one_store) == []


async def test_the_calls_answer_in_the_shapes_of_the_api(running: Running, say: Tell) -> None:
    await say(program(), *(product(f"p{n}", f"Desk lamp {n}") for n in range(25)), stock("p1", 0, 1))
    async with running() as asker:
        path = f"/v1/mini-programs/{PROGRAM}/search"
        status, body = await asker.get(path, q="desk lamp", limit="10")
        assert (status, len(body["items"]), body["items"][0]["kind"]) == (200, 10, "product")
        assert body["facets"]["category"] == [{"value": "lamps", "name": "灯具", "count": 25}]
        status, following = await asker.get(path, q="desk lamp", limit="10", cursor=body["next_cursor"])
        assert status == 200
        assert not {i["product_id"] for i in body["items"]} & {i["product_id"] for i in following["items"]}
        status, body = await asker.get(path, q="", in_stock="false")
        assert [i["product_id"] for i in body["items"]] == ["p1"]
        assert (await asker.get(path, host="elsewhere", q="lamp"))[0] == 404
        assert (await asker.get("/v1/mini-programs/nowhere01/search", q="lamp"))[0] == 404
        for params, code in [
            ({"q": ""}, "empty_query"), ({"q": "x" * 5000}, "query_too_long"), ({"q": "a", "cursor": "AAAA"}, "bad_cursor"),
            ({"q": "a", "limit": "101"}, "invalid_content"), ({}, "invalid_content"), ({"q": "a", "wat": "1"}, "invalid_content"),
        ]:  # fmt: skip
            status, body = await asker.get("/v1/search", **params)
            assert (status, body["code"]) == (422, code), params
        viewer = asker.issuer.viewer(PROGRAM, "o1", host_id="app")
        async with asker.http.get(asker.url + path, params={"q": "lamp"}, headers=viewer) as answer:
            assert answer.status == 200
        other = asker.issuer.viewer("another001", "o1", host_id="app")
        async with asker.http.get(asker.url + path, params={"q": "lamp"}, headers=other) as answer:
            assert answer.status == 404
        async with asker.http.get(f"{asker.url}/v1/search", params={"q": "lamp"}) as answer:
            assert answer.status == 401
        async with asker.http.get(f"{asker.url}/readyz") as answer:
            assert answer.status == 200


async def test_a_changed_product_is_found_by_its_new_words_only(
    running: Running, say: Tell, eventually: Eventually
) -> None:
    await say(program(), product("p1", "松果台灯"))
    async with running() as asker:
        await say(ProductChanged(**product("p1", "Walnut chessboard", 2).model_dump()))

        async def changed() -> bool:
            return "p1" in await asker.products("chessboard") and not await asker.products("台灯")

        await eventually(changed, within=5)
