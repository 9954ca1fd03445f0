"""Owners upload pictures, and show their own."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from catalog_support.shop import Shop, a_product, a_video
from PIL import Image


def a_picture(kind: str = "PNG", width: int = 900) -> bytes:
    """A picture that no other test sends."""
    file = BytesIO()
    colours = secrets.token_bytes(3)
    Image.new("RGB", (width, 300), (colours[0], colours[1], colours[2])).save(
        file, kind, comment=secrets.token_hex(8)
    )
    return file.getvalue() + secrets.token_bytes(8)


async def upload(
    shop: Shop, data: Any, kind: str | None = "image/png", creator: dict[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    headers = (creator or shop.as_owner) | ({"Content-Type": kind} if kind else {})
    path = f"/v1/{'creator' if creator else 'owner'}/media"
    async with shop.service.http.post(shop.service.url + path, data=data, headers=headers) as answer:
        return answer.status, await answer.json()


async def uploaded(shop: Shop) -> str:
    status, answer = await upload(shop, a_picture())
    assert status == 201, answer
    return str(answer["url"])


async def test_an_uploaded_picture_is_served_in_three_widths_and_the_same_bytes_give_the_same_one(
    shop: Shop,
) -> None:
    data = a_picture()
    status, first = await upload(shop, data)
    assert (status, first["width"], first["height"]) == (201, 900, 300)
    assert first["sha256"] == hashlib.sha256(data).hexdigest()
    assert (await upload(shop.neighbour(), data))[1] == first
    for width, expected in ((320, 320), (750, 750), (1280, 900)):
        url = shop.service.url + first["url"].replace("/1280.", f"/{width}.")
        async with shop.service.http.get(url) as answer:
            assert answer.status == 200
            assert answer.headers["Content-Type"] == "image/webp"
            assert "immutable" in answer.headers["Cache-Control"]
            assert Image.open(BytesIO(await answer.read())).width == expected
    for other in (first["url"].replace("/1280.", "/640."), f"/media/pictures/{'0' * 64}/320.webp"):
        async with shop.service.http.get(shop.service.url + other) as answer:
            assert answer.status == 404


async def test_a_picture_comes_as_a_form_too(shop: Shop) -> None:
    form = aiohttp.FormData()
    form.add_field("image", a_picture(), filename="tea.png", content_type="image/png")
    assert (await upload(shop, form, None))[0] == 201


async def test_the_same_picture_uploaded_at_once_is_one(shop: Shop) -> None:
    data = a_picture()
    answers = await asyncio.gather(*(upload(shop, data) for _ in range(4)))
    assert {status for status, _ in answers} == {201}
    assert len({answer["url"] for _, answer in answers}) == 1


@pytest.mark.parametrize(
    ("data", "kind", "status", "code"),
    [
        (b"nothing", "image/png", 422, "unreadable_image"),
        (a_picture()[:100], "image/png", 422, "unreadable_image"),
        (b"<svg/>", "image/svg+xml", 415, "unsupported_media_type"),
        (b"{}", "application/json", 415, "unsupported_media_type"),
        (bytes(10 * 1024 * 1024 + 1), "image/png", 413, "too_large"),
    ],
    ids=["text", "short", "svg", "json", "large"],
)
async def test_what_is_no_picture_is_refused(
    shop: Shop, data: bytes, kind: str, status: int, code: str
) -> None:
    answered, problem = await upload(shop, data, kind)
    assert (answered, problem["code"]) == (status, code)


async def test_an_owner_shows_own_pictures_and_no_others(shop: Shop) -> None:
    await shop.open()
    own, foreign = await uploaded(shop), await uploaded(shop.neighbour())
    images = [own, "/media/tea.png", "https://pictures.example/tea.png"]
    view = await shop.must("PATCH", shop.product_path(), shop.as_owner, {"images": images})
    assert view["images"] == images
    wrong = [
        own,
        foreign,
        f"/media/pictures/{'0' * 64}/1280.webp",
        "/media/missing.png",
        "http://pictures.example/tea.png",
        "https://127.0.0.1/tea.png",
        "https://user@pictures.example/tea.png",
        "/media/pictures/x.webp",
    ]
    for method, body in (("PATCH", {"images": wrong}), ("PUT", a_product(shop.sku_id, images=wrong))):
        status, problem = await shop.call(method, shop.product_path(), shop.as_owner, body)
        assert (status, problem["code"]) == (422, "invalid_content")
        assert [error["field"] for error in problem["errors"]] == [f"images[{n}]" for n in range(1, 8)]
        assert "somebody else" in problem["errors"][0]["message"]
        assert "no such picture" in problem["errors"][1]["message"]
        assert "https" in problem["errors"][3]["message"]
    assert (await shop.must("GET", shop.product_path(), shop.as_owner))["images"] == images


async def test_a_draft_has_own_pictures_only(shop: Shop) -> None:
    own, foreign = await uploaded(shop), await uploaded(shop.neighbour())
    draft = {"name": "Tea", "category": "ecommerce", "logo_url": foreign}
    status, problem = await shop.call("POST", "/v1/owner/mini-programs", shop.as_owner, draft)
    assert (status, problem["errors"][0]["field"]) == (422, "logo_url")
    view = await shop.must("POST", "/v1/owner/mini-programs", shop.as_owner, draft | {"logo_url": own})
    path = f"/v1/owner/mini-programs/{view['mini_program_id']}"
    status, problem = await shop.call("PATCH", path, shop.as_owner, {"banner_url": foreign})
    assert (status, problem["errors"][0]["field"]) == (422, "banner_url")
    assert (await shop.must("PATCH", path, shop.as_owner, {"banner_url": own}))["banner_url"] == own


async def test_a_picture_that_is_shown_already_stays_when_other_fields_change(shop: Shop) -> None:
    await shop.open()
    old = a_product(shop.sku_id, images=["/media/gone.png"])
    await shop.must("PUT", shop.product_path(), shop.as_operator, old)
    view = await shop.must("PUT", shop.product_path(), shop.as_owner, old | {"title": "碧螺春"})
    assert (view["title"], view["images"]) == ("碧螺春", ["/media/gone.png"])


async def test_a_creator_shows_own_covers_and_no_others(shop: Shop) -> None:
    creator, other = (shop.as_creator(f"creator{secrets.token_hex(4)}") for _ in range(2))
    own = (await upload(shop, a_picture(), creator=creator))[1]["url"]
    foreign = (await upload(shop, a_picture(), creator=other))[1]["url"]
    path = f"/v1/creator/videos/v{secrets.token_hex(4)}"
    missing = f"/media/pictures/{secrets.token_hex(32)}/1280.webp"
    for wrong, words in (
        (foreign, "somebody else"),
        (await uploaded(shop), "somebody else"),
        (missing, "no such picture"),
        ("/media/none.png", "no such picture"),
        ("http://pictures.example/a.png", "https"),
        ("https://127.0.0.1/a.png", "https"),
    ):
        status, problem = await shop.call("PUT", path, creator, a_video(shop) | {"cover_url": wrong})
        assert (status, problem["errors"][0]["field"]) == (422, "cover_url"), wrong
        assert words in problem["errors"][0]["message"]
    for right in (own, "/media/tea.png", "https://pictures.example/a.png"):
        await shop.must("PUT", path, creator, a_video(shop) | {"cover_url": right})
    status, _ = await shop.call("PATCH", path, creator, {"cover_url": foreign})
    assert status == 422
    assert (await shop.must("GET", path, creator))["cover_url"] == "https://pictures.example/a.png"
