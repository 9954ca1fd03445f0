"""A feed on its way: from an owner's file through the gateway, feeds and catalog to what viewers see."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from PIL import Image

from support.callers import Caller
from support.eventually import Eventually
from support.matrix.parties import Founder, World
from support.platform import Platform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(platform: Platform) -> AsyncIterator[World]:
    async with aiohttp.ClientSession() as http:
        ops = await Caller(http, platform.demo["gateway"], None).client(platform.demo["ops"])
        yield await Founder(ops, platform.demo["alipay_sandbox"] + "/sandbox/pay").world(0)


@pytest_asyncio.fixture(loop_scope="module")
async def pictures() -> AsyncIterator[str]:
    """The address of the shop's own server, which has one picture."""
    file, app = BytesIO(), web.Application()
    Image.new("RGB", (30, 20), "teal").save(file, "JPEG")

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=file.getvalue(), content_type="image/jpeg")

    app.router.add_get("/pot.jpg", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_an_owners_file_becomes_products_that_viewers_see(
    world: World, pictures: str, eventually: Eventually
) -> None:
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
            "id": f"{shop}-{name}", "title": f"Pot {name}", "price": price, "product_type": category,
            "image_link": f"{pictures}/{'pot' if name == '1' else 'missing'}.jpg", "quantity": "7",
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

    async def report() -> dict[str, Any]:
        """By product: one line is wrong, and one picture is missing, which is known soon."""
        found = (await owner.must("GET", f"{feed}/runs/{first['run_id']}/report")).decode().splitlines()
        by_product = {entry["product_id"]: entry for entry in map(json.loads, found)}
        assert by_product.keys() == {f"{shop}-2", f"{shop}-3"}, by_product
        return by_product

    entries = await eventually(report, within=60, what="the report")
    wrong, missing = entries[f"{shop}-3"], entries[f"{shop}-2"]
    assert (wrong["field"], wrong["value"]) == ("product_type", "Shoes")
    assert (missing["field"], "answers 404" in missing["message"]) == ("image_link", True)
    page = await world.buyer.caller.soon("GET", f"/v1/mini-programs/{shop}/products/{shop}-1")
    assert (page["title"], page["price_from"]["amount"], page["skus"][0]["available"]) == (
        "Pot 1",
        12_900,
        7,
    )

    async def has_its_picture() -> bool:
        page = await world.buyer.caller.must("GET", f"/v1/mini-programs/{shop}/products/{shop}-1")
        assert [url.partition("/media/pictures/")[1] for url in page["images"]] == ["/media/pictures/"], page
        return True

    await eventually(has_its_picture, within=60, what="the picture")
    second = await run(item("1"), item("2", price="99.00 CNY"))
    assert [second[name] for name in counts] == ["done", 2, 1, 1, 0, 0]
