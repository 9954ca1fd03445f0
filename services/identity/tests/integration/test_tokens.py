"""Access tokens and the keys that sign them."""

from __future__ import annotations

import asyncio
import base64
from datetime import timedelta

import jwt
import pytest
from identity_support.operator import Operator, claims_of

from identity.app import build_app
from identity.settings import Settings


async def test_a_token_is_verified_by_the_published_keys_and_lives_15_minutes_at_most(
    operator: Operator,
) -> None:
    token = await operator.token()
    status, document = await operator.call("GET", "/.well-known/jwks.json")
    assert status == 200
    [key] = document["keys"]
    assert set(key) == {"kty", "n", "e", "kid", "alg", "use"}
    claims = jwt.decode(
        token, jwt.PyJWK(key), algorithms=["RS256"], audience="anchorage-api", issuer="anchorage"
    )
    assert jwt.get_unverified_header(token)["kid"] == key["kid"]
    assert claims["exp"] - claims["iat"] == 900
    assert len(base64.urlsafe_b64decode(key["n"] + "==")) * 8 == 2048


@pytest.mark.parametrize(
    ("scope", "claim"), [("host", "host_id"), ("owner", "owner_id"), ("creator", "creator_id"), ("ops", None)]
)
async def test_a_clients_token_names_whom_it_acts_for(
    operator: Operator, scope: str, claim: str | None
) -> None:
    token = await operator.token(*await operator.client(scope, "x-1"))
    claims = claims_of(token)
    assert claims["scope"] == scope
    ids = {name: claims[name] for name in ("host_id", "owner_id", "creator_id") if name in claims}
    assert ids == ({claim: "x-1"} if claim else {})


@pytest.mark.parametrize("role", ["admin", "catalogue", "orders", "finance", "read"])
async def test_a_clients_token_carries_its_role(operator: Operator, role: str) -> None:
    token = await operator.token(*await operator.client("owner", "x-1", role=role))
    assert claims_of(token)["role"] == role


async def test_a_client_is_an_admin_unless_it_was_given_another_role(operator: Operator) -> None:
    assert claims_of(await operator.token(*await operator.client("owner", "x-1")))["role"] == "admin"


async def test_an_older_token_stays_valid_after_a_newer_one(operator: Operator) -> None:
    older, newer = await operator.token(), await operator.token()
    assert older != newer
    for token in (older, newer):
        status, _ = await operator.call(
            "PUT", "/v1/ops/accounts/a1", token, json={"host_id": "h", "name": "n", "kind": "merchant"}
        )
        assert status in (200, 201)


async def test_a_wrong_secret_and_an_unknown_client_get_the_same_answer(operator: Operator) -> None:
    client_id, _ = await operator.client("host", "h")
    answers = []
    for who in (client_id, "nobody"):
        form = {"grant_type": "client_credentials", "client_id": who, "client_secret": "x" * 24}
        async with operator.http.post(f"{operator.service.url}/v1/token", data=form) as answer:
            answers.append((answer.status, await answer.json()))
            assert answer.headers["WWW-Authenticate"].startswith("Basic")
            assert answer.headers["Cache-Control"] == "no-store"
    assert answers[0] == answers[1]
    assert (answers[0][0], answers[0][1]["error"]) == (401, "invalid_client")


async def test_a_scope_that_the_client_does_not_have_is_invalid_scope(operator: Operator) -> None:
    client_id, secret = await operator.client("host", "h")
    asked = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": secret,
        "scope": "ops",
    }
    status, body = await operator.call("POST", "/v1/token", json=asked)
    assert (status, body["error"]) == (400, "invalid_scope")


async def test_replicas_that_start_together_share_one_key(settings: Settings) -> None:
    async def kid() -> list[str]:
        service = build_app(settings)
        async with service.running(), service.http.get(service.url + "/.well-known/jwks.json") as answer:
            return [key["kid"] for key in (await answer.json())["keys"]]

    kids = await asyncio.gather(*(kid() for _ in range(4)))
    assert len({tuple(one) for one in kids}) == 1
    assert await kid() == kids[0], "the key survives a restart"
    assert len(kids[0]) == 1


async def test_an_old_signing_key_is_replaced_and_its_tokens_stay_valid(
    operator: Operator, settings: Settings
) -> None:
    token = await operator.token()
    renewing = build_app(
        settings.model_copy(update={"port": 0}), clock=lambda: operator.service.clock() + timedelta(days=365)
    )
    async with renewing.running(), renewing.http.get(renewing.url + "/.well-known/jwks.json") as answer:
        keys = (await answer.json())["keys"]
    assert len(keys) == 2
    assert jwt.get_unverified_header(token)["kid"] == keys[0]["kid"]
