"""Pictures, from one folder and from nowhere else."""

from __future__ import annotations

import asyncio
from pathlib import Path

from aiohttp import web

from catalog.domain.errors import NotThere
from catalog.http.access import speaking
from runtime.web.routes import Route
from runtime.web.tokens import PUBLIC

TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".svg": "image/svg+xml",
    ".mp4": "video/mp4",
}
"""What is served; anything else in the folder is not there."""
HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",  # a drawing must not act
}


def media_routes(folder: Path) -> list[Route]:
    """`GET /media/{path}`: public."""

    async def picture(request: web.Request) -> web.StreamResponse:
        found = await asyncio.to_thread(locate, folder, request.match_info["path"])
        if found is None:
            raise NotThere("this picture")
        return web.FileResponse(found, headers={**HEADERS, "Content-Type": TYPES[found.suffix.lower()]})

    return [Route("GET", "/media/{path:.+}", speaking(picture), PUBLIC)]


def locate(folder: Path, path: str) -> Path | None:
    """The picture at `path` inside `folder`; None when there is none, or when the path or a link leads outside."""
    root = folder.resolve()
    try:
        found = (root / path).resolve(strict=True)
    except (OSError, ValueError):
        return None
    if not found.is_relative_to(root) or not found.is_file() or found.suffix.lower() not in TYPES:
        return None
    return found
