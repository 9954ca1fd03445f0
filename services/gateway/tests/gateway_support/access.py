"""Access tokens and the keys that verify them, as identity makes them."""

from __future__ import annotations

import time
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

KEY = generate_private_key(65537, 2048)
KID = "test-key"
CLAIMS = {
    "host": {"host_id": "host-1"},
    "owner": {"owner_id": "owner-1"},
    "viewer": {
        "host_id": "host-1", "mini_program_id": "wineshop01", "openid": "o1", "viewer": "v" * 32, "surface": "direct",
    },
}  # fmt: skip


async def jwks(_: web.Request) -> web.Response:
    """The public keys, as identity answers them."""
    key = jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
    return web.json_response({"keys": [key | {"kid": KID, "alg": "RS256", "use": "sig"}]})


def token(scope: str, key: Any = KEY, algorithm: str = "RS256", kid: str = KID, **claims: Any) -> str:
    """A token with this scope; `claims` replace those that identity would set."""
    now = int(time.time())
    standard = {
        "iss": "anchorage", "aud": "anchorage-api", "sub": "s", "scope": scope, "iat": now, "exp": now + 600,
    }  # fmt: skip
    return jwt.encode(
        standard | CLAIMS.get(scope, {}) | claims, key, algorithm=algorithm, headers={"kid": kid}
    )
