"""A viewer shares a product, and anybody in a host reads what a code opens."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from contracts.api.share_codes import ShareRequest
from runtime.web.bodies import json_response, read_json
from runtime.web.routes import Route, principal_of, scopes
from runtime.web.tokens import HOST, OWNER, VIEWER
from sharecode.application.owner_codes import OwnerCodes
from sharecode.application.sharing import ShareProduct
from sharecode.domain.codes import Sharer
from sharecode.domain.errors import MiniProgramNotFound
from sharecode.http.code_views import code_view, requested_look, share_answer


@dataclass(frozen=True, slots=True)
class SharingRoutes:
    """`public_url` begins the links that are given out."""

    share_product: ShareProduct
    codes: OwnerCodes
    public_url: str

    def routes(self) -> list[Route]:
        """The routes with their scopes."""
        path = "/v1/mini-programs/{mini_program_id}/products/{product_id}/share-codes"
        return [
            Route("POST", path, self.share, scopes(VIEWER)),
            Route("GET", "/v1/share-codes/{code}", self.read, scopes(HOST, VIEWER, OWNER)),
        ]

    async def share(self, request: web.Request) -> web.Response:
        """The sharer's code for this product: 201 when it is new, 200 afterwards."""
        principal, path = principal_of(request), request.match_info
        if principal.mini_program_id != path["mini_program_id"]:
            raise MiniProgramNotFound
        body = await read_json(request, ShareRequest) if await request.read() else ShareRequest()
        sharer = Sharer(principal.host_id or "", principal.openid or "")
        shared = await self.share_product(
            sharer, path["mini_program_id"], path["product_id"], requested_look(body)
        )
        return json_response(share_answer(shared, self.public_url), 201 if shared.created else 200)

    async def read(self, request: web.Request) -> web.Response:
        """What a code opens; its owner sees its counts."""
        owner_id = principal_of(request).owner_id
        share = await self.codes.read(request.match_info["code"], owner_id)
        return json_response(code_view(share, with_counts=owner_id is not None))
