"""A feed on its way: from an owner's file through the gateway, feeds and catalog to what viewers see."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from support.callers import Caller
from support.eventually import Eventually
from support.matrix.parties import Founder, World
from support.platform import Platform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600), pytest.mark.asyncio(loop_scope="module")]
PICTURE = "https://shop.example/pot.jpg"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(platform: Platform) -> AsyncIterator[World]:
    async with aiohttp.ClientSession() as http:
        ops = await Caller(http, platform.demo["gateway"], None).client(platform.demo["ops"])
        yield await Founder(ops, platform.demo["alipay_sandbox"] + "/sandbox/pay").world(0)


async def test_an_owners_file_becomes_products_that_viewers_see(world: World, eventually: Eventually) -> None:
    owner, shop = world.owner.caller, world.owner.ids["mini_program_id"]
    program = f"/v1/owner/mini-programs/{shop}"
    terms = {"name": "All", "format": "google_xml", "mode": "full", "max_rejected_percent": 60}
    feed = f"{program}/feeds/{(await owner.must('POST', f'{program}/feeds', terms))['feed_id']}"

    async def run(*items: str) -> dict[str, Any]:
        file = gzip.compress(f'<rss xmlns:g="http://base.google.com/ns/1.0">{"".join(items)}</rss>'.encode())
        path = f"{feed}/runs?allow_mass_removal=true"  # the only product of the world is not in the file
        started = await owner.must("POST", path, file, Content_Type="application/gzip")

        async def has_ended() -> dict[str, Any]:
            now = await owner.must("GET", f"{feed}/runs/{started['run_id']}")
            assert now["finished_at"], now
            return dict(now)

        ended: dict[str, Any] = await eventually(has_ended, within=60, what="the end of the run")
        return ended

    def item(name: str, price: str = "129.00 CNY", category: str = "Tea") -> str:
        fields = {
            "id": f"{shop}-{name}", "title": f"Pot {name}", "price": price, "product_type": category, "image_link": PICTURE, "quantity": "7",
        }  # fmt: skip
        return "<item>" + "".join(f"<g:{n}>{v}</g:{n}>" for n, v in fields.items()) + "</item>"

    first = await run(item("1"), item("2"), item("3", category="Shoes"))
    counts = ("status", "lines", "accepted", "unchanged", "rejected", "removed")
    assert [first[name] for name in counts] == [
        "done",
        3,
        2,
        0,
        1,
        1,
    ]
    report = await owner.must("GET", f"{feed}/runs/{first['run_id']}/report")
    entries = [json.loads(line) for line in report.decode().splitlines()]
    # Whether its pictures, which are fetched meanwhile, are in the report already depends on how fast that is.
    [entry] = [entry for entry in entries if entry["field"] != "image_link"]
    assert (entry["product_id"], entry["field"], entry["value"]) == (f"{shop}-3", "product_type", "Shoes")
    page = await world.buyer.caller.soon("GET", f"/v1/mini-programs/{shop}/products/{shop}-1")
    assert (page["title"], page["price_from"]["amount"], page["skus"][0]["available"]) == (
        "Pot 1",
        12_900,
        7,
    )
    second = await run(item("1"), item("2", price="99.00 CNY"))
    assert [second[name] for name in counts] == ["done", 2, 1, 1, 0, 0]
