"""kill -9 of feeds and of catalog at random moments while a feed of 2,000 lines is run.

Afterwards no product is half applied, every line is counted once, and all pictures are there. The seed of the moments is
ANCHORAGE_CHAOS_SEED.
"""

from __future__ import annotations

import asyncio
import csv
import os
import random
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from PIL import Image
from pymongo import AsyncMongoClient

from contracts.identity import HostRegistered
from runtime.kafka.topics import ensure_topics
from support.events import records_of, tell, value_of
from support.eventually import Eventually
from support.failpoints.stories.shop import program_body
from support.issuer import Issuer
from support.sandbox import free_port

SEED = int(os.environ.get("ANCHORAGE_CHAOS_SEED", str(random.randrange(10**6))))
KEPT, GONE, NEW, WRONG = 50, 50, 950, 50
"""Products that stay as they are, and that leave; new ones, of two lines each; wrong lines. 2,000 lines in all."""
PICTURES, MOST_KILLS = 40, 8
MISSING = "missing.png"
HEADER = "id,item_group_id,title,price,product_type,image_link,quantity,color\n"

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]


@dataclass
class Processes:
    """Services as processes that are killed and started again."""

    folder: Path
    environment: dict[str, dict[str, str]]
    running: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.environment[service]['ANCHORAGE_PORT']}"

    async def start(self, service: str) -> None:
        with (self.folder / f"{service}.log").open("ab") as log:
            self.running[service] = await asyncio.create_subprocess_exec(
                sys.executable, "-m", service, env=os.environ | self.environment[service], stdout=log, stderr=log
            )  # fmt: skip

    async def end(self, service: str) -> None:
        """kill -9."""
        process = self.running[service]
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
            await process.wait()


@dataclass
class Owner:
    """Calls the services, and repeats what a killed process did not answer."""

    processes: Processes
    http: aiohttp.ClientSession
    headers: dict[str, str]
    eventually: Eventually

    async def call(
        self, service: str, method: str, path: str, *, headers: dict[str, str] | None = None, **sent: Any
    ) -> Any:
        async def answered() -> list[Any]:
            try:
                async with self.http.request(
                    method,
                    self.processes.url(service) + path,
                    headers=self.headers | (headers or {}),
                    **sent,
                ) as answer:
                    content = await (
                        answer.json() if answer.content_type == "application/json" else answer.text()
                    )
            except (aiohttp.ClientError, TimeoutError) as away:
                raise AssertionError(repr(away)) from None
            assert answer.status < 300, (answer.status, content)
            return [content]

        [content] = await self.eventually(answered, within=120, what=f"{method} {path}")
        return content


async def test_no_product_is_half_applied_and_each_line_counts_once_whatever_is_killed(
    tmp_path: Path, kafka_bootstrap: str, mongodb_uri: str, prefix: str, eventually: Eventually
) -> None:
    print(f"seed {SEED}")
    chance, program = random.Random(SEED), f"mp{secrets.token_hex(5)}"
    await ensure_topics(kafka_bootstrap, prefix)
    await tell(kafka_bootstrap, prefix, HostRegistered(version=1, host_id="host1", name="Host"))
    async with (
        Issuer().serving() as issuer,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(30)) as http,
        AsyncMongoClient[dict[str, Any]](mongodb_uri) as mongo,
        _site() as site,
    ):
        processes = Processes(
            tmp_path, _environment(tmp_path, kafka_bootstrap, mongodb_uri, prefix, issuer.url)
        )
        owner = Owner(processes, http, issuer.headers("owner", owner_id="owner1"), eventually)
        try:
            for service in ("feeds", "catalog"):
                await processes.start(service)
            await owner.call(
                "catalog", "PUT", f"/v1/ops/mini-programs/{program}",
                headers=issuer.headers("ops"), json=program_body() | {"owner_id": "owner1"},
            )  # fmt: skip
            feeds = f"/v1/owner/mini-programs/{program}/feeds"
            described = {"name": "All", "format": "csv", "mode": "full"}
            feed = await owner.call("feeds", "POST", feeds, json=described)
            runs = f"{feeds}/{feed['feed_id']}/runs"
            before = await _run(owner, runs, _file(program, site, kept=KEPT, gone=GONE), "before")
            ended = await _ended(owner, f"{runs}/{before}")
            assert (ended["status"], ended["accepted"]) == ("done", KEPT + GONE), ended

            run = await _run(owner, runs, _file(program, site, kept=KEPT, new=NEW, wrong=WRONG), "after")
            killing = asyncio.create_task(_kill(processes, chance))
            ended = await _ended(owner, f"{runs}/{run}", lambda: killing.done() and killing.result())
            killing.cancel()
            counts = {name: ended[name] for name in ("lines", "accepted", "unchanged", "rejected", "removed")}
            assert (ended["status"], counts) == (
                "done",
                {"lines": 2_000, "accepted": 2 * NEW, "unchanged": KEPT, "rejected": WRONG, "removed": GONE},
            ), ended
            db = mongo[f"{prefix}catalog"]
            await eventually(
                lambda: _all_pictures_are_ours(db, program), within=240, what="all pictures but one"
            )
            await _all_is_applied(db, program, run)
            await eventually(
                lambda: _told_once(kafka_bootstrap, prefix, run), within=60, what="the end is told"
            )
            await eventually(
                lambda: _report_is_right(owner, f"{runs}/{run}/report?format=csv"),
                within=60,
                what="the report",
            )
        finally:
            for service in processes.running:
                await processes.end(service)


async def _kill(processes: Processes, chance: random.Random) -> None:
    """One of both services after the other, each back at once, until this is cancelled or they were killed often enough."""
    for number in range(MOST_KILLS):
        victim = ("catalog", "feeds")[number % 2]
        await asyncio.sleep(chance.uniform(0, 1.5 if number < 2 else 6))
        await processes.end(victim)
        await processes.start(victim)
        print(f"killed {victim}")


async def _run(owner: Owner, runs: str, file: bytes, key: str) -> str:
    headers = {"Content-Type": "text/csv", "Idempotency-Key": key}
    return str((await owner.call("feeds", "POST", runs, data=file, headers=headers))["run_id"])


async def _ended(owner: Owner, path: str, check: Callable[[], Any] = lambda: None) -> dict[str, Any]:
    async def look() -> Any:
        check()  # raises what has failed in the meantime
        run = await owner.call("feeds", "GET", path)
        assert run["finished_at"] is not None, run
        return run

    return dict(await owner.eventually(look, within=300, what="the end of the run"))


def _file(program: str, site: str, *, kept: int = 0, gone: int = 0, new: int = 0, wrong: int = 0) -> bytes:
    picture = [f"{site}/{number}.png" for number in range(PICTURES - 1)] + [f"{site}/{MISSING}"]
    lines = [
        f"{program}-{kind}{n},,{kind} {n},5.00 CNY,Tea,{picture[n % PICTURES]},7,\n"
        for kind, count in (("kept", kept), ("gone", gone))
        for n in range(count)
    ]
    lines += [
        f"{program}-new{n}-{colour},{program}-new{n},new {n},{n + 1}.00 CNY,Tea,{picture[n % PICTURES]},{n % 9},{colour}\n"
        for n in range(new)
        for colour in ("red", "blue")
    ]
    lines += [f"{program}-wrong{n},,wrong,free,Tea,{picture[0]},1,\n" for n in range(wrong)]
    return (HEADER + "".join(lines)).encode()


async def _all_pictures_are_ours(db: Any, program: str) -> bool:
    theirs = {"mini_program_id": program, "feed_images": {"$ne": []}, "images": []}
    found = await db["products"].find(theirs, {"feed_images": 1}).to_list()
    named = {url.rpartition("/")[2] for product in found for url in product["feed_images"]}
    assert named == {MISSING}, named
    return True


async def _all_is_applied(db: Any, program: str, run: str) -> None:
    """Every product is on sale with both SKUs and its stock, or is off sale, exactly as the file has it."""
    products = {d["_id"]: d async for d in db["products"].find({"mini_program_id": program})}
    stock = {d["_id"]: d async for d in db["stock"].find({"mini_program_id": program})}
    assert len(products) == KEPT + GONE + NEW
    assert len(stock) == KEPT + GONE + 2 * NEW
    for n in range(NEW):
        product = products[f"{program}-new{n}"]
        skus = {sku["sku_id"]: sku["price"] for sku in product["skus"]}
        assert skus == {f"{program}-new{n}-{colour}": (n + 1) * 100 for colour in ("red", "blue")}
        assert (product["title"], product["listed"], product["feed_run"]) == (f"new {n}", True, run)
        for sku_id in skus:
            assert (stock[sku_id]["available"], stock[sku_id]["adjusted"]) == (n % 9, 0), stock[sku_id]
    assert all(products[f"{program}-kept{n}"]["listed"] for n in range(KEPT))
    assert not any(products[f"{program}-gone{n}"]["listed"] for n in range(GONE))


async def _told_once(kafka: str, prefix: str, run: str) -> bool:
    records = [r for r in await records_of(kafka, f"{prefix}feeds") if value_of(r)["run_id"] == run]
    assert len({dict(record.headers)["ce_id"] for record in records}) == 1
    return True


async def _report_is_right(owner: Owner, path: str) -> bool:
    """It names each wrong line, and the picture that is missing."""
    text = str(await owner.call("feeds", "GET", path)).lstrip("\ufeff")
    entries = list(csv.DictReader(text.splitlines()))
    assert [entry["field"] for entry in entries if entry["field"] == "price"] == ["price"] * WRONG
    pictures = [entry for entry in entries if entry["field"] == "image_link"]
    assert pictures
    assert all(MISSING in entry["value"] and "404" in entry["message"] for entry in pictures), pictures[:3]
    return True


def _environment(
    folder: Path, kafka: str, mongodb: str, prefix: str, issuer: str
) -> dict[str, dict[str, str]]:
    common = {
        "ANCHORAGE_KAFKA": kafka, "ANCHORAGE_MONGODB_URI": mongodb, "ANCHORAGE_PREFIX": prefix, "ANCHORAGE_IDENTITY_URL": issuer,
        "ANCHORAGE_TRACE_RATIO": "0", "ANCHORAGE_LOG_LEVEL": "WARNING", "ANCHORAGE_EGRESS_ALLOW": "127.0.0.1:1024-65535",
        "ANCHORAGE_FEEDS_DIR": str(folder / "feeds"), "ANCHORAGE_MEDIA_DIR": str(folder), "ANCHORAGE_UPLOADS": str(folder / "uploads"),
    }  # fmt: skip
    return {service: common | {"ANCHORAGE_PORT": str(free_port())} for service in ("feeds", "catalog")}


@asynccontextmanager
async def _site() -> AsyncIterator[str]:
    """The shop's server: one picture for each number, and one that is missing."""

    async def answer(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name == MISSING:
            return web.Response(status=404)
        file, shade = BytesIO(), int(name.removesuffix(".png")) * 6
        Image.new("RGB", (400, 300), (shade, shade, shade)).save(file, "PNG")
        return web.Response(body=file.getvalue(), headers={"ETag": f'"{name}"'})

    app = web.Application()
    app.router.add_get("/{name}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
