"""Pictures and videos: the operator's from one folder only, and those that owners uploaded."""

from __future__ import annotations

import re

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.hdrs import IF_RANGE, RANGE

from catalog.application.pictures import OperatorFolder, Pictures, creators_name
from catalog.domain.errors import NotFound
from catalog.domain.picture import FOLDER_TYPES, WIDTHS
from catalog.http.access import claim
from contracts.api.media import PictureView
from runtime.web.bodies import json_response
from runtime.web.pictures import Turns, read_picture
from runtime.web.routes import Route, principal_of, roles, scopes
from runtime.web.tokens import CATALOGUE, CREATOR, OWNER, PUBLIC

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

    Other methods and units, several parts and what is no range at all are ignored: the answer is the whole file. A part that lies outside is 416.
    """

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Send it."""
        asked = request.headers.get(RANGE)
        if asked is None:
            return await super().prepare(request)
        headers = request.headers.copy()
        is_read = request.method == "GET"  # the only method for which ranges are defined
        other_tag = IF_RANGE in headers and request.if_range is None  # aiohttp compares dates only
        part = ONE_PART.fullmatch(asked)
        if (
            not is_read
            or other_tag
            or part is None
            or (part["last"] and int(part["last"]) < int(part["first"]))
        ):
            del headers[RANGE]
        elif part["tail"] is not None and not int(
            part["tail"]
        ):  # aiohttp takes the last 0 bytes for all of them
            headers[RANGE] = f"bytes={BEYOND}-"
        return await super().prepare(request.clone(headers=headers))


MAX_PICTURE = 10 * 1024 * 1024


class MediaRoutes:
    """`GET /media/{path}`: public."""

    def __init__(self, folder: OperatorFolder) -> None:
        self._folder = folder

    def routes(self) -> list[Route]:
        return [Route("GET", "/media/{path:.+}", self.file, PUBLIC)]

    async def file(self, request: web.Request) -> web.StreamResponse:
        """One file."""
        found = await self._folder.find(request.match_info["path"])
        if found is None:
            raise NotFound("this picture")
        return RangedFile(found, headers={**HEADERS, "Content-Type": FOLDER_TYPES[found.suffix.lower()]})


class PictureRoutes:
    """Owners and creators upload pictures; everybody reads them."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._turns = Turns()

    def routes(self) -> list[Route]:
        widths = "|".join(map(str, WIDTHS))
        return [
            Route(
                "POST",
                "/v1/owner/media",
                self.upload,
                scopes(OWNER),
                max_body=MAX_PICTURE,
                roles=roles(CATALOGUE),
            ),
            Route(
                "POST",
                "/v1/creator/media",
                self.upload_of_creator,
                scopes(CREATOR),
                max_body=MAX_PICTURE,
                roles=roles(CATALOGUE),
            ),
            Route(
                "GET", f"/media/pictures/{{sha256:[0-9a-f]{{64}}}}/{{width:{widths}}}.webp", self.file, PUBLIC
            ),
        ]

    async def upload(self, request: web.Request) -> web.Response:
        """Store an owner's picture."""
        return await self._upload(request, claim(principal_of(request), "owner_id"))

    async def upload_of_creator(self, request: web.Request) -> web.Response:
        """Store a creator's picture."""
        return await self._upload(request, creators_name(claim(principal_of(request), "creator_id")))

    async def _upload(self, request: web.Request, uploader: str) -> web.Response:
        async with self._turns.turn():
            picture = await self._pictures.upload(uploader, await read_picture(request))
        answer = PictureView(
            url=picture.url, width=picture.width, height=picture.height, sha256=picture.sha256
        )
        return json_response(answer, 201)

    async def file(self, request: web.Request) -> web.Response:
        """One width of a picture."""
        sha256, width = request.match_info["sha256"], int(request.match_info["width"])
        data = await self._pictures.file(sha256, width)
        if data is None:
            raise NotFound("this picture")
        return web.Response(body=data, headers={**HEADERS, "Content-Type": "image/webp"})
