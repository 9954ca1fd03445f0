"""Pictures and videos, from one folder only."""

from __future__ import annotations

import asyncio
from pathlib import Path

from aiohttp import web

from catalog.domain.errors import NotFound
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
"""Other files in the folder are not served."""
HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",  # an SVG must not run scripts
}


class MediaRoutes:
    """`GET /media/{path}`: public."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def routes(self) -> list[Route]:
        return [Route("GET", "/media/{path:.+}", self.file, PUBLIC)]

    async def file(self, request: web.Request) -> web.StreamResponse:
        """One file."""
        found = await asyncio.to_thread(locate, self._folder, request.match_info["path"])
        if found is None:
            raise NotFound("this picture")
        return web.FileResponse(found, headers={**HEADERS, "Content-Type": TYPES[found.suffix.lower()]})


def locate(folder: Path, path: str) -> Path | None:
    """The file at `path` inside `folder`; None if there is none, or if the path or a link leads outside."""
    root = folder.resolve()
    try:
        found = (root / path).resolve(strict=True)
    except (OSError, ValueError):
        return None
    if not found.is_relative_to(root) or not found.is_file() or found.suffix.lower() not in TYPES:
        return None
    return found
