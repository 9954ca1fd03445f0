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

    async def published() -> bool:
        types = await world.published("share-codes", code=code)
        assert types == ["ShareCodeCreated", "ShareCodeWithdrawn"], types
        return True

    await world.until(published, "the code's events")
    assert await world.db("sharecode")["codes"].count_documents({"product_id": shop.product_id}) == 1


async def sharer_reaches_the_limit(world: World) -> None:
    """A refused call counts against neither limit, or once if a crash came in between."""
    shop = await open_shop(world)
    usage = world.db("sharecode")["usage"]
    await _share(shop)

    async def refused() -> str:
        """For a sharer without a code; the limit is one of a minute, which may have begun only now."""
        openid = f"other-{secrets.token_hex(4)}"
        other = world.issuer.viewer(shop.mini_program_id, openid)
        await usage.update_many({"_id": {"$regex": shop.mini_program_id}}, {"$set": {"count": 5_000}})
        answer = await _share(shop, other, or_codes=("quota_reached",))
        assert answer.get("code") == "quota_reached", answer
        return openid

    openid = await world.until(refused, "the limit is reached")
    counted = [counter["count"] async for counter in usage.find({"_id": {"$regex": openid}})]
    assert sum(counted) <= 1, counted


async def look_is_set(world: World) -> None:
    shop = await open_shop(world)
    path = f"{shop.program_path}/share-codes/look"
    await world.call("sharecode", "PUT", path, {"line_color": "#113355"}, headers=shop.owner)
    look = await world.call("sharecode", "GET", path, headers=shop.owner)
    assert look["line_color"] == "#113355"


async def _share(
    shop: Shop, sharer: dict[str, str] | None = None, or_codes: tuple[str, ...] = ()
) -> dict[str, Any]:
    path = f"/v1/mini-programs/{shop.mini_program_id}/products/{shop.product_id}/share-codes"
    headers = sharer or shop.buyer
    return dict(await shop.world.call("sharecode", "POST", path, {}, headers=headers, or_codes=or_codes))


STORIES = (code_is_shared, sharer_reaches_the_limit, look_is_set)
