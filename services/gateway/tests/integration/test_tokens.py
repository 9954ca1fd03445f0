"""Which tokens are accepted."""

from __future__ import annotations

import base64
import hmac
import re
import time
from typing import Any

import jwt
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from gateway_support.access import KEY, token
from gateway_support.running import Gateway
from gateway_support.samples import PRODUCT, PROGRAM

from gateway.table import CALLS
from runtime.web.tokens import EVERY_ROLE, LEEWAY_SECONDS
from support.eventually import Eventually


class TestTokens:
    """Only a valid token with the right scope is accepted."""

    async def test_a_host_token_is_refused_by_every_orders_call(self, gateway: Gateway) -> None:
        for method, path in (
            ("GET", f"{PROGRAM}/orders"), ("POST", f"{PROGRAM}/orders"), ("GET", f"{PROGRAM}/orders/o1"),
            ("GET", f"{PROGRAM}/orders/o1/events"), ("POST", f"{PROGRAM}/orders/o1/refunds"),
            ("GET", "/v1/owner/mini-programs/wineshop01/orders"),
        ):  # fmt: skip
            status, body, _ = await gateway.call(method, path)
            assert (status, body["code"]) == (403, "wrong_scope"), path
        assert not gateway.backend.seen

    async def test_a_client_whose_role_only_reads_changes_nothing(self, gateway: Gateway) -> None:
        for call in CALLS:
            if call.method == "GET" or not call.scopes - {"viewer"} or "read" in call.admitted_roles:
                continue
            [scope, *_] = sorted(call.scopes - {"viewer"})
            path = re.sub(r"\{\w+\}", "x1", call.path)
            status, body, _ = await gateway.call(call.method, path, bearer=token(scope, role="read"))
            assert (status, body["code"]) == (403, "not_your_role"), call.name
            assert " or ".join(sorted(call.admitted_roles)) in body["detail"]
        assert not gateway.backend.seen

    @pytest.mark.parametrize("role", sorted(EVERY_ROLE))
    async def test_a_role_is_refused_every_call_that_is_not_its_own_and_no_other(
        self, gateway: Gateway, role: str
    ) -> None:
        """Each call with no body: whoever may call it gets any other answer than 403."""
        for call in CALLS:
            if call.streams:
                continue
            path = re.sub(r"\{\w+(:[^}]+)?\}", "x1", call.path)
            for scope in sorted(call.scopes - {"viewer"}):
                bearer = token(scope, role=role)
                status, body, _ = await gateway.call(call.method, path, bearer=bearer)
                refused = status == 403 and body["code"] == "not_your_role"
                assert refused == (role not in call.admitted_roles), (call.name, scope, status)

    async def test_a_role_may_do_what_is_its_own_and_no_more(self, gateway: Gateway) -> None:
        stock = "/v1/owner/skus/sku-1/stock"
        gateway.backend.will_answer("PUT", stock, {})
        for role, expected in (
            ("admin", 200),
            ("catalogue", 200),
            ("orders", 403),
            ("finance", 403),
            ("nothing", 403),
        ):
            bearer = token("owner", role=role)
            status, _, _ = await gateway.call("PUT", stock, bearer=bearer, json={"available": 5})
            assert status == expected, role

    async def test_no_token_and_other_schemes_are_401(self, gateway: Gateway) -> None:
        for headers in ({}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer"}):
            status, body, answered = await gateway.call("GET", PRODUCT, None, headers=headers)
            assert (status, body["code"]) == (401, "no_token")
            assert answered["WWW-Authenticate"] == "Bearer"

    async def test_forged_expired_and_foreign_tokens_are_401(self, gateway: Gateway) -> None:
        public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        past = int(time.time()) - 60
        good = token("host")
        head, claims, signature = good.split(".")
        other = token("ops").split(".")[1]
        bad = {
            "expired": token("host", exp=past),
            "another audience": token("host", aud="anchorage-click"),
            "another issuer": token("host", iss="somebody"),
            "another key": token("host", key=generate_private_key(65537, 2048)),
            "an unknown key": token("host", kid="nobody"),
            "no algorithm": jwt.encode({"scope": "ops"}, None, algorithm="none", headers={"kid": "test-key"}),
            "the public key as a secret": hs256(public, {"scope": "host", "aud": "anchorage-api"}),
            "no expiry": without("exp"),
            "claims of another token": f"{head}.{other}.{signature}",
            "no signature": f"{head}.{claims}.",
            "not a token": "abc",
            "a click": token("host", aud="anchorage-click"),
        }
        for what, bearer in bad.items():
            status, body, _ = await gateway.call("GET", PRODUCT, bearer=bearer)
            assert (status, body["code"]) == (401, "bad_token"), what
        assert not gateway.backend.seen

    async def test_a_cached_token_is_refused_once_it_has_expired(
        self, gateway: Gateway, eventually: Eventually
    ) -> None:
        gateway.backend.will_answer("GET", PRODUCT, {})
        bearer = token("host", exp=int(time.time() - LEEWAY_SECONDS) + 2)
        assert (await gateway.call("GET", PRODUCT, bearer=bearer))[0] == 200

        async def refused() -> bool:
            return (await gateway.call("GET", PRODUCT, bearer=bearer))[0] == 401

        await eventually(refused, within=5)


def hs256(secret: bytes, claims: dict[str, Any]) -> str:
    """A token signed with a public key as if it were a secret. Made by hand, because PyJWT refuses to."""

    def part(value: Any) -> bytes:
        return base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=")

    now = int(time.time())
    said = claims | {"iss": "anchorage", "sub": "s", "iat": now, "exp": now + 600, "host_id": "host-1"}
    signed = part({"alg": "HS256", "typ": "JWT", "kid": "test-key"}) + b"." + part(said)
    proof = base64.urlsafe_b64encode(hmac.digest(secret, signed, "sha256")).rstrip(b"=")
    return (signed + b"." + proof).decode()


def without(claim: str) -> str:
    """A token with the right signature but without this claim."""
    claims = jwt.decode(token("host"), options={"verify_signature": False})
    del claims[claim]
    return jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "test-key"})
