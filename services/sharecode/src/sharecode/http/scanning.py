"""A host scans a picture, a link or a code. The gateway adds to the answer what the code opens, and the signed click."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web

from contracts.api.share_codes import ScanText
from runtime.web.bodies import JSON, json_response, read_json
from runtime.web.pictures import Turns, read_picture
from runtime.web.routes import Route, scopes
from runtime.web.tokens import EVERY_ROLE, HOST
from sharecode.application.scanning import ScanCode


@dataclass(frozen=True, slots=True)
class ScanRoutes:
    """Larger pictures than `max_image_bytes` are refused unread; those that wait for their turn wait unread."""

    scan_code: ScanCode
    max_image_bytes: int
    turns: Turns = field(default_factory=Turns)

    def routes(self) -> list[Route]:
        """The route with its scope."""
        return [
            Route(
                "POST", "/v1/scans", self.scan, scopes(HOST), max_body=self.max_image_bytes, roles=EVERY_ROLE
            )
        ]

    async def scan(self, request: web.Request) -> web.Response:
        """The code with its product and sharer."""
        if request.content_type == JSON:
            share = await self.scan_code.in_text((await read_json(request, ScanText)).text)
        else:
            async with self.turns.turn():
                share = await self.scan_code.in_picture(await read_picture(request, JSON))
        return json_response(
            {
                "code": share.code,
                "host_id": share.host_id,
                "mini_program_id": share.mini_program_id,
                "product_id": share.product_id,
                "sharer": share.sharer,
            }
        )
