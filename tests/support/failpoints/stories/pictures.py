"""Pictures that owners upload."""

from __future__ import annotations

import secrets
from io import BytesIO

from PIL import Image

from support.failpoints.stories.shop import open_shop
from support.failpoints.world import World


async def picture_is_uploaded(world: World) -> None:
    """The same bytes give the same picture, which is complete and its owner's."""
    shop, file = await open_shop(world), BytesIO()
    Image.new("RGB", (40, 40)).save(file, "PNG")
    data = file.getvalue() + secrets.token_bytes(8)
    headers = {**shop.owner, "Content-Type": "image/png"}
    answers = [
        await world.call("catalog", "POST", "/v1/owner/media", headers=headers, data=data) for _ in range(2)
    ]
    assert answers[0] == answers[1]
    for width in (320, 750, 1280):
        await world.call("catalog", "HEAD", answers[0]["url"].replace("/1280.", f"/{width}."))
    own = {"images": [answers[0]["url"]]}
    view = await world.call("catalog", "PATCH", shop.product_path, own, headers=shop.owner)
    assert view["images"] == own["images"]


STORIES = (picture_is_uploaded,)
