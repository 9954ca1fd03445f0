"""Operators put and read clients and accounts, whoever they act for."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from aiohttp import web

from contracts.api.access import ClientRequest, ClientView
from contracts.api.accounts import AccountRequest, AccountView
from identity.application.accounts import PutAccount, ReadAccount
from identity.application.clients import PutClient, ReadClient
from identity.domain.accounts import Account, Profile
from identity.domain.clients import Client
from identity.http.views import path_id
from runtime.web.bodies import read_json
from runtime.web.editing import edited_response, expected_version
from runtime.web.routes import Route, roles, scopes
from runtime.web.tokens import OPS


@dataclass(frozen=True, slots=True)
class OperationRoutes:
    """A PUT creates or replaces: 201 for a new one, 200 otherwise."""

    put_client: PutClient
    put_account: PutAccount
    read_client: ReadClient
    read_account: ReadAccount

    def routes(self) -> list[Route]:
        """The routes with their scope."""
        return [
            Route("GET", "/v1/ops/clients/{client_id}", self.one_client, scopes(OPS), roles=roles()),
            Route("PUT", "/v1/ops/clients/{client_id}", self.client, scopes(OPS)),
            Route("GET", "/v1/ops/accounts/{account_id}", self.one_account, scopes(OPS)),
            Route("PUT", "/v1/ops/accounts/{account_id}", self.account, scopes(OPS)),
        ]

    async def one_client(self, request: web.Request) -> web.Response:
        """A client, without its secret."""
        return _client_answer(await self.read_client(path_id(request, "client_id")))

    async def client(self, request: web.Request) -> web.Response:
        """A client with its secret."""
        client_id = path_id(request, "client_id")
        body = await read_json(request, ClientRequest)
        client = Client(
            client_id, body.name, body.scope, body.subject_id, body.role, tuple(body.return_origins)
        )
        client, created = await self.put_client(client, body.client_secret, expected_version(request))
        return _client_answer(client, 201 if created else 200)

    async def one_account(self, request: web.Request) -> web.Response:
        """A settled-in account."""
        return _account_answer(await self.read_account(path_id(request, "account_id")))

    async def account(self, request: web.Request) -> web.Response:
        """A settled-in account."""
        account_id = path_id(request, "account_id")
        body = await read_json(request, AccountRequest)
        profile = Profile(**body.model_dump())
        account, created = await self.put_account(account_id, profile, expected_version(request))
        return _account_answer(account, 201 if created else 200)


def _client_answer(client: Client, status: int = 200) -> web.Response:
    view = ClientView(
        client_id=client.client_id,
        name=client.name,
        scope=client.scope,
        subject_id=client.subject_id,
        role=client.role,
        return_origins=list(client.return_origins),
        old_secret_ends_at=client.secrets.old_ends_at,
        version=client.version,
    )
    return edited_response(view, client.version, status)


def _account_answer(account: Account, status: int = 200) -> web.Response:
    view = AccountView(**asdict(account.profile), account_id=account.account_id, version=account.version)
    return edited_response(view, account.version, status)
