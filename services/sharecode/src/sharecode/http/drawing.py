"""The pictures of a code. Anybody may have them: they are made to be shown."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from contracts.api.sharing import LookQuery
from roundcode.look import Look
from runtime.web.bodies import read_query
from runtime.web.problems import not_found
from runtime.web.routes import Route
from runtime.web.tokens import PUBLIC
from sharecode.adapters.codes import Codes
from sharecode.adapters.looks import Looks
from sharecode.domain.codes import QR_MARK, ShareCode, key_of
from sharecode.http.shapes import look_of, withdrawn
from sharecode.pictures import Pictures

FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
"""The picture depends on nothing but its address."""
FOR_NOW = {"Cache-Control": "public, max-age=300"}
"""The address names another version of the logo than there is: the present one is drawn."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """The handlers, with what they need."""

    codes: Codes
    looks: Looks
    pictures: Pictures

    def routes(self) -> list[Route]:
        """All of them."""
        code = "/v1/share-codes/{code}"
        return [
            Route("GET", f"{code}/image.png", self.image_png, PUBLIC),
            Route("GET", f"{code}/image.svg", self.image_svg, PUBLIC),
            Route("GET", f"{code}/qr.png", self.qr_png, PUBLIC),
        ]

    async def image_png(self, request: web.Request) -> web.Response:
        """The round code as a picture."""
        share, look, kept = await self._asked(request)
        picture = await self.pictures.round_png(key_of(share.code), look)
        return web.Response(body=picture, content_type="image/png", headers=kept)

    async def image_svg(self, request: web.Request) -> web.Response:
        """The round code as a drawing."""
        share, look, kept = await self._asked(request)
        picture = await self.pictures.round_svg(key_of(share.code), look)
        return web.Response(text=picture, content_type="image/svg+xml", headers=kept)

    async def qr_png(self, request: web.Request) -> web.Response:
        """The plain QR code, always black on white: any scanner reads it."""
        query = read_query(request, LookQuery)
        share = await self._share(request)
        picture = await self.pictures.qr_png(QR_MARK + share.code, query.width)
        return web.Response(body=picture, content_type="image/png", headers=FOR_EVER)

    async def _asked(self, request: web.Request) -> tuple[ShareCode, Look, dict[str, str]]:
        query = read_query(request, LookQuery)
        share, logo, kept = await self._share(request), None, FOR_EVER
        if query.logo:
            own = await self.looks.of(share.mini_program_id)
            logo, kept = own.logo, FOR_EVER if own.version == query.logo else FOR_NOW
        look = look_of(
            width=query.width,
            line_color=query.line_color,
            transparent=query.transparent == "true",
            logo=logo,
            caption=query.caption,
        )
        return share, look, kept

    async def _share(self, request: web.Request) -> ShareCode:
        share = await self.codes.get(request.match_info["code"])
        if share is None:
            raise not_found("the code")
        if share.withdrawn:
            raise withdrawn()
        return share
