"""Pictures come from one folder only."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from catalog_support.shop import Shop


async def test_pictures_come_from_their_folder_only(shop: Shop, media: Path) -> None:
    (media / "shop").mkdir(exist_ok=True)
    (media / "shop" / "tea.png").write_bytes(b"\x89PNG picture")
    (media / "notes.txt").write_text("not a picture", encoding="utf-8")
    (media.parent / "secret.png").write_bytes(b"secret")
    (media / "link.png").unlink(missing_ok=True)
    (media / "link.png").symlink_to(media.parent / "secret.png")
    async with shop.service.http.get(f"{shop.service.url}/media/shop/tea.png") as answer:
        assert answer.status == 200
        assert await answer.read() == b"\x89PNG picture"
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Type"] == "image/png"
    for path in (
        "../secret.png",
        "%2e%2e/secret.png",
        "..%2fsecret.png",
        "link.png",
        "notes.txt",
        "shop",
        "%00.png",
    ):
        raw = f"GET /media/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        assert b" 404 " in await status_line(shop.service.url, raw), path


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        ("bytes=0-3", 206, b"0123"), ("bytes=4-", 206, b"456789"), ("bytes=-3", 206, b"789"), ("bytes=0-99", 206, b"0123456789"),
        ("Bytes=9-9", 206, b"9"), ("bytes=-99", 206, b"0123456789"),
        ("bytes=10-", 416, None), ("bytes=-0", 416, None), ("bytes=999999999999999999-", 416, None),
        ("items=0-3", 200, b"0123456789"), ("bytes=0-1,3-4", 200, b"0123456789"), ("bytes=4-2", 200, b"0123456789"),
        ("bytes=-", 200, b"0123456789"), ("bytes", 200, b"0123456789"), ("bytes=a-b", 200, b"0123456789"),
        ("bytes=-1-2", 200, b"0123456789"), ("bytes=" + "9" * 5000 + "-", 200, b"0123456789"), ("bytes=٣-", 200, b"0123456789"),
    ],
)  # fmt: skip
async def test_a_range_is_answered_as_http_defines_it(
    shop: Shop, media: Path, asked: str, status: int, body: bytes | None
) -> None:
    (media / "ten.png").write_bytes(b"0123456789")
    async with shop.service.http.get(f"{shop.service.url}/media/ten.png", headers={"Range": asked}) as answer:
        assert answer.status == status
        if body is not None:
            assert await answer.read() == body
        if status == 416:
            assert answer.headers["Content-Range"] == "bytes */10"


@pytest.mark.parametrize("asked", ["bytes=0-3", "bytes=99-", "bytes=-0"])
async def test_a_range_means_nothing_in_a_head_request(shop: Shop, media: Path, asked: str) -> None:
    (media / "ten.png").write_bytes(b"0123456789")
    async with shop.service.http.head(
        f"{shop.service.url}/media/ten.png", headers={"Range": asked}
    ) as answer:
        assert (answer.status, answer.headers["Content-Length"]) == (200, "10")
        assert "Content-Range" not in answer.headers


async def test_a_range_for_another_version_of_a_picture_gets_all_of_this_one(shop: Shop, media: Path) -> None:
    (media / "ten.png").write_bytes(b"0123456789")
    headers = {"Range": "bytes=0-3", "If-Range": '"another"'}
    async with shop.service.http.get(f"{shop.service.url}/media/ten.png", headers=headers) as answer:
        assert (answer.status, await answer.read()) == (200, b"0123456789")


async def status_line(url: str, raw: str) -> bytes:
    """The status line that answers a raw request, with a path that HTTP clients would normalise."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(raw.encode())
    answer = await reader.readline()
    writer.close()
    return answer
