"""Pictures and videos, from one folder only."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.hdrs import IF_RANGE, RANGE

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
ONE_PART = re.compile(
    r"bytes=(?:(?P<first>\d{1,18})-(?P<last>\d{0,18})|-(?P<tail>\d{1,18}))", re.ASCII | re.IGNORECASE
)
BEYOND = 10**18
"""An offset that no file has."""


class RangedFile(web.FileResponse):
    """A file, or the one part of it that a `Range` names (RFC 9110, section 14.2).

    Other units, several parts and what is no range at all are ignored: the answer is the whole file. A part that lies outside is 416.
    """

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Send it."""
        asked = request.headers.get(RANGE)
        if asked is None:
            return await super().prepare(request)
        headers = request.headers.copy()
        other_tag = IF_RANGE in headers and request.if_range is None  # aiohttp compares dates only
        part = ONE_PART.fullmatch(asked)
        if other_tag or part is None or (part["last"] and int(part["last"]) < int(part["first"])):
            del headers[RANGE]
        elif part["tail"] is not None and not int(
            part["tail"]
        ):  # aiohttp takes the last 0 bytes for all of them
            headers[RANGE] = f"bytes={BEYOND}-"
        return await super().prepare(request.clone(headers=headers))


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
        return RangedFile(found, headers={**HEADERS, "Content-Type": TYPES[found.suffix.lower()]})


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
