"""The owner of a mini program lists its codes, withdraws them, and sets their look."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from contracts.api.common import ChangesQuery, Page
from contracts.api.share_codes import CodeLookRequest, ShareCodeView
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.editing import edited_response, expected_version
from runtime.web.listing import asked_page, cursor_of
from runtime.web.routes import Route, principal_of, roles, scopes
from runtime.web.tokens import CATALOGUE, OWNER
from sharecode.application.owner_codes import OwnerCodes, OwnerLooks
from sharecode.domain.looks import ProgramLook
from sharecode.http.code_views import code_view, look_view, quota_view


@dataclass(frozen=True, slots=True)
class OwnerCodeRoutes:
    """Codes, quota and look of the owner's mini programs."""

    codes: OwnerCodes
    looks: OwnerLooks

    def routes(self) -> list[Route]:
        """The routes with their scope."""
        own, owner = "/v1/owner/mini-programs/{mini_program_id}/share-codes", scopes(OWNER)
        return [
            Route("GET", own, self.list_codes, owner),
            Route("GET", f"{own}/quota", self.quota, owner),
            Route("GET", f"{own}/look", self.read_look, owner),
            Route("PUT", f"{own}/look", self.put_look, owner, roles=roles(CATALOGUE)),
            Route(
                "POST",
                "/v1/owner/share-codes/{code}/withdrawal",
                self.withdraw,
                owner,
                roles=roles(CATALOGUE),
            ),
        ]

    async def list_codes(self, request: web.Request) -> web.Response:
        """The codes with their counts."""
        query = read_query(request, ChangesQuery)
        asked = asked_page(request, query.cursor, query.updated_since)
        found = await self.codes.page(*_own(request), asked, query.limit)
        views = [code_view(share, with_counts=True) for share in found.items]
        next_cursor = cursor_of(request, found.following)
        return json_response(Page[ShareCodeView](items=views, next_cursor=next_cursor))

    async def withdraw(self, request: web.Request) -> web.Response:
        """The code opens nothing from now on."""
        share = await self.codes.withdraw(_owner_id(request), request.match_info["code"])
        return json_response(code_view(share, with_counts=True))

    async def quota(self, request: web.Request) -> web.Response:
        """How many new codes may still be created."""
        owner_id, mini_program_id = _own(request)
        used = await self.codes.quota_used(owner_id, mini_program_id)
        return json_response(quota_view(mini_program_id, used))

    async def read_look(self, request: web.Request) -> web.Response:
        """The current look."""
        owner_id, mini_program_id = _own(request)
        return _look(await self.looks.read(owner_id, mini_program_id))

    async def put_look(self, request: web.Request) -> web.Response:
        """Set colour and logo."""
        owner_id, mini_program_id = _own(request)
        body = await read_json(request, CodeLookRequest)
        expected = expected_version(request)
        return _look(await self.looks.put(owner_id, mini_program_id, body.line_color, body.logo, expected))


def _look(look: ProgramLook) -> web.Response:
    return edited_response(look_view(look), look.version)


def _own(request: web.Request) -> tuple[str, str]:
    """The owner and the mini program of the path."""
    return _owner_id(request), request.match_info["mini_program_id"]


def _owner_id(request: web.Request) -> str:
    return principal_of(request).owner_id or ""  # nothing belongs to an empty id
