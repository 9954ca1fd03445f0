"""A rebuild replaces the index while search answers."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from search_support.client import HostClient, Publish, RunSearch, current_generation
from search_support.engines import MODELS
from search_support.events import product, program, stock

from anchorage_cli.main import main as anchorage
from anchorage_cli.search import DONE, FAILED, UNKNOWN
from contracts.topics import ACCOUNTS, ENGAGEMENT, MINI_PROGRAMS, PRODUCTS, STOCK_LEVELS
from runtime.kafka.publisher import Publisher, Record
from search.adapters.stream_follower import StreamFollower
from search.settings import Settings
from support.events import records_of
from support.eventually import Eventually

pytestmark = pytest.mark.timeout(180)


async def test_a_rebuild_makes_the_same_index_while_the_old_one_answers(
    run_search: RunSearch, publish: Publish, settings: Settings, eventually: Eventually
) -> None:
    await publish(program(), *(product(f"p{n}", f"松果台灯 {n}") for n in range(30)), stock("p3", 0, 1))
    async with run_search() as client:
        before = await client.products("台灯")
        folder = current_generation(settings)
        assert await client.start_rebuild() == 202
        assert await client.start_rebuild(scope="host") == 403
        while current_generation(settings) == folder:
            assert await client.products("台灯") == before
        await eventually(
            lambda: (
                [f.name for f in settings.search_dir.iterdir() if f.is_dir()]
                == [current_generation(settings)]
            )
        )
        assert set(await client.products("台灯")) == set(before)
        await publish(product("p99", "松果台灯 崭新"))
        await eventually(lambda: _found_new(client), within=5, what="events after the rebuild")


async def _found_new(client: HostClient) -> bool:
    return "p99" in await client.products("崭新")


async def test_the_command_follows_a_rebuild_to_the_swap_and_reports_its_outcome(
    run_search: RunSearch,
    publish: Publish,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def token(_: web.Request) -> web.Response:
        return web.json_response(
            {"access_token": client.issuer.headers("ops")["Authorization"].removeprefix("Bearer ")}
        )

    identity = web.Application()
    identity.router.add_post("/v1/token", token)
    monkeypatch.setenv("ANCHORAGE_OPS_CLIENT_ID", "o")
    monkeypatch.setenv("ANCHORAGE_OPS_CLIENT_SECRET", "s")
    await publish(program(), *(product(f"p{n}", f"松果台灯 {n}") for n in range(30)))
    async with run_search() as client, TestServer(identity) as gateway:
        folder = current_generation(settings)
        address = str(gateway.make_url("")).rstrip("/")
        arguments = ["search", "rebuild", "--gateway", address, "--search", client.url]
        assert await asyncio.to_thread(anchorage, arguments) == DONE
        assert current_generation(settings) != folder
        assert "the new index answers: 30 products" in capsys.readouterr().out
        monkeypatch.setattr(StreamFollower, "run", _broken)
        assert await asyncio.to_thread(anchorage, arguments) == FAILED
        assert "No space left on device" in capsys.readouterr().err
        assert len(await client.products("台灯")) == 30
        assert await asyncio.to_thread(anchorage, [*arguments[:-1], "http://127.0.0.1:1"]) == UNKNOWN


async def _broken(_: StreamFollower) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


async def test_a_poison_record_is_dead_lettered_once_and_the_rest_is_applied(
    run_search: RunSearch, publish: Publish, settings: Settings, eventually: Eventually
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
    await publish(program(), product("p1", "松果台灯"))
    async with run_search() as client:
        assert await client.products("台灯") == ["p1"]

        async def letters() -> bool:
            counts = [len(await records_of(settings.kafka, settings.topic(f"{t}.dlq"))) for t in topics]
            assert counts == [2] * 5
            return True

        await eventually(letters, within=20, what="two dead letters in each topic")
        folder = current_generation(settings)
        await client.start_rebuild()
        await eventually(lambda: current_generation(settings) != folder, within=20)
        assert await letters(), "a rebuild dead-letters nothing again"


if MODELS:

    async def test_with_models_a_product_is_found_by_its_meaning_also_after_a_rebuild(
        run_search: RunSearch, settings: Settings, publish: Publish, eventually: Eventually
    ) -> None:
        await publish(program(), product("p1", "Grey couch"), product("p2", "Bread knife"))
        with_models = settings.model_copy(update={"search_hybrid": Path(str(MODELS))})
        async with run_search(with_models) as client:

            async def found() -> bool:
                _, body = await client.get("/v1/search", q="sofa")
                return [(p["product_id"], p["why"]) for p in body["products"]] == [("p1", "like_in_meaning")]

            await eventually(found, within=20)
            folder = current_generation(settings)
            await client.start_rebuild()
            while current_generation(settings) == folder:
                assert await found()
            assert await found(), "the new index takes over the vectors"
        async with run_search() as client:
            assert await client.products("sofa") == []
            assert await client.products("couch") == ["p1"]
