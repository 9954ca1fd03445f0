"""A viewer shares a product, and anybody in a host looks at what a code opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from aiohttp import web

from contracts.api.sharing import ShareAnswer, ShareRequest
from roundcode.look import DEFAULT_COLOR
from runtime.clock import Clock
from runtime.ids import NewId
from runtime.web.bodies import json_response, read_json
from runtime.web.problems import Problem, not_found
from runtime.web.routes import Route, principal_of, scopes
from runtime.web.tokens import HOST, OWNER, VIEWER, Principal
from sharecode.adapters.codes import Codes
from sharecode.adapters.looks import Looks, ProgramLook
from sharecode.adapters.shops import Shops
from sharecode.adapters.usage import Usage
from sharecode.domain.codes import LINK_PATH, ShareCode, code_of
from sharecode.domain.quota import Limit
from sharecode.http.shapes import look_of, view_of, withdrawn


@dataclass(frozen=True, slots=True)
class Sharing:
    """The handlers, with what they need. `of_program` and `of_sharer` bound the new codes, not the calls."""

    codes: Codes
    shops: Shops
    looks: Looks
    usage: Usage
    of_program: Limit
    of_sharer: Limit
    clock: Clock
    new_id: NewId
    public_url: str

    def routes(self) -> list[Route]:
        """All of them."""
        path = "/v1/mini-programs/{mini_program_id}/products/{product_id}/share-codes"
        return [
            Route("POST", path, self.share, scopes(VIEWER)),
            Route("GET", "/v1/share-codes/{code}", self.read, scopes(HOST, VIEWER, OWNER)),
        ]

    async def share(self, request: web.Request) -> web.Response:
        """The sharer's code of this product: the same one, not counted again, where there is one already."""
        principal = principal_of(request)
        mini_program_id, product_id = request.match_info["mini_program_id"], request.match_info["product_id"]
        if principal.mini_program_id != mini_program_id:
            raise not_found("the mini program")
        wanted = await read_json(request, ShareRequest) if await request.read() else ShareRequest()
        own = await self.looks.of(mini_program_id)
        color = wanted.line_color or own.line_color or DEFAULT_COLOR
        look_of(width=wanted.width, line_color=color, transparent=wanted.transparent, caption=wanted.caption)
        allowed = await self.shops.may_be_shared(mini_program_id, product_id)
        if allowed is None:
            raise not_found("the product")
        if not allowed:
            raise Problem(409, "sharing_not_allowed", "this product may not be shared")
        share = await self.codes.of(principal.host_id or "", principal.openid or "", product_id)
        is_new = share is None
        if share is None:
            share, is_new = await self._new(principal, mini_program_id, product_id)
        if share.withdrawn:
            raise withdrawn()
        return json_response(self._answer(share, wanted, color, own), 201 if is_new else 200)

    async def _new(
        self, principal: Principal, mini_program_id: str, product_id: str
    ) -> tuple[ShareCode, bool]:
        """A new code, counted; when an equal call was quicker, its code, and nothing is counted."""
        now, sharer = self.clock(), f"{principal.host_id}:{principal.openid}"
        limits = ((self.of_sharer, sharer), (self.of_program, mini_program_id))
        taken: list[tuple[Limit, str]] = []
        for limit, whose in limits:
            if not await self.usage.take(limit, whose, now):
                await self._give_back(taken, now)
                message = (
                    f"{limit.most} new codes a {limit.name} is the limit; codes that are there still answer"
                )
                raise Problem(429, "quota_reached", message, retry_after=limit.seconds_left(now))
            taken.append((limit, whose))
        new = ShareCode(
            code_of(bytes.fromhex(self.new_id())),
            principal.host_id or "",
            mini_program_id,
            product_id,
            principal.openid or "",
            now,
        )
        share, is_new = await self.codes.add(new)
        if not is_new:
            await self._give_back(taken, now)
        return share, is_new

    async def _give_back(self, taken: list[tuple[Limit, str]], now: datetime) -> None:
        for limit, whose in taken:
            await self.usage.give_back(limit, whose, now)

    def _answer(self, share: ShareCode, wanted: ShareRequest, color: str, own: ProgramLook) -> ShareAnswer:
        address = f"{self.public_url}{LINK_PATH}{share.code}"
        query = {
            "width": str(wanted.width),
            "line_color": color.lower(),
            "transparent": str(wanted.transparent).lower(),
        }
        if wanted.logo and own.logo is not None:
            query["logo"] = str(own.version)
        if wanted.caption:
            query["caption"] = wanted.caption
        return ShareAnswer(
            code=share.code,
            link=address,
            image_url=f"{address}/image.png?{urlencode(query)}",
            qr_url=f"{address}/qr.png?width={wanted.width}",
        )

    async def read(self, request: web.Request) -> web.Response:
        """What a code opens; its owner sees its counts."""
        share, principal = await self.codes.get(request.match_info["code"]), principal_of(request)
        if share is None:
            raise not_found("the code")
        owns = (
            principal.owner_id is not None
            and await self.shops.owner_of(share.mini_program_id) == principal.owner_id
        )
        if principal.has(OWNER) and not owns:
            raise not_found("the code")
        return json_response(view_of(share, with_counts=owns))
