"""A host scans: every form of a code, codes that open nothing, hostile pictures."""

from __future__ import annotations

import asyncio
import io
import secrets
import struct
import zlib

import aiohttp
import pytest
from PIL import Image
from sharecode_support.client import CodesClient, png


async def test_round_picture_qr_link_and_text_all_give_the_same_code(codes: CodesClient) -> None:
    product = "p" + secrets.token_hex(4)
    await codes.publish(codes.product(product))
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


async def test_a_code_that_was_never_given_out_is_404(codes: CodesClient) -> None:
    status, problem = await codes.scan(json={"text": "A" * 26})
    assert (status, problem["code"]) == (404, "not_found")


def decompression_bomb() -> bytes:
    """A PNG of 60,000 by 60,000 pixels in a kilobyte."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    data = zlib.compress(bytes(1 << 20))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def thin() -> bytes:
    """One pixel wide: scaled down, it would have no pixel at all."""
    out = io.BytesIO()
    Image.new("L", (1, 4000), 255).save(out, "PNG")
    return out.getvalue()


HOSTILE = {
    "a decompression bomb": (decompression_bomb(), 422, "unreadable_image"),
    "nothing": (b"", 422, "unreadable_image"),
    "text": (b"<svg onload=alert(1)>", 422, "unreadable_image"),
    "truncated": (png()[:70], 422, "unreadable_image"),
    "one pixel wide": (thin(), 422, "no_code_found"),
    "a plain wall": (png(400, (90, 120, 110)), 422, "no_code_found"),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_picture_is_422_and_the_next_one_is_read(codes: CodesClient, name: str) -> None:
    body, status, code = HOSTILE[name]
    answered, problem = await codes.scan(data=body, and_headers={"Content-Type": "image/png"})
    assert (answered, problem["code"]) == (status, code)
    product = "p" + secrets.token_hex(4)
    await codes.publish(codes.product(product))
    share = await codes.shared(product)
    picture, _ = await codes.picture(share["image_url"])
    answered, scanned = await codes.scan(data=picture, and_headers={"Content-Type": "image/png"})
    assert (answered, scanned["code"]) == (200, share["code"])


async def test_forty_large_pictures_at_once_are_read_or_refused_with_429(codes: CodesClient) -> None:
    product = "p" + secrets.token_hex(4)
    await codes.publish(codes.product(product))
    share = await codes.shared(product)
    code = Image.open(io.BytesIO((await codes.picture(share["image_url"]))[0])).convert("L")
    photo, file = Image.new("L", (4000, 3000), 200), io.BytesIO()
    photo.paste(code, (1800, 1200))
    photo.save(file, "JPEG", quality=85)
    scans = [codes.scan(data=file.getvalue(), and_headers={"Content-Type": "image/jpg"}) for _ in range(40)]
    answers = await asyncio.gather(*scans)
    read = [answer["code"] for status, answer in answers if status == 200]
    refused = [answer["code"] for status, answer in answers if status != 200]
    assert len(read) >= 2
    assert set(read) == {share["code"]}
    assert set(refused) <= {"busy", "unavailable"}


FORM_FIELD = b'--b\r\nContent-Disposition: form-data; name="image"\r\n'
UNREADABLE_FORMS = {
    "no boundary inside": b"x",
    "a field without a name": b"--b\r\n\r\nx\r\n--b--",
    "an unknown transfer encoding": FORM_FIELD + b"Content-Transfer-Encoding: foo\r\n\r\nx\r\n--b--",
    "too many headers": FORM_FIELD + b"a: b\r\n" * 5_000 + b"\r\nx\r\n--b--",
    "a header without a colon": b"--b\r\n" * 20_000,
    "a form within the form": b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b--",
    "an unknown charset": FORM_FIELD + b"Content-Type: text/plain; charset=foo\r\n\r\nx\r\n--b--",
}


@pytest.mark.parametrize("form", UNREADABLE_FORMS.values(), ids=UNREADABLE_FORMS.keys())
async def test_a_form_that_cannot_be_read_is_refused_as_such(codes: CodesClient, form: bytes) -> None:
    multipart = {"Content-Type": "multipart/form-data; boundary=b"}
    status, problem = await codes.scan(data=form, and_headers=multipart)
    assert (status, problem["code"]) == (422, "malformed_form")
