"""An owner withdraws codes, lists them, and sets their look."""

from __future__ import annotations

import base64
import io
import secrets
from datetime import UTC, datetime
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image
from sharecode_support.client import CodesClient, png

from roundcode.image import read_image
from sharecode.domain.codes import key_of


async def test_a_withdrawn_code_is_410_wherever_it_is_used(codes: CodesClient) -> None:
    product = "p" + secrets.token_hex(4)
    await codes.publish(codes.product(product))
    share = await codes.shared(product)
    withdrawal = f"/v1/owner/share-codes/{share['code']}/withdrawal"
    stranger = codes.issuer.headers("owner", owner_id="o_stranger")
    assert (await codes.call("POST", withdrawal, stranger))[0] == 404
    for _ in range(2):
        status, view, _ = await codes.call("POST", withdrawal, codes.owner)
        assert (status, view["withdrawn"]) == (200, True)
    status, problem = await codes.scan(json={"text": share["link"]})
    assert (status, problem["code"]) == (410, "withdrawn")
    for address in (share["image_url"], share["qr_url"], share["image_url"].replace(".png", ".svg")):
        assert (await codes.call("GET", address.removeprefix("http://gateway")))[0] == 410
    assert (await codes.share(product))[0] == 410
    events = await codes.events_of(share["code"], 2)
    assert [kind for kind, _ in events] == ["ShareCodeCreated", "ShareCodeWithdrawn"]


async def test_an_owner_pages_through_own_codes_only(codes: CodesClient) -> None:
    product = "p" + secrets.token_hex(4)
    await codes.publish(codes.product(product))
    made = {(await codes.shared(product, f"{codes.amy}{n}"))["code"] for n in range(4)}
    seen: list[str] = []
    cursor = ""
    while True:
        _, page, _ = await codes.call("GET", f"{codes.own}?limit=2{cursor}", codes.owner)
        seen += [item["code"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert made <= set(seen)
    status, problem, _ = await codes.call("GET", f"{codes.own}?cursor=nonsense", codes.owner)
    assert (status, problem["code"]) == (422, "invalid_cursor")
    assert len(seen) == len(set(seen))
    stranger = codes.issuer.headers("owner", owner_id="o_stranger")
    for path in (codes.own, f"{codes.own}/quota", f"{codes.own}/look", f"/v1/share-codes/{seen[0]}"):
        assert (await codes.call("GET", path, stranger))[0] == 404
    counts = (await codes.call("GET", f"/v1/share-codes/{seen[0]}", codes.owner))[1]
    assert counts["scans"] == 0
    other = codes.issuer.headers("host", host_id="host1")
    assert (await codes.call("GET", f"/v1/share-codes/{seen[0]}", other))[1]["scans"] is None


async def test_an_owner_follows_codes_by_their_changes(codes: CodesClient) -> None:
    product = "p" + secrets.token_hex(4)
    await codes.publish(codes.product(product))

    async def changed(since: datetime) -> list[str]:
        seen, cursor = [], ""
        while True:
            path = f"{codes.own}?updated_since={quote(since.isoformat())}&limit=1{cursor}"
            status, page, _ = await codes.call("GET", path, codes.owner)
            assert status == 200, page
            seen += [item["code"] for item in page["items"]]
            if page["next_cursor"] is None:
                return seen
            cursor = f"&cursor={page['next_cursor']}"

    start = datetime.now(UTC)
    made = [(await codes.shared(product, f"{codes.amy}{n}"))["code"] for n in range(3)]
    assert await changed(start) == made
    later = datetime.now(UTC)
    await codes.call("POST", f"/v1/owner/share-codes/{made[0]}/withdrawal", codes.owner)
    assert await changed(later) == made[:1]
    assert await changed(start) == [*made[1:], made[0]]


async def test_codes_have_the_colour_and_the_logo_of_their_mini_program(codes: CodesClient) -> None:
    product = "p" + secrets.token_hex(4)
    await codes.publish(codes.product(product))
    plain = await codes.shared(product)
    assert "logo=" not in plain["image_url"]
    assert "line_color=%23000000" in plain["image_url"]
    look = {"line_color": "#C8102E", "logo": base64.b64encode(png()).decode()}
    _, first, _ = await codes.call("PUT", f"{codes.own}/look", codes.owner, json=look)
    _, same, _ = await codes.call("PUT", f"{codes.own}/look", codes.owner, json=look)
    assert first == same
    assert (first["line_color"], first["logo"], first["version"]) == ("#c8102e", True, 1)
    dressed = await codes.shared(product)
    assert dressed["code"] == plain["code"]
    picture, headers = await codes.picture(dressed["image_url"])
    assert "immutable" in headers["Cache-Control"]
    pixels = np.array(Image.open(io.BytesIO(picture)).convert("RGB"))
    middle = pixels[pixels.shape[0] // 2, pixels.shape[1] // 2]
    assert tuple(middle) == (200, 20, 60)
    assert [r.key for r in read_image(picture)] == [key_of(plain["code"])]
    bare = await codes.shared(product, logo=False, line_color="#000000")
    assert bare["image_url"] == plain["image_url"]
    await codes.call("PUT", f"{codes.own}/look", codes.owner, json={"line_color": None})
    _, headers = await codes.picture(dressed["image_url"])
    assert "immutable" not in headers["Cache-Control"], "its address names an outdated logo"


async def test_a_look_has_versions(codes: CodesClient) -> None:
    await codes.publish(codes.product("p" + secrets.token_hex(4)))
    path = f"{codes.own}/look"
    first = codes.owner | {"If-Match": '"0"'}
    status, look, headers = await codes.call("PUT", path, first, json={"line_color": "#112233"})
    assert (status, look["version"], headers["ETag"]) == (200, 1, '"1"')
    status, problem, _ = await codes.call("PUT", path, first, json={"line_color": "#332211"})
    assert (status, problem["code"], problem["version"]) == (412, "version_conflict", 1)
    assert (await codes.call("GET", path, codes.owner))[1]["line_color"] == "#112233"


async def test_a_caption_is_drawn_under_the_code_in_chinese_too(codes: CodesClient) -> None:
    product = "p" + secrets.token_hex(4)
    await codes.publish(codes.product(product))
    share = await codes.shared(product, caption="小米有品 & tea")
    picture, _ = await codes.picture(share["image_url"])
    wide, high = Image.open(io.BytesIO(picture)).size
    assert high > wide
    svg, _ = await codes.picture(share["image_url"].replace("image.png", "image.svg"))
    assert "小米有品 &amp; tea" in svg.decode()


@pytest.mark.parametrize(
    ("look", "option", "message"),
    [
        ({"line_color": "#ffcc00"}, "line_color", "contrast"),
        ({"logo": base64.b64encode(b"no picture at all").decode()}, "logo", "readable"),
        ({"logo": base64.b64encode(png()[:60]).decode()}, "logo", "readable"),
        ({"logo": "***"}, "logo", "base64"),
        ({"logo": "图"}, "logo", "base64"),
        ({"logo": base64.b64encode(png(2100)).decode()}, "logo", "pixels"),
    ],
)
async def test_a_look_that_makes_a_code_unreadable_is_refused_with_the_reason(
    codes: CodesClient, look: dict[str, str], option: str, message: str
) -> None:
    await codes.publish(codes.product("p" + secrets.token_hex(4)))
    status, problem, _ = await codes.call("PUT", f"{codes.own}/look", codes.owner, json=look)
    assert (status, problem["code"]) == (422, "invalid_content")
    assert problem["errors"][0]["field"] == option
    assert message in problem["errors"][0]["message"]
