"""The pictures of a code. They are public: they are made to be shown."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from contracts.api.share_codes import LookQuery
from runtime.web.bodies import read_query
from runtime.web.routes import Route
from runtime.web.tokens import PUBLIC
from sharecode.application.drawing import DrawCode
from sharecode.http.code_views import look_of

PERMANENT = {"Cache-Control": "public, max-age=31536000, immutable"}
"""The picture depends on nothing but its address."""
TEMPORARY = {"Cache-Control": "public, max-age=300"}
"""The address names an outdated version of the logo: the current one is drawn."""


@dataclass(frozen=True, slots=True)
class PictureRoutes:
    """The round code and the plain QR code."""

    draw: DrawCode

    def routes(self) -> list[Route]:
        """The routes; none needs a token."""
        code = "/v1/share-codes/{code}"
        return [
            Route("GET", f"{code}/image.png", self.image_png, PUBLIC),
            Route("GET", f"{code}/image.svg", self.image_svg, PUBLIC),
            Route("GET", f"{code}/qr.png", self.qr_png, PUBLIC),
        ]

    async def image_png(self, request: web.Request) -> web.Response:
        """The round code as PNG."""
        look = look_of(read_query(request, LookQuery))
        drawn = await self.draw.round_png(request.match_info["code"], look)
        return web.Response(body=drawn.content, content_type="image/png", headers=_cached(drawn.permanent))

    async def image_svg(self, request: web.Request) -> web.Response:
        """The round code as SVG."""
        look = look_of(read_query(request, LookQuery))
        drawn = await self.draw.round_svg(request.match_info["code"], look)
        headers = _cached(drawn.permanent)
        return web.Response(text=drawn.content, content_type="image/svg+xml", headers=headers)

    async def qr_png(self, request: web.Request) -> web.Response:
        """The plain QR code."""
        query = read_query(request, LookQuery)
        picture = await self.draw.qr_png(request.match_info["code"], query.width)
        return web.Response(body=picture, content_type="image/png", headers=PERMANENT)


def _cached(permanent: bool) -> dict[str, str]:
    return PERMANENT if permanent else TEMPORARY
