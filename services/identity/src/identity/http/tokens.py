"""Access tokens, sessions, and the keys that verify both."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from contracts.api.access import SessionAnswer, SessionRequest, TokenAnswer, TokenError
from identity.application.ports import PublicKeys
from identity.application.tokens import GiveToken, OpenSession
from identity.domain.errors import TokenRefused
from identity.http.credentials import token_request
from runtime.web.bodies import json_response, read_json
from runtime.web.routes import Route, principal_of, scopes
from runtime.web.tokens import EVERY_ROLE, HOST, JWKS_PATH, PUBLIC

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
"""For every answer with a token in it (RFC 6749, section 5.1)."""
JWKS_CACHE = {"Cache-Control": "public, max-age=60"}
CHALLENGE = {"WWW-Authenticate": 'Basic realm="anchorage", charset="UTF-8"'}


@dataclass(frozen=True, slots=True)
class TokenRoutes:
    """Tokens for clients, sessions for viewers."""

    give_token: GiveToken
    open_session: OpenSession
    keys: PublicKeys

    def routes(self) -> list[Route]:
        """The routes with their scopes."""
        return [
            Route("POST", "/v1/token", self.token, PUBLIC),
            Route("GET", JWKS_PATH, self.jwks, PUBLIC),
            Route("POST", "/v1/sessions", self.session, scopes(HOST), roles=EVERY_ROLE),
        ]

    async def token(self, request: web.Request) -> web.Response:
        """An access token for a client's secret."""
        try:
            body = token_request(
                request.content_type, await request.read(), request.headers.get("Authorization")
            )
            grant = await self.give_token(body.client_id, body.client_secret, body.scope)
        except TokenRefused as refused:
            return _refusal(refused)
        seconds = int(grant.life.total_seconds())
        answer = TokenAnswer(access_token=grant.token, expires_in=seconds, scope=grant.scope)
        return json_response(answer, headers=NO_STORE)

    async def session(self, request: web.Request) -> web.Response:
        """A viewer of the calling host enters a mini program."""
        body = await read_json(request, SessionRequest)
        host = principal_of(request)
        session = await self.open_session(
            str(host.host_id),
            body.mini_program_id,
            body.host_user_id,
            body.entry.surface,
            body.entry.click_id,
            host.return_origins,
        )
        seconds = int(session.life.total_seconds())
        answer = SessionAnswer(session_token=session.token, openid=session.openid, expires_in=seconds)
        return json_response(answer, 201, NO_STORE)

    async def jwks(self, _: web.Request) -> web.Response:
        """The public keys."""
        return json_response(self.keys.jwks(), headers=JWKS_CACHE)


def _refusal(refused: TokenRefused) -> web.Response:
    """The error in the form of RFC 6749, section 5.2."""
    unknown = refused.error == "invalid_client"
    error = TokenError(error=refused.error, error_description=refused.description)
    return json_response(error, 401 if unknown else 400, NO_STORE | (CHALLENGE if unknown else {}))
