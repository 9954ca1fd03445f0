"""Identity on real Kafka and MongoDB."""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import jwt
import orjson
import pytest
from aiokafka import AIOKafkaConsumer

from contracts.catalog import MiniProgramSuspended
from identity.app import build_app
from identity.settings import Settings
from runtime.consuming.records import headers_of
from support.eventually import Eventually

Publish = Callable[..., Awaitable[str]]


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


async def test_a_token_is_verified_by_the_published_keys_and_lives_15_minutes_at_most(operator: Any) -> None:
    token = await operator.token()
    status, document = await operator.ask("GET", "/.well-known/jwks.json")
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
async def test_a_clients_token_says_whom_it_speaks_for(operator: Any, scope: str, claim: str | None) -> None:
    token = await operator.token(*await operator.client(scope, "x-1"))
    claims = claims_of(token)
    assert claims["scope"] == scope
    said = {name: claims[name] for name in ("host_id", "owner_id", "creator_id") if name in claims}
    assert said == ({claim: "x-1"} if claim else {})


async def test_an_older_token_stays_good_when_a_newer_one_is_given(operator: Any) -> None:
    older, newer = await operator.token(), await operator.token()
    assert older != newer
    for token in (older, newer):
        status, _ = await operator.ask(
            "PUT", "/v1/ops/accounts/a1", token, json={"host_id": "h", "name": "n", "kind": "merchant"}
        )
        assert status in (200, 201)


async def test_a_wrong_secret_and_an_unknown_client_get_the_same_answer(operator: Any) -> None:
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


async def test_a_scope_that_the_client_has_not_is_invalid_scope(operator: Any) -> None:
    client_id, secret = await operator.client("host", "h")
    asked = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": secret,
        "scope": "ops",
    }
    status, body = await operator.ask("POST", "/v1/token", json=asked)
    assert (status, body["error"]) == (400, "invalid_scope")


async def test_a_changed_secret_replaces_the_one_before_at_once(operator: Any) -> None:
    client_id, secret = await operator.client("host", "h")
    await operator.token(client_id, secret)
    changed = {"name": "t", "scope": "host", "subject_id": "h", "client_secret": secrets.token_urlsafe(24)}
    status, _ = await operator.ask(
        "PUT", f"/v1/ops/clients/{client_id}", await operator.token(), json=changed
    )
    assert status == 200
    asked = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    assert (await operator.ask("POST", "/v1/token", data=asked))[0] == 401
    assert await operator.token(client_id, changed["client_secret"])


async def test_no_secret_is_kept_as_it_is(operator: Any) -> None:
    _, secret = await operator.client("host", "h")
    kept = [repr(document) async for document in operator.service.db["clients"].find()]
    assert len(kept) == 2
    assert not [document for document in kept if secret in document or operator.secret in document]


async def test_only_an_operator_makes_clients(operator: Any) -> None:
    host = await operator.token(*await operator.client("host", "h"))
    body = {"name": "t", "scope": "ops", "subject_id": "me", "client_secret": "x" * 24}
    assert (await operator.ask("PUT", "/v1/ops/clients/mine", host, json=body))[0] == 403
    assert (await operator.ask("PUT", "/v1/ops/clients/mine", json=body))[0] == 401


async def session(operator: Any, token: str, program: str, user: str = "u1") -> tuple[int, Any]:
    asked = {"mini_program_id": program, "host_user_id": user, "entry": {"surface": "direct"}}
    status, body = await operator.ask("POST", "/v1/sessions", token, json=asked)
    return status, body


async def test_a_viewer_has_another_openid_in_each_mini_program_and_each_host(
    operator: Any, publish_program: Publish, eventually: Eventually
) -> None:
    hosts = ("host-1", "host-2")
    first, second = await publish_program(hosts=hosts), await publish_program(hosts=hosts)
    tokens = [await operator.token(*await operator.client("host", host)) for host in hosts]

    async def openids() -> set[str] | None:
        answers = [await session(operator, token, program) for token in tokens for program in (first, second)]
        return {body["openid"] for _, body in answers} if all(s == 201 for s, _ in answers) else None

    once = await eventually(openids, what="sessions in both mini programs on both hosts")
    assert once is not None
    assert len(once) == 4
    assert await openids() == once, "the same user keeps the same openid"


async def test_a_session_token_says_who_where_and_how_but_never_the_hosts_user_id(
    operator: Any, publish_program: Publish, eventually: Eventually
) -> None:
    program = await publish_program()
    token = await operator.token(*await operator.client("host", "host-1"))

    async def opened() -> Any:
        status, body = await session(operator, token, program, "user-with-a-name")
        return body if status == 201 else None

    body = await eventually(opened)
    claims = claims_of(body["session_token"])
    assert claims["scope"] == "viewer"
    assert (claims["host_id"], claims["mini_program_id"]) == ("host-1", program)
    assert (claims["openid"], claims["surface"]) == (body["openid"], "direct")
    assert claims["exp"] - claims["iat"] == body["expires_in"] == 7200
    assert "user-with-a-name" not in repr(claims)


async def test_a_mini_program_is_entered_only_where_it_is_published(
    operator: Any, publish_program: Publish, eventually: Eventually
) -> None:
    program = await publish_program()
    here, elsewhere = [
        await operator.token(*await operator.client("host", host)) for host in ("host-1", "host-9")
    ]

    async def status(token: str, program: str) -> int:
        return (await session(operator, token, program))[0]

    async def is_open() -> bool:
        return await status(here, program) == 201

    await eventually(is_open)
    assert await status(elsewhere, program) == 404
    assert await status(here, "unknown0") == 404
    await publish_program(program, event=MiniProgramSuspended, state="suspended", version=2)

    async def is_closed() -> bool:
        return await status(here, program) == 404

    await eventually(is_closed)
    await publish_program(program, version=1)  # a late repeat of what was
    marker = await publish_program()

    async def came_after() -> bool:
        return await status(here, marker) == 201

    await eventually(came_after)
    assert await operator.service.db["programs"].find_one({"_id": program, "state": "suspended"})


async def test_replicas_that_start_together_share_one_key(settings: Settings) -> None:
    async def kid() -> list[str]:
        service = build_app(settings)
        async with service.running(), service.http.get(service.url + "/.well-known/jwks.json") as answer:
            return [key["kid"] for key in (await answer.json())["keys"]]

    kids = await asyncio.gather(*(kid() for _ in range(4)))
    assert len({tuple(one) for one in kids}) == 1
    assert await kid() == kids[0], "and it is there after a restart"
    assert len(kids[0]) == 1


async def test_an_old_signing_key_is_replaced_and_its_tokens_stay_good(
    operator: Any, settings: Settings
) -> None:
    token = await operator.token()
    renewing = build_app(settings.model_copy(update={"port": 0}), clock=lambda: in_a_year(operator))
    async with renewing.running(), renewing.http.get(renewing.url + "/.well-known/jwks.json") as answer:
        keys = (await answer.json())["keys"]
    assert len(keys) == 2
    assert jwt.get_unverified_header(token)["kid"] == keys[0]["kid"]


def in_a_year(operator: Any) -> Any:
    now = operator.service.clock()
    return now.replace(year=now.year + 1)


async def test_an_account_is_told_once_for_each_change(
    operator: Any, settings: Settings, kafka_bootstrap: str
) -> None:
    token = await operator.token()
    account = {"host_id": "host-1", "name": "小米", "kind": "merchant", "followers": 7}
    changes = [
        account,
        account,
        account | {"name": "小米有品"},
        account | {"kind": "creator", "creator_id": "c1"},
    ]
    answers = [await operator.ask("PUT", "/v1/ops/accounts/a1", token, json=change) for change in changes]
    assert [(status, body["version"]) for status, body in answers] == [(201, 1), (200, 1), (200, 2), (200, 3)]
    consumer = AIOKafkaConsumer(
        settings.topic("accounts"), bootstrap_servers=kafka_bootstrap, auto_offset_reset="earliest"
    )
    async with consumer, asyncio.timeout(20):
        records = [await consumer.getone() for _ in range(3)]
    told = [(headers_of(record)["ce_type"], orjson.loads(record.value)["version"]) for record in records]
    assert told == [
        ("anchorage.AccountSettledIn.v1", 1),
        ("anchorage.AccountChanged.v1", 2),
        ("anchorage.CreatorChanged.v1", 3),
    ]
    assert {record.key for record in records} == {b"a1"}


async def test_changes_of_one_account_at_the_same_time_all_count(operator: Any) -> None:
    token = await operator.token()
    account = {"host_id": "host-1", "name": "n", "kind": "merchant"}
    answers = await asyncio.gather(
        *(
            operator.ask("PUT", "/v1/ops/accounts/a2", token, json=account | {"followers": n})
            for n in range(1, 11)
        )
    )
    assert sorted(body["version"] for _, body in answers) == list(range(1, 11))
    assert sorted(status for status, _ in answers) == [200] * 9 + [201]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/v1/ops/clients/a%20b", {}, 422, "invalid_content"),
        ("/v1/ops/clients/a", {"name": "n"}, 422, "invalid_content"),
        ("/v1/ops/accounts/a", {"host_id": "h", "name": "n", "kind": "shop"}, 422, "invalid_content"),
        (
            "/v1/ops/accounts/a",
            {"host_id": "h", "name": "n", "kind": "merchant", "x": 1},
            422,
            "invalid_content",
        ),
        ("/v1/ops/nothing", {}, 404, "no_such_path"),
    ],
)
async def test_wrong_content_is_answered_with_a_problem_document(
    operator: Any, path: str, body: dict[str, object], status: int, code: str
) -> None:
    answer = await operator.ask("PUT", path, await operator.token(), json=body)
    assert (answer[0], answer[1]["code"]) == (status, code)
