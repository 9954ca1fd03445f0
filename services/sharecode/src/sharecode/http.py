"""The calls of share codes. Scans answer what a code stands for; the gateway adds the page that it opens."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from contracts.api.common import Page, PageQuery
from contracts.api.sharing import LookQuery, ScanText, ShareAnswer, ShareCodeView, ShareRequest
from runtime.clock import Clock
from runtime.http import Route, json_response, principal_of, read_json, read_query, scopes
from runtime.ids import NewId
from runtime.problems import Problem, not_found
from runtime.tokens import HOST, OWNER, PUBLIC, VIEWER
from sharecode.adapters.codes import Codes
from sharecode.adapters.shops import Shops
from sharecode.domain.codes import LINK_PATH, QR_MARK, ShareCode, code_in, code_of, key_of
from sharecode.pictures import Pictures
from sharecode.roundcode.look import BadLook, Look

IMMUTABLE = {"Cache-Control": "public, max-age=31536000, immutable"}
"""A code's picture depends on nothing but its address."""
PICTURE_TYPES = ("image/png", "image/jpeg", "image/webp")


@dataclass(frozen=True, slots=True)
class Calls:
    """The handlers, with what they need."""

    codes: Codes
    shops: Shops
    pictures: Pictures
    clock: Clock
    new_id: NewId
    public_url: str
    max_image_bytes: int

    def routes(self) -> list[Route]:
        """All of them."""
        code = "/v1/share-codes/{code}"
        owned = "/v1/owner/share-codes/{code}/withdrawal"
        return [
            Route(
                "POST", "/v1/mini-programs/{mini_program_id}/products/{product_id}/share-codes", self.share, scopes(VIEWER)
            ),
            Route("GET", code, self.read, scopes(HOST, VIEWER, OWNER)),
            Route("GET", f"{code}/image.png", self.image_png, PUBLIC),
            Route("GET", f"{code}/image.svg", self.image_svg, PUBLIC),
            Route("GET", f"{code}/qr.png", self.qr_png, PUBLIC),
            Route("POST", "/v1/scans", self.scan, scopes(HOST), max_body=self.max_image_bytes),
            Route("GET", "/v1/owner/mini-programs/{mini_program_id}/share-codes", self.list_codes, scopes(OWNER)),
            Route("POST", owned, self.withdraw, scopes(OWNER)),
        ]  # fmt: skip

    async def share(self, request: web.Request) -> web.Response:
        principal = principal_of(request)
        mini_program_id, product_id = request.match_info["mini_program_id"], request.match_info["product_id"]
        if principal.mini_program_id != mini_program_id:
            raise not_found("the mini program")
        look = await read_json(request, ShareRequest) if await request.read() else ShareRequest()
        _look(look.width, look.line_color, look.transparent)
        allowed = await self.shops.may_be_shared(mini_program_id, product_id)
        if allowed is None:
            raise not_found("the product")
        if not allowed:
            raise Problem(409, "sharing_not_allowed", "this product may not be shared")
        key = bytes.fromhex(self.new_id())
        new = ShareCode(
            code_of(key),
            principal.host_id or "",
            mini_program_id,
            product_id,
            principal.openid or "",
            self.clock(),
        )
        share, is_new = await self.codes.add(new)
        return json_response(self._answer(share, look), 201 if is_new else 200)

    def _answer(self, share: ShareCode, look: ShareRequest) -> ShareAnswer:
        address = f"{self.public_url}{LINK_PATH}{share.code}"
        colour = look.line_color.replace("#", "%23").lower()
        query = f"width={look.width}&line_color={colour}&transparent={str(look.transparent).lower()}"
        return ShareAnswer(
            code=share.code, link=address, image_url=f"{address}/image.png?{query}", qr_url=f"{address}/qr.png?width={look.width}"
        )  # fmt: skip

    async def read(self, request: web.Request) -> web.Response:
        share, principal = await self._share(request), principal_of(request)
        owns = (
            principal.owner_id is not None
            and await self.shops.owner_of(share.mini_program_id) == principal.owner_id
        )
        if principal.has(OWNER) and not owns:
            raise not_found("the code")
        return json_response(_view(share, with_counts=owns))

    async def list_codes(self, request: web.Request) -> web.Response:
        mini_program_id, query = request.match_info["mini_program_id"], read_query(request, PageQuery)
        if await self.shops.owner_of(mini_program_id) != principal_of(request).owner_id:
            raise not_found("the mini program")
        found = await self.codes.page(mini_program_id, query.cursor, query.limit + 1)
        shown = found[: query.limit]
        following = shown[-1].code if len(found) > query.limit else None
        views = [_view(share, with_counts=True) for share in shown]
        return json_response(Page[ShareCodeView](items=views, next_cursor=following))

    async def withdraw(self, request: web.Request) -> web.Response:
        share = await self._share(request)
        if await self.shops.owner_of(share.mini_program_id) != principal_of(request).owner_id:
            raise not_found("the code")
        return json_response(_view(await self.codes.withdraw(share), with_counts=True))

    async def scan(self, request: web.Request) -> web.Response:
        """Code, product and sharer: the gateway turns it into a page and a click."""
        code = await self._scanned(request)
        share = await self.codes.get(code)
        if share is None:
            raise not_found("the code")
        if share.withdrawn:
            raise Problem(410, "withdrawn", "this code has been withdrawn by its mini program")
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
            body = await read_json(request, ScanText)
            code = code_in(body.text)
            if code is None:
                raise Problem(
                    422, "no_code_found", "the text holds no code; pass on a share link or a code as it is"
                )
            return code
        code = await self.pictures.read(await self._picture(request))
        if code is None:
            hint = (
                "no code was found in the picture; fill more of it with the code, in even light and in focus"
            )
            raise Problem(422, "no_code_found", hint)
        return code

    async def _picture(self, request: web.Request) -> bytes:
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

    async def image_png(self, request: web.Request) -> web.Response:
        share, look = await self._share(request), self._look(request)
        picture = await self.pictures.round_png(key_of(share.code), look)
        return web.Response(body=picture, content_type="image/png", headers=IMMUTABLE)

    async def image_svg(self, request: web.Request) -> web.Response:
        share, look = await self._share(request), self._look(request)
        picture = await self.pictures.round_svg(key_of(share.code), look)
        return web.Response(text=picture, content_type="image/svg+xml", headers=IMMUTABLE)

    async def qr_png(self, request: web.Request) -> web.Response:
        share, look = await self._share(request), self._look(request)
        picture = await self.pictures.qr_png(QR_MARK + share.code, look.width)
        return web.Response(body=picture, content_type="image/png", headers=IMMUTABLE)

    def _look(self, request: web.Request) -> Look:
        query = read_query(request, LookQuery)
        return _look(query.width, query.line_color, query.transparent == "true")

    async def _share(self, request: web.Request) -> ShareCode:
        share = await self.codes.get(request.match_info["code"])
        if share is None:
            raise not_found("the code")
        return share


def _look(width: int, line_color: str, transparent: bool) -> Look:
    try:
        return Look(width=width, line_color=line_color, transparent=transparent)
    except BadLook as wrong:
        raise Problem(422, "invalid_content", str(wrong), errors=[("line_color", str(wrong))]) from None


def _view(share: ShareCode, *, with_counts: bool) -> ShareCodeView:
    return ShareCodeView(
        code=share.code,
        mini_program_id=share.mini_program_id,
        product_id=share.product_id,
        withdrawn=share.withdrawn,
        scans=share.scans if with_counts else None,
        created_at=share.created_at,
    )
