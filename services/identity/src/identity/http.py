"""Identity's calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from contracts.api.access import ClientRequest, ClientView, SessionRequest, TokenError
from contracts.api.accounts import AccountRequest, AccountView
from contracts.api.common import Id
from identity.adapters.accounts import MongoAccounts
from identity.application.ports import Clients
from identity.application.tokens import GiveToken, NotThere, OpenSession
from identity.credentials import token_request
from identity.domain.clients import Client, Refused
from runtime.web.bodies import json_response, read_json
from runtime.web.problems import not_found, wrong_content
from runtime.web.routes import Route, principal_of, scopes
from runtime.web.tokens import HOST, JWKS_PATH, OPS, PUBLIC

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
"""For every answer with a token in it (RFC 6749, section 5.1)."""
JWKS_CACHE = {"Cache-Control": "public, max-age=60"}
CHALLENGE = {"WWW-Authenticate": 'Basic realm="anchorage", charset="UTF-8"'}

_ID: TypeAdapter[str] = TypeAdapter(Id)


def routes(
    give_token: GiveToken,
    open_session: OpenSession,
    clients: Clients,
    accounts: MongoAccounts,
    jwks: Callable[[], dict[str, Any]],
) -> list[Route]:
    """The calls that identity answers."""

    async def token(request: web.Request) -> web.Response:
        try:
            asked = token_request(
                request.content_type, await request.read(), request.headers.get("Authorization")
            )
            return json_response(await give_token(asked), headers=NO_STORE)
        except Refused as refused:
            return _refusal(refused)

    async def session(request: web.Request) -> web.Response:
        asked = await read_json(request, SessionRequest)
        try:
            opened = await open_session(str(principal_of(request).host_id), asked)
        except NotThere:
            raise not_found("the mini program") from None
        return json_response(opened, 201, NO_STORE)

    async def keys(_: web.Request) -> web.Response:
        return json_response(jwks(), headers=JWKS_CACHE)

    async def put_client(request: web.Request) -> web.Response:
        client_id = _path_id(request, "client_id")
        asked = await read_json(request, ClientRequest)
        client = Client(client_id, asked.name, asked.scope, asked.subject_id)
        new = await clients.put(client, asked.client_secret)
        view = ClientView(**asked.model_dump(exclude={"client_secret"}), client_id=client_id)
        return json_response(view, 201 if new else 200)

    async def put_account(request: web.Request) -> web.Response:
        account_id = _path_id(request, "account_id")
        asked = await read_json(request, AccountRequest)
        version, new = await accounts.put(account_id, asked)
        view = AccountView(**asked.model_dump(), account_id=account_id, version=version)
        return json_response(view, 201 if new else 200)

    return [
        Route("POST", "/v1/token", token, PUBLIC),
        Route("GET", JWKS_PATH, keys, PUBLIC),
        Route("POST", "/v1/sessions", session, scopes(HOST)),
        Route("PUT", "/v1/ops/clients/{client_id}", put_client, scopes(OPS)),
        Route("PUT", "/v1/ops/accounts/{account_id}", put_account, scopes(OPS)),
    ]


def _refusal(refused: Refused) -> web.Response:
    """The error as RFC 6749, section 5.2, has it."""
    unknown = refused.error == "invalid_client"
    error = TokenError(error=refused.error, error_description=refused.description)
    return json_response(error, 401 if unknown else 400, NO_STORE | (CHALLENGE if unknown else {}))


def _path_id(request: web.Request, name: str) -> str:
    try:
        return _ID.validate_python(request.match_info[name])
    except ValidationError as wrong:
        raise wrong_content(wrong, where=name) from None
