"""A running service on real Kafka and MongoDB: sharing, scanning, drawing, and what owners may do."""

from __future__ import annotations

import asyncio
import base64
import io
import secrets
import struct
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import numpy as np
import pytest
import pytest_asyncio
from PIL import Image

from contracts.catalog import (
    MiniProgramPublished,
    Owner,
    ProductDelisted,
    ProductListed,
    SkuState,
)
from contracts.money import cny
from contracts.terms import CommissionTerms
from contracts.topics import MINI_PROGRAMS, PRODUCTS, SHARE_CODES
from roundcode.image import read_image
from runtime.kafka.topics import ensure_topics
from sharecode.app import build_app
from sharecode.domain.codes import key_of
from sharecode.settings import Settings
from support.events import records_of, tell, types_of, value_of
from support.eventually import Eventually
from support.issuer import Issuer

TERMS = CommissionTerms(platform_bp=500, creator_bp=1000, terms_version=1)
PER_MINUTE, PER_DAY = 12, 5


@dataclass
class Codes:
    """Speaks to a running service as whoever a test names; each test has a mini program and an owner of its own."""

    url: str
    http: aiohttp.ClientSession
    issuer: Issuer
    settings: Settings
    eventually: Eventually
    mini_program_id: str = field(default_factory=lambda: "mp" + secrets.token_hex(5))
    owner_id: str = field(default_factory=lambda: "o" + secrets.token_hex(5))
    amy: str = field(default_factory=lambda: "o_" + secrets.token_hex(5))

    async def call(
        self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any
    ) -> tuple[int, Any, Any]:
        async with self.http.request(
            method, self.url + path, headers={**(headers or {}), **more.pop("and_headers", {})}, **more
        ) as answer:
            content = (
                await answer.json(content_type=None) if "json" in answer.content_type else await answer.read()
            )
            return answer.status, content, answer.headers

    def product(self, product_id: str, **more: Any) -> ProductListed:
        fields = {
            "product_id": product_id, "mini_program_id": self.mini_program_id, "title": "Tea", "category_id": "tea",
            "skus": (SkuState(sku_id=f"{product_id}-s", attributes={}, price=cny(9900)),), "terms": TERMS, "version": 1,
        }  # fmt: skip
        return ProductListed(**(fields | more))

    async def know(self, *products: ProductListed | ProductDelisted) -> None:
        """Tell of the mini program and the products, and wait until the last of them is known."""
        program = MiniProgramPublished(
            mini_program_id=self.mini_program_id, name="茶", owner=Owner(owner_id=self.owner_id, name="O", kind="brand"),
            category="e-commerce", logo_url="/l.png", hosts=("host1",), state="published", terms=TERMS, version=1,
        )  # fmt: skip
        await tell(self.settings.kafka, self.settings.prefix, program, *products)

        async def known() -> bool:
            owned, _, _ = await self.call("GET", f"{self.own}/quota", self.owner)
            last = products[-1]
            seen = (
                await self.share(last.product_id, sharer="o_" + secrets.token_hex(4))
                if last.listed
                else (404, None, None)
            )
            return owned == 200 and (seen[0] in (200, 201) or not last.listed)

        await self.eventually(known, within=20, what="the products to be known")

    async def told_of(self, code: str, count: int) -> list[tuple[str, str | None]]:
        """The events of a code, by type and sharer, once there are `count`."""

        async def told() -> list[tuple[str, str | None]]:
            records = await records_of(self.settings.kafka, self.settings.topic(SHARE_CODES.name))
            events = zip(types_of(records), map(value_of, records), strict=True)
            found = [(kind, event.get("sharer")) for kind, event in events if event["code"] == code]
            assert len(found) >= count, found
            return found

        return await self.eventually(told, within=20, what=f"{count} events of the code")  # type: ignore[no-any-return]

    @property
    def owner(self) -> dict[str, str]:
        return self.issuer.headers("owner", owner_id=self.owner_id)

    @property
    def own(self) -> str:
        return f"/v1/owner/mini-programs/{self.mini_program_id}/share-codes"

    async def share(self, product_id: str, sharer: str = "", **look: Any) -> tuple[int, Any, Any]:
        path = f"/v1/mini-programs/{self.mini_program_id}/products/{product_id}/share-codes"
        return await self.call(
            "POST", path, self.issuer.viewer(self.mini_program_id, sharer or self.amy), json=look
        )

    async def shared(self, product_id: str, sharer: str = "", **look: Any) -> dict[str, Any]:
        status, share, _ = await self.share(product_id, sharer, **look)
        assert status in (200, 201), share
        return dict(share)

    async def picture(self, address: str) -> tuple[bytes, Any]:
        status, picture, headers = await self.call("GET", address.removeprefix("http://gateway"))
        assert status == 200, picture
        return picture, headers

    async def scan(self, **more: Any) -> tuple[int, Any]:
        status, answer, _ = await self.call(
            "POST", "/v1/scans", self.issuer.headers("host", host_id="host2"), **more
        )
        return status, answer


@pytest_asyncio.fixture(scope="module")
async def service(
    kafka_bootstrap: str, mongodb_uri: str, module_prefix: str
) -> AsyncIterator[tuple[Any, Issuer, Settings]]:
    async with Issuer().serving() as issuer:
        await ensure_topics(kafka_bootstrap, module_prefix, (MINI_PROGRAMS, PRODUCTS, SHARE_CODES))
        settings = Settings(
            kafka=kafka_bootstrap, mongodb_uri=mongodb_uri, prefix=module_prefix, identity_url=issuer.url,
            public_url="http://gateway", codes_per_minute=PER_MINUTE, codes_per_sharer_and_day=PER_DAY,
        )  # fmt: skip
        async with build_app(settings).running() as running:
            yield running, issuer, settings


@pytest_asyncio.fixture
async def codes(service: tuple[Any, Issuer, Settings], eventually: Eventually) -> AsyncIterator[Codes]:
    running, issuer, settings = service
    async with aiohttp.ClientSession() as http:
        yield Codes(running.url, http, issuer, settings, eventually)


def png(side: int = 90, color: tuple[int, int, int] = (200, 20, 60)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), color).save(out, "PNG")
    return out.getvalue()


async def test_the_same_sharer_and_product_give_the_same_code_whatever_the_look(codes: Codes) -> None:
    product = "p" + secrets.token_hex(4)
    await codes.know(codes.product(product))
    status, first, _ = await codes.share(product)
    again, second, _ = await codes.share(
        product, width=900, line_color="#103070", transparent=True, caption="茶"
    )
    other = await codes.shared(product, f"{codes.amy}b")
    assert (status, again) == (201, 200)
    assert first["code"] == second["code"] != other["code"]
    assert second["image_url"].startswith(
        f"http://gateway/v1/share-codes/{first['code']}/image.png?width=900"
    )
    assert first["expires_at"] is None
    assert await codes.told_of(first["code"], 1) == [("ShareCodeCreated", codes.amy)]


async def test_fifty_equal_calls_at_once_make_one_code_and_count_once(codes: Codes) -> None:
    product = "p" + secrets.token_hex(4)
    await codes.know(codes.product(product))
    before = (await codes.call("GET", f"{codes.own}/quota", codes.owner))[1]
    answers = await asyncio.gather(*(codes.share(product, codes.amy) for _ in range(50)))
    assert {a[0] for a in answers} <= {200, 201, 429}
    assert [a[0] for a in answers].count(201) == 1
    assert len({a[1]["code"] for a in answers if a[0] != 429}) == 1
    assert (await codes.share(product, codes.amy))[0] == 200
    after = (await codes.call("GET", f"{codes.own}/quota", codes.owner))[1]
    assert after["codes"] == before["codes"] + 1
    # the minute may have ended in between
    assert after["per_minute"]["used"] in (before["per_minute"]["used"] + 1, 1, 0)


async def test_one_viewer_makes_so_many_codes_a_day_and_what_is_there_still_answers(codes: Codes) -> None:
    products = [f"p{n}" + secrets.token_hex(4) for n in range(PER_DAY + 1)]
    await codes.know(*(codes.product(p) for p in products))
    for product in products[:PER_DAY]:
        assert (await codes.share(product, codes.amy))[0] == 201
    status, problem, headers = await codes.share(products[-1], codes.amy)
    assert (status, problem["code"]) == (429, "quota_reached")
    assert 0 < int(headers["Retry-After"]) <= 86_400
    assert (await codes.share(products[0], codes.amy))[0] == 200, "the same call is not counted again"


async def test_a_mini_program_makes_so_many_codes_a_minute_and_its_owner_reads_how_many(codes: Codes) -> None:
    product = "p" + secrets.token_hex(4)
    await codes.know(codes.product(product))

    async def reached() -> dict[str, Any]:
        """The minute may end while its codes are made: then the next one fills up."""
        for n in range(PER_MINUTE):
            status, problem, headers = await codes.share(product, f"o_{n}_{secrets.token_hex(4)}")
            if status == 429:
                return {"problem": problem, "headers": headers}
        return {}

    refused = await codes.eventually(reached, within=60, what="the limit to be reached")
    assert refused["problem"]["code"] == "quota_reached"
    assert 0 < int(refused["headers"]["Retry-After"]) <= 60
    _, quota, _ = await codes.call("GET", f"{codes.own}/quota", codes.owner)
    minute = quota["per_minute"]
    assert minute["limit"] == PER_MINUTE
    assert minute["left"] == PER_MINUTE - minute["used"]
    assert quota["per_sharer_and_day"] == PER_DAY
    assert quota["codes"] >= PER_MINUTE
    assert minute["resets_at"].endswith("Z")


async def test_picture_drawing_qr_link_and_code_all_say_the_same(codes: Codes) -> None:
    product = "p" + secrets.token_hex(4)
    await codes.know(codes.product(product))
    share = await codes.shared(product, width=300, line_color="#0b6e4f")
    round_png, headers = await codes.picture(share["image_url"])
    assert "immutable" in headers["Cache-Control"]
    qr_png, _ = await codes.picture(share["qr_url"])
    svg, _ = await codes.picture(share["image_url"].replace("image.png", "image.svg"))
    assert b"#0b6e4f" in svg
    form = aiohttp.FormData()
    form.add_field("image", round_png, filename="photo.png", content_type="image/png")
    for more in (
        {"data": round_png, "and_headers": {"Content-Type": "image/png"}},
        {"data": qr_png, "and_headers": {"Content-Type": "image/png"}},
        {"data": form},
        {"json": {"text": share["link"]}},
        {"json": {"text": share["code"]}},
        {"json": {"text": f"AC:{share['code']}"}},
        {"json": {"text": f"  {share['link']}?from=chat  "}},
    ):
        status, scanned = await codes.scan(**more)
        assert (status, scanned["code"]) == (200, share["code"])
        assert (scanned["product_id"], scanned["sharer"]) == (product, codes.amy)
    _, listed, _ = await codes.call("GET", codes.own, codes.owner)
    assert {item["code"]: item["scans"] for item in listed["items"]}[share["code"]] == 7


async def test_a_withdrawn_code_is_410_wherever_it_is_used(codes: Codes) -> None:
    product = "p" + secrets.token_hex(4)
    await codes.know(codes.product(product))
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
    told = await codes.told_of(share["code"], 2)
    assert [kind for kind, _ in told] == ["ShareCodeCreated", "ShareCodeWithdrawn"]


async def test_owners_page_through_their_own_codes_only(codes: Codes) -> None:
    product = "p" + secrets.token_hex(4)
    await codes.know(codes.product(product))
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
    assert len(seen) == len(set(seen))
    stranger = codes.issuer.headers("owner", owner_id="o_stranger")
    for path in (codes.own, f"{codes.own}/quota", f"{codes.own}/look", f"/v1/share-codes/{seen[0]}"):
        assert (await codes.call("GET", path, stranger))[0] == 404
    counts = (await codes.call("GET", f"/v1/share-codes/{seen[0]}", codes.owner))[1]
    assert counts["scans"] == 0
    other = codes.issuer.headers("host", host_id="host1")
    assert (await codes.call("GET", f"/v1/share-codes/{seen[0]}", other))[1]["scans"] is None


async def test_codes_wear_the_colour_and_the_logo_of_their_mini_program(codes: Codes) -> None:
    product = "p" + secrets.token_hex(4)
    await codes.know(codes.product(product))
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
    assert "immutable" not in headers["Cache-Control"], "the logo that it names is not the present one"


async def test_a_caption_is_drawn_under_the_code_in_chinese_too(codes: Codes) -> None:
    product = "p" + secrets.token_hex(4)
    await codes.know(codes.product(product))
    share = await codes.shared(product, caption="小米有品 & tea")
    picture, _ = await codes.picture(share["image_url"])
    wide, high = Image.open(io.BytesIO(picture)).size
    assert high > wide
    svg, _ = await codes.picture(share["image_url"].replace("image.png", "image.svg"))
    assert "小米有品 &amp; tea" in svg.decode()


@pytest.mark.parametrize(
    ("look", "option", "told"),
    [
        ({"line_color": "#ffcc00"}, "line_color", "contrast"),
        ({"logo": base64.b64encode(b"no picture at all").decode()}, "logo", "readable"),
        ({"logo": base64.b64encode(png()[:60]).decode()}, "logo", "readable"),
        ({"logo": "***"}, "logo", "base64"),
        ({"logo": base64.b64encode(png(2100)).decode()}, "logo", "pixels"),
    ],
)
async def test_a_look_that_makes_no_good_code_is_refused_with_what_is_wrong(
    codes: Codes, look: dict[str, str], option: str, told: str
) -> None:
    await codes.know(codes.product("p" + secrets.token_hex(4)))
    status, problem, _ = await codes.call("PUT", f"{codes.own}/look", codes.owner, json=look)
    assert (status, problem["code"]) == (422, "invalid_content")
    assert problem["errors"][0]["field"] == option
    assert told in problem["errors"][0]["message"]


@pytest.mark.parametrize(
    "look",
    [
        {"width": 279},
        {"width": 1281},
        {"line_color": "red"},
        {"line_color": "#ffcc00"},
        {"caption": "x" * 41},
    ],
)
async def test_a_share_with_an_impossible_look_names_the_field(codes: Codes, look: dict[str, Any]) -> None:
    product = "p" + secrets.token_hex(4)
    await codes.know(codes.product(product))
    status, problem, _ = await codes.share(product, **look)
    assert (status, problem["errors"][0]["field"]) == (422, next(iter(look)))


async def test_what_may_not_be_shared_or_is_not_there_gives_no_code(codes: Codes) -> None:
    private, delisted = "p" + secrets.token_hex(4), "p" + secrets.token_hex(4)
    gone = ProductDelisted(
        **codes.product(delisted).model_dump(exclude={"listed", "version"}), listed=False, version=2
    )
    await codes.know(
        codes.product(private, share_allowed=False), gone, codes.product("p" + secrets.token_hex(4))
    )
    for product in (private, delisted):
        status, problem, _ = await codes.share(product)
        assert (status, problem["code"]) == (409, "sharing_not_allowed")
    assert (await codes.share("nothing"))[0] == 404


async def test_a_code_that_was_never_given_out_is_404(codes: Codes) -> None:
    status, problem = await codes.scan(json={"text": "A" * 26})
    assert (status, problem["code"]) == (404, "not_found")


def bomb() -> bytes:
    """A PNG of 60,000 by 60,000 pixels in a kilobyte."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    data = zlib.compress(bytes(1 << 20))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


HOSTILE = {
    "a decompression bomb": (bomb(), 422, "unreadable_image"),
    "nothing": (b"", 422, "unreadable_image"),
    "text": (b"<svg onload=alert(1)>", 422, "unreadable_image"),
    "truncated": (png()[:70], 422, "unreadable_image"),
    "a calm wall": (png(400, (90, 120, 110)), 422, "no_code_found"),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_picture_is_422_and_the_next_one_is_read(codes: Codes, name: str) -> None:
    body, status, code = HOSTILE[name]
    answered, problem = await codes.scan(data=body, and_headers={"Content-Type": "image/png"})
    assert (answered, problem["code"]) == (status, code)
    product = "p" + secrets.token_hex(4)
    await codes.know(codes.product(product))
    share = await codes.shared(product)
    picture, _ = await codes.picture(share["image_url"])
    answered, scanned = await codes.scan(data=picture, and_headers={"Content-Type": "image/png"})
    assert (answered, scanned["code"]) == (200, share["code"])
