"""Owners apply and read themselves; operators decide about them."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from contracts.api.owners import ApprovalRequest, NewOwner, OwnerApplication, OwnersQuery, ReasonsRequest
from identity.application.owners import Owners
from identity.domain.owners import Reason
from identity.http.views import (
    application_of,
    listed_owner,
    owner_answer,
    owner_details,
    page_answer,
    path_id,
    reasons_of,
)
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.editing import edited_response, expected_version
from runtime.web.listing import asked_page
from runtime.web.routes import Route, principal_of, roles, scopes
from runtime.web.tokens import CATALOGUE, OPS, OWNER, PUBLIC

NO_STORE = {"Cache-Control": "no-store"}
"""For an answer with a secret in it."""


@dataclass(frozen=True, slots=True)
class OwnerRoutes:
    """Verdicts answer the owner as it is afterwards."""

    owners: Owners

    def routes(self) -> list[Route]:
        """The routes with their scopes and roles."""
        owner = "/v1/ops/owners/{owner_id}"
        own, operators, reviewers = scopes(OWNER), scopes(OPS), roles(CATALOGUE)
        return [
            Route("POST", "/v1/owners", self.register, PUBLIC),
            Route("GET", "/v1/owner", self.read_own, own),
            Route("POST", "/v1/owner/applications", self.apply_again, own),
            Route("GET", "/v1/ops/owners", self.list_owners, operators),
            Route("GET", owner, self.read, operators),
            Route("PUT", owner, self.put, operators),
            Route("POST", f"{owner}/approval", self.approve, operators, roles=reviewers),
            Route("POST", f"{owner}/rejection", self.reject, operators, roles=reviewers),
            Route("POST", f"{owner}/suspension", self.suspend, operators, roles=reviewers),
            Route("POST", f"{owner}/reinstatement", self.reinstate, operators, roles=reviewers),
        ]

    async def register(self, request: web.Request) -> web.Response:
        """A new owner with its first client."""
        owner, new = await self.owners.register(application_of(await read_json(request, OwnerApplication)))
        answer = NewOwner(
            owner_id=owner.owner_id,
            status=owner.status,
            client_id=new.client.client_id,
            client_secret=new.secret,
        )
        return json_response(answer, 201, NO_STORE)

    async def read_own(self, request: web.Request) -> web.Response:
        """The calling owner."""
        return owner_answer(await self.owners.get(str(principal_of(request).owner_id)))

    async def apply_again(self, request: web.Request) -> web.Response:
        """Another name or kind, or an application after a rejection."""
        application = application_of(await read_json(request, OwnerApplication))
        return owner_answer(
            await self.owners.apply_again(str(principal_of(request).owner_id), application), 201
        )

    async def list_owners(self, request: web.Request) -> web.Response:
        """Owners, or those of one status."""
        query = read_query(request, OwnersQuery)
        asked = asked_page(request, query.cursor, query.updated_since)
        part = await self.owners.page(query.status, asked, query.limit)
        flags = {owner.owner_id: await self.owners.flags(owner) for owner in part.items}
        return page_answer(request, part, lambda owner: listed_owner(owner, flags[owner.owner_id]))

    async def read(self, request: web.Request) -> web.Response:
        """Any owner, with its earlier applications."""
        owner = await self.owners.get(path_id(request, "owner_id"))
        return edited_response(owner_details(owner, await self.owners.flags(owner)), owner.version)

    async def put(self, request: web.Request) -> web.Response:
        """Enter an owner as verified."""
        owner_id = path_id(request, "owner_id")
        owner, created = await self.owners.put(
            owner_id, application_of(await read_json(request, OwnerApplication)), expected_version(request)
        )
        return owner_answer(owner, 201 if created else 200)

    async def approve(self, request: web.Request) -> web.Response:
        """Verify an owner, or take its application."""
        reasons = await _reasons(request)
        return owner_answer(await self.owners.verify(path_id(request, "owner_id"), reasons))

    async def reject(self, request: web.Request) -> web.Response:
        """Refuse an application."""
        reasons = reasons_of(await read_json(request, ReasonsRequest))
        return owner_answer(await self.owners.reject(path_id(request, "owner_id"), reasons))

    async def suspend(self, request: web.Request) -> web.Response:
        """Close everything of an owner to viewers."""
        reasons = reasons_of(await read_json(request, ReasonsRequest))
        return owner_answer(await self.owners.suspend(path_id(request, "owner_id"), reasons))

    async def reinstate(self, request: web.Request) -> web.Response:
        """End a suspension."""
        await _reasons(request)
        return owner_answer(await self.owners.reinstate(path_id(request, "owner_id")))


async def _reasons(request: web.Request) -> list[Reason]:
    """Those in a body that may be left out."""
    return reasons_of(await read_json(request, ApprovalRequest)) if request.can_read_body else []
