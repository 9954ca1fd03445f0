"""Who is let in."""

from __future__ import annotations

import base64
import hmac
import time
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from support.eventually import Eventually

PROGRAM = "/v1/mini-programs/wineshop01"
PRODUCT = f"{PROGRAM}/products/p1"


class TestTokens:
    """Nothing but a good token of the right scope gets in."""

    async def test_a_host_token_is_good_for_no_orders_call(self, caller: Any) -> None:
        for method, path in (
            ("GET", f"{PROGRAM}/orders"), ("POST", f"{PROGRAM}/orders"), ("GET", f"{PROGRAM}/orders/o1"),
            ("GET", f"{PROGRAM}/orders/o1/events"), ("POST", f"{PROGRAM}/orders/o1/refunds"),
            ("GET", "/v1/owner/mini-programs/wineshop01/orders"),
        ):  # fmt: skip
            status, body, _ = await caller.ask(method, path)
            assert (status, body["code"]) == (403, "wrong_scope"), path
        assert not caller.behind.seen

    async def test_no_token_and_other_schemes_are_401(self, caller: Any) -> None:
        for headers in ({}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer"}):
            status, body, answered = await caller.ask("GET", PRODUCT, None, headers=headers)
            assert (status, body["code"]) == (401, "no_token")
            assert answered["WWW-Authenticate"] == "Bearer"

    async def test_forged_expired_and_foreign_tokens_are_401(self, caller: Any) -> None:
        public = caller.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        past = int(time.time()) - 60
        good = caller.token("host")
        head, claims, signature = good.split(".")
        other = caller.token("ops").split(".")[1]
        bad = {
            "expired": caller.token("host", exp=past),
            "another audience": caller.token("host", aud="anchorage-click"),
            "another issuer": caller.token("host", iss="somebody"),
            "another key": caller.token("host", key=generate_private_key(65537, 2048)),
            "an unknown key": caller.token("host", kid="nobody"),
            "no algorithm": jwt.encode({"scope": "ops"}, None, algorithm="none", headers={"kid": "test-key"}),
            "the public key as a secret": hs256(public, {"scope": "host", "aud": "anchorage-api"}),
            "no expiry": without(caller, "exp"),
            "claims of another token": f"{head}.{other}.{signature}",
            "no signature": f"{head}.{claims}.",
            "not a token": "abc",
            "a click": caller.token("host", aud="anchorage-click"),
        }
        for what, token in bad.items():
            status, body, _ = await caller.ask("GET", PRODUCT, bearer=token)
            assert (status, body["code"]) == (401, "bad_token"), what
        assert not caller.behind.seen

    async def test_a_token_is_refused_once_it_has_expired_also_when_it_was_known(
        self, caller: Any, eventually: Eventually
    ) -> None:
        caller.behind.will_answer("GET", PRODUCT, {})
        bearer = caller.token("host", exp=int(time.time()) + 2)
        assert (await caller.ask("GET", PRODUCT, bearer=bearer))[0] == 200

        async def refused() -> bool:
            return (await caller.ask("GET", PRODUCT, bearer=bearer))[0] == 401

        await eventually(refused, within=5)


def hs256(secret: bytes, claims: dict[str, Any]) -> str:
    """A token signed with a public key as if it were a secret, made by hand since PyJWT refuses to."""

    def part(value: Any) -> bytes:
        return base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=")

    now = int(time.time())
    said = claims | {"iss": "anchorage", "sub": "s", "iat": now, "exp": now + 600, "host_id": "host-1"}
    signed = part({"alg": "HS256", "typ": "JWT", "kid": "test-key"}) + b"." + part(said)
    proof = base64.urlsafe_b64encode(hmac.digest(secret, signed, "sha256")).rstrip(b"=")
    return (signed + b"." + proof).decode()


def without(caller: Any, claim: str) -> str:
    """A token signed by the right key that lacks a claim."""
    claims = jwt.decode(caller.token("host"), options={"verify_signature": False})
    del claims[claim]
    return jwt.encode(claims, caller.key, algorithm="RS256", headers={"kid": "test-key"})
