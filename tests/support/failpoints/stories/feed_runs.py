"""Runs of feeds, from the file to the pictures, whichever process ends when."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from aiohttp import web
from bson import ObjectId
from PIL import Image

from support.eventually import eventually
from support.failpoints.stories.shop import Shop, open_shop
from support.failpoints.world import World

HEADER = "id,title,price,product_type,image_link,quantity\n"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
SLOW_SECONDS = 7.0
"""Longer than a claim goes on before it is renewed."""
PICTURES_SECONDS = 150
"""A claim of a picture runs out after a minute."""


@dataclass
class Site:
    """A shop's own server: a feed with a tag, and pictures by path; what it does not have is 404."""

    feed: bytes = b""
    pictures: dict[str, bytes] = field(default_factory=dict)
    url: str = ""
    slow: float = 0
    """Seconds before a picture is answered."""

    async def answer_feed(self, request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == '"1"':
            return web.Response(status=304)
        return web.Response(body=self.feed, headers={"ETag": '"1"'})

    async def answer_picture(self, request: web.Request) -> web.Response:
        await asyncio.sleep(self.slow)
        found = self.pictures.get(request.match_info["name"])
        return web.Response(body=found) if found is not None else web.Response(status=404)

    def add(self, name: str, colour: int) -> None:
        file = BytesIO()
        Image.new("RGB", (40, 40), (colour, colour, colour)).save(file, "PNG")
        self.pictures[name] = file.getvalue()


async def feed_is_run(world: World) -> None:
    """An uploaded feed is applied whole and counted once; what is wrong is in the report once, and its end is told once."""
    shop, other = await open_shop(world), await open_shop(world)
    feed = await _created(shop, mode="full", max_rejected_percent=50)
    feed = await _ask(shop, "PATCH", f"/{feed['feed_id']}", {"name": "All products"})
    new = f"{shop.product_id}-new"
    lines = [
        f"{new},New,5.00 CNY,Tea,https://shop.example/b.png,3",
        f"{other.product_id},Taken,5.00 CNY,Tea,https://shop.example/b.png,3",
        f"{shop.product_id}-wrong,Wrong,free,Tea,https://shop.example/b.png,3",
    ]
    file = (HEADER + "\n".join(lines) + "\n").encode()
    started = [await _started(shop, feed, file, "?allow_mass_removal=true") for _ in range(2)]
    run_id = started[0]
    assert started[1] == run_id
    run = await _ended(shop, feed, run_id)
    assert _counts(run) == {"lines": 3, "accepted": 1, "unchanged": 0, "rejected": 2, "removed": 1}, run
    wrong = [(int(entry["line"]), entry["field"]) for entry in await _report(shop, feed, run_id)]
    assert [entry for entry in wrong if entry[1] != "image_link"] == [(3, "id"), (4, "price")], wrong
    view = await world.call("catalog", "GET", f"{shop.program_path}/products/{new}", headers=shop.owner)
    assert [(sku["price"]["amount"], sku["available"]) for sku in view["skus"]] == [(500, 3)]
    old = await world.call("catalog", "GET", shop.product_path, headers=shop.owner)
    assert old["listed"] is False
    await _told_once(world, run_id)


async def feed_pictures_follow(world: World) -> None:
    """Pictures come after their products; one that failed is in the report until it has come."""
    shop = await open_shop(world)
    feed = await _created(shop)
    async with _serving() as site:
        site.add("good.png", 10)
        images = f"{site.url}/good.png {site.url}/late.png"
        file = (HEADER + f"{shop.product_id}-p,Fed,77.00 CNY,Tea,{images},1\n").encode()
        first = await _started(shop, feed, file, key="pictures-1")
        assert _counts(await _ended(shop, feed, first))["accepted"] == 1
        await _pictures(shop, 1)
        await eventually(lambda: _named(shop, feed, first, ["image_link"]), PICTURES_SECONDS, "the failure")
        site.add("late.png", 20)
        second = await _started(shop, feed, file, key="pictures-2")
        await _ended(shop, feed, second)
        await _pictures(shop, 2)
        await eventually(lambda: _named(shop, feed, second, []), PICTURES_SECONDS, "an empty report")


async def feed_picture_is_slow(world: World) -> None:
    """A claim is kept while a server takes its time."""
    shop = await open_shop(world)
    feed = await _created(shop)
    async with _serving() as site:
        site.add("slow.png", 30)
        site.slow = SLOW_SECONDS
        file = (HEADER + f"{shop.product_id}-p,Fed,77.00 CNY,Tea,{site.url}/slow.png,1\n").encode()
        await _ended(shop, feed, await _started(shop, feed, file))
        await _pictures(shop, 1)


async def feed_is_fetched(world: World) -> None:
    """A feed with a schedule runs by itself, once; an unchanged file is not applied again."""
    shop = await open_shop(world)
    async with _serving() as site:
        product = f"{shop.product_id}-s"
        site.feed = (HEADER + f"{product},Fed,77.00 CNY,Tea,https://shop.example/a.png,1\n").encode()
        feed = await _created(shop, url=f"{site.url}/feed", every="P1D")

        async def has_run() -> Any:
            found = await world.db("feeds")["runs"].find({"feed_id": feed["feed_id"]}).to_list()
            assert [run["status"] for run in found] == ["done"], found
            return found

        [run] = await world.until(has_run, "the scheduled run")
        assert run["counts"]["accepted"] == 1

        async def is_known() -> bool:
            assert await world.db("feeds")["fetched"].find_one({"_id": feed["feed_id"]})
            return True

        await world.until(is_known, "the tag of the file")
        again = await _ended(shop, feed, await _started(shop, feed, None, key="fetched"))
        assert (again["status"], again["lines"]) == ("done", 0), again
        await _told_once(world, run["_id"])


async def feed_run_is_cancelled(world: World) -> None:
    """A cancelled run ends once, and nothing of it is applied afterwards."""
    shop = await open_shop(world)
    feed = await _created(shop)
    file = (HEADER + f"{shop.product_id}-c,Fed,77.00 CNY,Tea,https://shop.example/a.png,1\n").encode()
    with world.frozen("catalog"):
        run_id = await _started(shop, feed, file, key="cancelled")
        cancelled = await _ask(shop, "DELETE", f"/{feed['feed_id']}/runs/{run_id}")
    assert cancelled["status"] == "cancelled"
    assert (await _ended(shop, feed, run_id))["status"] == "cancelled"
    await _told_once(world, run_id)


async def feeds_forget_interrupted_uploads(world: World) -> None:
    """What uploads have left that a crash interrupted goes when the service works again."""
    db = world.db("feeds")
    part = {"_id": ObjectId.from_datetime(LONG_AGO), "files_id": "left", "n": 0, "data": b"x"}
    await db["files.chunks"].replace_one({"_id": part["_id"]}, part, upsert=True)
    await db["files.files"].replace_one({"_id": "left"}, {"uploadDate": LONG_AGO, "length": 1}, upsert=True)
    await world.restart("feeds")

    async def is_gone() -> bool:
        assert not await db["files.chunks"].find_one({"files_id": "left"})
        assert not await db["files.files"].find_one({"_id": "left"})
        return True

    await world.until(is_gone, "what an upload has left is gone")


async def _ask(shop: Shop, method: str, path: str = "", body: Any = None, **more: Any) -> Any:
    feeds = f"{shop.program_path}/feeds"
    headers = {**shop.owner, **more.pop("headers", {})}
    return await shop.world.call("feeds", method, feeds + path, body, headers=headers, **more)


async def _created(shop: Shop, **terms: Any) -> dict[str, Any]:
    """A feed; a second one if a process ended right after it had made one. Feeds knows the shop before."""
    db = shop.world.db("feeds")

    async def is_known() -> bool:
        assert await db["mini_programs"].find_one({"_id": shop.mini_program_id})
        assert await db["products"].find_one({"_id": shop.product_id, "listed": True})
        return True

    await shop.world.until(is_known, "feeds knows the shop")
    body = {"name": "All", "format": "csv", "mode": "incremental"} | terms
    return dict(await _ask(shop, "POST", body=body))


async def _started(
    shop: Shop, feed: dict[str, Any], file: bytes | None, query: str = "", key: str = "run"
) -> str:
    headers = {"Content-Type": "text/csv"} if file is not None else {}
    path = f"/{feed['feed_id']}/runs{query}"
    run = await _ask(shop, "POST", path, key=key, headers=headers, **({"data": file} if file else {}))
    return str(run["run_id"])


async def _ended(shop: Shop, feed: dict[str, Any], run_id: str) -> dict[str, Any]:
    async def look() -> Any:
        run = await _ask(shop, "GET", f"/{feed['feed_id']}/runs/{run_id}")
        assert run["finished_at"] is not None, run
        return run

    return dict(await shop.world.until(look, f"the end of {run_id}"))


def _counts(run: dict[str, Any]) -> dict[str, int]:
    return {name: run[name] for name in ("lines", "accepted", "unchanged", "rejected", "removed")}


async def _report(shop: Shop, feed: dict[str, Any], run_id: str) -> list[dict[str, Any]]:
    answer = await _ask(shop, "GET", f"/{feed['feed_id']}/runs/{run_id}/report?format=csv")
    return list(csv.DictReader(str(answer).lstrip("\ufeff").splitlines()))


async def _named(shop: Shop, feed: dict[str, Any], run_id: str, fields: list[str]) -> bool:
    report = await _report(shop, feed, run_id)
    assert [entry["field"] for entry in report] == fields, report
    return True


async def _pictures(shop: Shop, number: int) -> None:
    """The product that was fed has so many pictures, all of them ours."""
    path = f"{shop.program_path}/products/{shop.product_id}-p"

    async def are_there() -> bool:
        images = (await shop.world.call("catalog", "GET", path, headers=shop.owner))["images"]
        assert len(images) == number, images
        assert all(url.startswith("/media/pictures/") for url in images), images
        return True

    await eventually(are_there, PICTURES_SECONDS, f"{number} pictures")


async def _told_once(world: World, run_id: str) -> None:
    async def is_told() -> bool:
        assert await world.published("feeds", run_id=run_id) == ["FeedRunFinished"]
        return True

    await world.until(is_told, f"the end of {run_id} is told once")


@asynccontextmanager
async def _serving() -> AsyncIterator[Site]:
    site, app = Site(), web.Application()
    app.router.add_get("/feed", site.answer_feed)
    app.router.add_get("/{name}", site.answer_picture)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield site
    finally:
        await runner.cleanup()


STORIES = (
    feed_is_run,
    feed_pictures_follow,
    feed_picture_is_slow,
    feed_is_fetched,
    feed_run_is_cancelled,
    feeds_forget_interrupted_uploads,
)
