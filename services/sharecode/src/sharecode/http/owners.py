"""What the owner of a mini program does with its codes: look through them, withdraw them, dress them."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from aiohttp import web

from contracts.api.common import Page, PageQuery
from contracts.api.sharing import Allowance, CodeLookRequest, CodeLookView, ShareCodeView, ShareQuota
from roundcode.look import BadLook
from runtime.clock import Clock
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.problems import not_found
from runtime.web.routes import Route, principal_of, scopes
from runtime.web.tokens import OWNER
from sharecode.adapters.codes import Codes
from sharecode.adapters.looks import Looks, ProgramLook
from sharecode.adapters.shops import Shops
from sharecode.adapters.usage import Usage
from sharecode.domain.quota import Limit
from sharecode.http.shapes import bad_look, look_of, view_of
from sharecode.pictures import Pictures


@dataclass(frozen=True, slots=True)
class Owners:
    """The handlers, with what they need."""

    codes: Codes
    shops: Shops
    looks: Looks
    usage: Usage
    of_program: Limit
    of_sharer: Limit
    pictures: Pictures
    clock: Clock

    def routes(self) -> list[Route]:
        """All of them."""
        own, owner = "/v1/owner/mini-programs/{mini_program_id}/share-codes", scopes(OWNER)
        return [
            Route("GET", own, self.list_codes, owner),
            Route("GET", f"{own}/quota", self.quota, owner),
            Route("GET", f"{own}/look", self.read_look, owner),
            Route("PUT", f"{own}/look", self.put_look, owner),
            Route("POST", "/v1/owner/share-codes/{code}/withdrawal", self.withdraw, owner),
        ]

    async def list_codes(self, request: web.Request) -> web.Response:
        """The codes of an own mini program, with their counts."""
        mini_program_id, query = await self._own(request), read_query(request, PageQuery)
        found = await self.codes.page(mini_program_id, query.cursor, query.limit + 1)
        shown = found[: query.limit]
        following = shown[-1].code if len(found) > query.limit else None
        views = [view_of(share, with_counts=True) for share in shown]
        return json_response(Page[ShareCodeView](items=views, next_cursor=following))

    async def withdraw(self, request: web.Request) -> web.Response:
        """Let a code open nothing any more."""
        share = await self.codes.get(request.match_info["code"])
        if (
            share is None
            or await self.shops.owner_of(share.mini_program_id) != principal_of(request).owner_id
        ):
            raise not_found("the code")
        return json_response(view_of(await self.codes.withdraw(share), with_counts=True))

    async def quota(self, request: web.Request) -> web.Response:
        """How many new codes may still be made."""
        mini_program_id, now, limit = await self._own(request), self.clock(), self.of_program
        used = await self.usage.used(limit, mini_program_id, now)
        allowance = Allowance(
            limit=limit.most, used=used, left=max(0, limit.most - used), resets_at=limit.ends(now)
        )
        made = await self.codes.count(mini_program_id)
        return json_response(
            ShareQuota(
                mini_program_id=mini_program_id,
                codes=made,
                per_minute=allowance,
                per_sharer_and_day=self.of_sharer.most,
            )
        )

    async def read_look(self, request: web.Request) -> web.Response:
        """The look that holds now."""
        mini_program_id = await self._own(request)
        return json_response(_look_view(mini_program_id, await self.looks.of(mini_program_id)))

    async def put_look(self, request: web.Request) -> web.Response:
        """This colour and logo from now on; the logo is decoded once, here, and kept as a plain square PNG."""
        mini_program_id, wanted = await self._own(request), await read_json(request, CodeLookRequest)
        if wanted.line_color is not None:
            look_of(line_color=wanted.line_color)
        logo = await self._logo(wanted.logo) if wanted.logo is not None else None
        color = wanted.line_color.lower() if wanted.line_color else None
        return json_response(_look_view(mini_program_id, await self.looks.put(mini_program_id, color, logo)))

    async def _logo(self, text: str) -> bytes:
        try:
            return await self.pictures.square_logo(base64.b64decode(text, validate=True))
        except binascii.Error:
            raise bad_look(BadLook("logo", "logo must be the base64 of a picture")) from None
        except BadLook as wrong:
            raise bad_look(wrong) from None

    async def _own(self, request: web.Request) -> str:
        mini_program_id = request.match_info["mini_program_id"]
        if await self.shops.owner_of(mini_program_id) != principal_of(request).owner_id:
            raise not_found("the mini program")
        return mini_program_id


def _look_view(mini_program_id: str, look: ProgramLook) -> CodeLookView:
    return CodeLookView(
        mini_program_id=mini_program_id,
        version=look.version,
        line_color=look.line_color,
        logo=look.logo is not None,
    )
