"""Operators put clients and accounts."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from contracts.api.access import ClientRequest, ClientView
from contracts.api.accounts import AccountRequest, AccountView
from identity.application.accounts import PutAccount
from identity.application.clients import PutClient
from identity.domain.accounts import Profile
from identity.domain.clients import Client
from identity.http.views import path_id
from runtime.web.bodies import read_json
from runtime.web.editing import edited_response, expected_version
from runtime.web.routes import Route, scopes
from runtime.web.tokens import OPS


@dataclass(frozen=True, slots=True)
class OperationRoutes:
    """Both calls create or replace: 201 for a new one, 200 otherwise."""

    put_client: PutClient
    put_account: PutAccount

    def routes(self) -> list[Route]:
        """The routes with their scope."""
        return [
            Route("PUT", "/v1/ops/clients/{client_id}", self.client, scopes(OPS)),
            Route("PUT", "/v1/ops/accounts/{account_id}", self.account, scopes(OPS)),
        ]

    async def client(self, request: web.Request) -> web.Response:
        """A client with its secret."""
        client_id = path_id(request, "client_id")
        body = await read_json(request, ClientRequest)
        client = Client(
            client_id, body.name, body.scope, body.subject_id, body.role, tuple(body.return_origins)
        )
        client, created = await self.put_client(client, body.client_secret, expected_version(request))
        view = ClientView(
            client_id=client_id,
            name=client.name,
            scope=client.scope,
            subject_id=client.subject_id,
            role=client.role,
            return_origins=list(client.return_origins),
            version=client.version,
        )
        return edited_response(view, client.version, 201 if created else 200)

    async def account(self, request: web.Request) -> web.Response:
        """A settled-in account."""
        account_id = path_id(request, "account_id")
        body = await read_json(request, AccountRequest)
        profile = Profile(**body.model_dump())
        account, created = await self.put_account(account_id, profile, expected_version(request))
        view = AccountView(**body.model_dump(), account_id=account_id, version=account.version)
        return edited_response(view, account.version, 201 if created else 200)
