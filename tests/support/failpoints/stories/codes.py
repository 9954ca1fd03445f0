"""Share codes, and their look."""

from __future__ import annotations

import secrets
from typing import Any

from support.failpoints.stories.shop import Shop, open_shop
from support.failpoints.world import World


async def code_is_shared(world: World) -> None:
    """Two calls give one code; its scans are counted; withdrawn, it opens nothing."""
    shop = await open_shop(world)
    codes = [await _share(shop), await _share(shop)]
    assert codes[0]["code"] == codes[1]["code"]
    code = codes[0]["code"]
    host = world.issuer.headers("host", host_id="host1")
    await world.call("sharecode", "POST", "/v1/scans", {"text": code}, headers=host)
    await world.call("sharecode", "POST", f"/v1/owner/share-codes/{code}/withdrawal", headers=shop.owner)
    scanned = await world.call(
        "sharecode",
        "POST",
        "/v1/scans",
        {"text": code},
        headers=host,
        or_codes={"withdrawn", "code_withdrawn"},
    )
    assert "withdrawn" in scanned["code"], scanned

    async def told() -> bool:
        types = await world.told("share-codes", code=code)
        assert types == ["ShareCodeCreated", "ShareCodeWithdrawn"], types
        return True

    await world.until(told, "the code's events")
    assert await world.db("sharecode")["codes"].count_documents({"product_id": shop.product_id}) == 1


async def sharer_reaches_the_limit(world: World) -> None:
    """A refused call counts against neither limit."""
    shop = await open_shop(world)
    usage = world.db("sharecode")["usage"]
    await _share(shop)
    counters = [c async for c in usage.find({"_id": {"$regex": shop.mini_program_id}})]
    assert counters, [c async for c in usage.find()]
    await usage.update_many({"_id": {"$regex": shop.mini_program_id}}, {"$set": {"count": 5_000}})
    other = world.issuer.viewer(shop.mini_program_id, f"other-{secrets.token_hex(4)}")
    path = f"/v1/mini-programs/{shop.mini_program_id}/products/{shop.product_id}/share-codes"
    async with world.http.post(world.url("sharecode") + path, json={}, headers=other) as answer:
        assert answer.status == 429, await answer.text()


async def look_is_set(world: World) -> None:
    shop = await open_shop(world)
    path = f"{shop.program_path}/share-codes/look"
    await world.call("sharecode", "PUT", path, {"line_color": "#113355"}, headers=shop.owner)
    look = await world.call("sharecode", "GET", path, headers=shop.owner)
    assert look["line_color"] == "#113355"


async def _share(shop: Shop) -> dict[str, Any]:
    path = f"/v1/mini-programs/{shop.mini_program_id}/products/{shop.product_id}/share-codes"
    return dict(await shop.world.call("sharecode", "POST", path, {}, headers=shop.buyer))


STORIES = (code_is_shared, sharer_reaches_the_limit, look_is_set)
