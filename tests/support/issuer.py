"""Tokens as identity would give them, for tests of one service alone: a key pair and a real JWKS over HTTP."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from runtime.web.revocations import REVOCATIONS_PATH
from runtime.web.tokens import ALGORITHM, AUDIENCE, ISSUER, JWKS_PATH

KID = "test-key"


class Issuer:
    """Signs tokens; `url` is where a service finds the public key."""

    def __init__(self) -> None:
        self.private_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.url = ""

    def token(self, scope: str, *, subject: str = "test", expires_in: float = 600, **claims: Any) -> str:
        """A token with this scope and these private claims."""
        now = int(time.time())
        payload = {
            "iss": ISSUER, "aud": AUDIENCE, "sub": subject, "scope": scope, "iat": now, "exp": now + expires_in, **claims,
        }  # fmt: skip
        return jwt.encode(payload, self.private_key, algorithm=ALGORITHM, headers={"kid": KID})

    def headers(self, scope: str, **claims: Any) -> dict[str, str]:
        """The Authorization header with such a token."""
        return {"Authorization": f"Bearer {self.token(scope, **claims)}"}

    def viewer(
        self, mini_program_id: str, openid: str, *, host_id: str = "host1", viewer: str = "v1", **claims: Any
    ) -> dict[str, str]:
        """The header of a viewer's session in one mini program."""
        return self.headers(
            "viewer", mini_program_id=mini_program_id, openid=openid, host_id=host_id, viewer=viewer,
            surface=claims.pop("surface", "direct"), **claims,
        )  # fmt: skip

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Issuer]:
        """The public key over HTTP."""
        key = RSAAlgorithm.to_jwk(self.private_key.public_key(), as_dict=True) | {
            "kid": KID,
            "alg": ALGORITHM,
            "use": "sig",
        }
        app = web.Application()

        async def jwks(_: web.Request) -> web.Response:
            return web.json_response({"keys": [key]})

        async def nothing_revoked(_: web.Request) -> web.Response:
            return web.json_response({"items": []})

        app.router.add_get(JWKS_PATH, jwks)
        app.router.add_get(REVOCATIONS_PATH, nothing_revoked)
        async with TestServer(app, host="127.0.0.1") as server:
            self.url = str(server.make_url("")).rstrip("/")
            yield self
