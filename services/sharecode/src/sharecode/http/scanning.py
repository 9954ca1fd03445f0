"""A host scans: a picture, a link or a code. The answer is what the code stands for; the gateway adds the page."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from contracts.api.share_codes import ScanText
from runtime.web.bodies import json_response, read_json
from runtime.web.problems import Problem, not_found
from runtime.web.routes import Route, scopes
from runtime.web.tokens import HOST
from sharecode.adapters.codes import Codes
from sharecode.domain.codes import code_in
from sharecode.http.shapes import withdrawn
from sharecode.pictures import Pictures

PICTURE_TYPES = ("image/png", "image/jpeg", "image/webp")
NO_CODE_IN_TEXT = "the text holds no code; pass on a share link or a code as it is"
NO_CODE_IN_PICTURE = (
    "no code was found in the picture; fill more of it with the code, in even light and in focus"
)


@dataclass(frozen=True, slots=True)
class Scanning:
    """The handler, with what it needs."""

    codes: Codes
    pictures: Pictures
    max_image_bytes: int

    def routes(self) -> list[Route]:
        """The one call."""
        return [Route("POST", "/v1/scans", self.scan, scopes(HOST), max_body=self.max_image_bytes)]

    async def scan(self, request: web.Request) -> web.Response:
        """Code, product and sharer: the gateway turns it into a page and a click."""
        code = await self._scanned(request)
        share = await self.codes.get(code)
        if share is None:
            raise not_found("the code")
        if share.withdrawn:
            raise withdrawn()
        await self.codes.count_scan(code)
        return json_response(
            {
                "code": share.code,
                "host_id": share.host_id,
                "mini_program_id": share.mini_program_id,
                "product_id": share.product_id,
                "sharer": share.sharer,
            }
        )

    async def _scanned(self, request: web.Request) -> str:
        if request.content_type == "application/json":
            code, hint = code_in((await read_json(request, ScanText)).text), NO_CODE_IN_TEXT
        else:
            code, hint = await self.pictures.read(await _picture(request)), NO_CODE_IN_PICTURE
        if code is None:
            raise Problem(422, "no_code_found", hint)
        return code


async def _picture(request: web.Request) -> bytes:
    if request.content_type in PICTURE_TYPES:
        return await request.read()
    if request.content_type == "multipart/form-data":
        try:
            form = await request.post()
        except ValueError:
            raise Problem(422, "malformed_form", "the multipart form cannot be read") from None
        image = form.get("image")
        if isinstance(image, web.FileField):
            return image.file.read()
        message = "send the picture as the file `image`"
        raise Problem(422, "invalid_content", message, errors=[("image", message)])
    accepted = ", ".join((*PICTURE_TYPES, "multipart/form-data", "application/json"))
    raise Problem(415, "unsupported_media_type", f"send one of: {accepted}")
