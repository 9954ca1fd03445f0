"""Calls for tokens, sessions, clients and settled-in accounts."""

from __future__ import annotations

from http import HTTPStatus

from contracts.api.access import (
    ClientRequest,
    ClientView,
    SessionAnswer,
    SessionRequest,
    TokenAnswer,
    TokenError,
)
from contracts.api.accounts import AccountRequest, AccountView
from gateway.calls import FORM, JSON, Call
from gateway.faults import CONFLICT, LAST_ADMIN, NOT_FOUND
from gateway.headers import VERSION_HEADER
from gateway.schemas import JwkSet, TokenForm
from runtime.web.routes import roles, scopes
from runtime.web.tokens import EVERY_ROLE, HOST, JWKS_PATH, OPS, PUBLIC

TAG = "Access"

CALLS = (
    Call(
        method="POST",
        path="/v1/token",
        name="give_token",
        summary="Get an access token by client credentials (RFC 6749); errors have the form of that RFC",
        tag=TAG,
        scopes=PUBLIC,
        service="identity",
        raw=((FORM, TokenForm), (JSON, TokenForm)),
        names_client=True,
        limit="wrong_secret",
        answer=TokenAnswer,
        own_errors=((400, TokenError), (401, TokenError)),
    ),
    Call(
        method="GET",
        path=JWKS_PATH,
        name="read_keys",
        summary="Read the public keys that verify tokens (RFC 7517)",
        tag=TAG,
        scopes=PUBLIC,
        service="identity",
        answer=JwkSet,
    ),
    Call(
        method="POST",
        path="/v1/sessions",
        name="open_session",
        summary="Open a viewer's session in a mini program; answers with a session token and an openid",
        tag=TAG,
        scopes=scopes(HOST),
        roles=EVERY_ROLE,
        service="identity",
        body=SessionRequest,
        answer=SessionAnswer,
        success=(HTTPStatus.CREATED,),
        faults=(NOT_FOUND,),
    ),
    Call(
        method="GET",
        path="/v1/ops/clients/{client_id}",
        name="read_client",
        summary="Read a client, whoever it acts for",
        tag=TAG,
        scopes=scopes(OPS),
        roles=roles(),
        service="identity",
        answer=ClientView,
    ),
    Call(
        method="PUT",
        path="/v1/ops/clients/{client_id}",
        name="put_client",
        summary="Create or change a client and its secret",
        tag=TAG,
        scopes=scopes(OPS),
        service="identity",
        headers=(VERSION_HEADER,),
        body=ClientRequest,
        answer=ClientView,
        success=(HTTPStatus.OK, HTTPStatus.CREATED),
        faults=(LAST_ADMIN, CONFLICT),
    ),
    Call(
        method="GET",
        path="/v1/ops/accounts/{account_id}",
        name="read_settled_in_account",
        summary="Read a settled-in account",
        tag=TAG,
        scopes=scopes(OPS),
        service="identity",
        answer=AccountView,
    ),
    Call(
        method="PUT",
        path="/v1/ops/accounts/{account_id}",
        name="put_account",
        summary="Create or change a settled-in account",
        tag=TAG,
        scopes=scopes(OPS),
        service="identity",
        headers=(VERSION_HEADER,),
        body=AccountRequest,
        answer=AccountView,
        success=(HTTPStatus.OK, HTTPStatus.CREATED),
    ),
)
