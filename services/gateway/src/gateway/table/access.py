"""Tokens, sessions, clients, accounts."""

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
from gateway.faults import NOT_FOUND
from gateway.shapes import JwkSet, TokenForm
from runtime.web.routes import scopes
from runtime.web.tokens import HOST, JWKS_PATH, OPS, PUBLIC

TAG = "Access"

CALLS = (
    Call(
        method="POST",
        path="/v1/token",
        name="give_token",
        summary="An access token for a client's secret (RFC 6749, client credentials); its errors are that document's",
        tag=TAG,
        scopes=PUBLIC,
        service="identity",
        raw=((FORM, TokenForm), (JSON, TokenForm)),
        answer=TokenAnswer,
        own_errors=((400, TokenError), (401, TokenError)),
    ),
    Call(
        method="GET",
        path=JWKS_PATH,
        name="read_keys",
        summary="The public keys that verify tokens (RFC 7517)",
        tag=TAG,
        scopes=PUBLIC,
        service="identity",
        answer=JwkSet,
    ),
    Call(
        method="POST",
        path="/v1/sessions",
        name="open_session",
        summary="A viewer enters a mini program: a session token with an openid of its own",
        tag=TAG,
        scopes=scopes(HOST),
        service="identity",
        body=SessionRequest,
        answer=SessionAnswer,
        success=(HTTPStatus.CREATED,),
        faults=(NOT_FOUND,),
    ),
    Call(
        method="PUT",
        path="/v1/ops/clients/{client_id}",
        name="put_client",
        summary="Make or change a client and its secret",
        tag=TAG,
        scopes=scopes(OPS),
        service="identity",
        body=ClientRequest,
        answer=ClientView,
        success=(HTTPStatus.OK, HTTPStatus.CREATED),
    ),
    Call(
        method="PUT",
        path="/v1/ops/accounts/{account_id}",
        name="put_account",
        summary="Make or change a settled-in account",
        tag=TAG,
        scopes=scopes(OPS),
        service="identity",
        body=AccountRequest,
        answer=AccountView,
        success=(HTTPStatus.OK, HTTPStatus.CREATED),
    ),
)
