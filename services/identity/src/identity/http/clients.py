"""Owners, hosts, creators and operators manage their own clients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from contracts.api.common import ChangesQuery
from contracts.api.owners import OwnClientRequest, SecretRequest
from identity.application.clients import ClientsOfSubject
from identity.http.owners import NO_STORE
from identity.http.views import client_view, new_client_view, page_answer, path_id
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.editing import edited_response
from runtime.web.listing import asked_page
from runtime.web.problems import Problem
from runtime.web.routes import Route, principal_of, roles, scopes
from runtime.web.tokens import CREATOR, HOST, OPS, OWNER

SCOPES = (OWNER, HOST, CREATOR, OPS)


@dataclass(frozen=True, slots=True)
class ClientRoutes:
    """The same calls under `/v1/owner`, `/v1/host`, `/v1/creator` and `/v1/ops`, where operators read and put any client besides:
    `operations.py`."""

    clients: ClientsOfSubject

    def routes(self) -> list[Route]:
        """The routes with their scopes; only an admin calls any of them."""
        return [route for scope in SCOPES for route in self._routes_of(scope)]

    def _routes_of(self, scope: str) -> list[Route]:
        all_of_them, only = f"/v1/{scope}/clients", scopes(scope)
        one = f"{all_of_them}/{{client_id}}"
        return [
            Route("GET", all_of_them, self.list_own, only, roles=roles()),
            Route("POST", all_of_them, self.add, only),
            *([Route("GET", one, self.read, only, roles=roles())] if scope != OPS else []),
            Route("POST", f"{one}/secrets", self.renew_secret, only, while_suspended=scope == OWNER),
            Route("DELETE", one, self.remove, only, while_suspended=scope == OWNER),
        ]

    async def list_own(self, request: web.Request) -> web.Response:
        """The caller's clients."""
        query = read_query(request, ChangesQuery)
        asked = asked_page(request, query.cursor, query.updated_since)
        found = await self.clients.page(*subject_of(request), asked, query.limit)
        return page_answer(request, found, client_view)

    async def read(self, request: web.Request) -> web.Response:
        """One of the caller's clients."""
        client = await self.clients.get(*subject_of(request), path_id(request, "client_id"))
        return edited_response(client_view(client), client.version)

    async def add(self, request: web.Request) -> web.Response:
        """A new client."""
        body = await read_json(request, OwnClientRequest)
        new = await self.clients.add(*subject_of(request), body.name, body.role)
        return json_response(new_client_view(new), 201, NO_STORE)

    async def renew_secret(self, request: web.Request) -> web.Response:
        """A new secret for a client."""
        body = await read_json(request, SecretRequest)
        old_valid_for = timedelta(seconds=body.old_valid_for)
        new = await self.clients.renew_secret(
            *subject_of(request), path_id(request, "client_id"), old_valid_for
        )
        return json_response(new_client_view(new), 201, NO_STORE)

    async def remove(self, request: web.Request) -> web.Response:
        """End a client."""
        await self.clients.remove(*subject_of(request), path_id(request, "client_id"))
        return web.Response(status=204)


def subject_of(request: web.Request) -> tuple[str, str | None]:
    """The scope of the caller and the id of whom it acts for; operators are one team and share their clients."""
    principal = principal_of(request)
    [scope] = principal.scopes
    if scope == OPS:
        return scope, None
    subject_id = {OWNER: principal.owner_id, HOST: principal.host_id, CREATOR: principal.creator_id}[scope]
    if subject_id is None:
        raise Problem(403, "wrong_scope", f"The token names no {scope}.")
    return scope, subject_id
