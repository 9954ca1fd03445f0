"""Pictures come from one folder only."""

from __future__ import annotations

import asyncio
from pathlib import Path

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


async def status_line(url: str, raw: str) -> bytes:
    """The status line that answers a raw request, with a path that HTTP clients would normalise."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(raw.encode())
    answer = await reader.readline()
    writer.close()
    return answer
