"""Rate limits at the edge."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from aiohttp import web
from gateway_support.backend import FakeBackend
from gateway_support.running import NO_KAFKA, Gateway, running_gateway
from gateway_support.samples import PROGRAM

from contracts.api.limits import LEASES_PATH
from gateway.limiting import WRONG_SECRETS_PER_MINUTE
from gateway.table import CALLS
from gateway.table.operation import HEALTH

PARAMETER = re.compile(r"\{[^}]*\}")
CARDS = "/v1/entry/mini-programs"
OWNER = {"name": "Brand", "kind": "brand", "contact": {"name": "Li", "email": "li@brand.example"}}


@dataclass
class Buckets:
    """Identity's buckets, which nothing refills."""

    left: dict[str, int] = field(default_factory=dict)

    async def lease(self, request: web.Request) -> web.Response:
        asked = await request.json()
        left = self.left.get(asked["key"], asked["size"]) - asked.get("spent", 0)
        given = max(0, min(asked["wanted"], left))
        self.left[asked["key"]] = left - given
        return web.json_response({"given": given, "remaining": max(0, left - given)})


@pytest.fixture
def shared(backend: FakeBackend) -> FakeBackend:
    """A backend that keeps buckets, takes every owner, and knows one secret."""

    async def token(request: web.Request) -> web.Response:
        sent = await request.post() if request.content_type != "application/json" else await request.json()
        if sent["client_secret"] == "right":
            return web.json_response({"access_token": "t"})
        return web.json_response({"error": "invalid_client"}, status=401)

    backend.answers["POST", LEASES_PATH] = Buckets().lease
    backend.answers["POST", "/v1/token"] = token
    backend.will_answer("POST", "/v1/owners", {"owner_id": "o"}, status=201)
    return backend


def came_from(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": f"198.51.100.9, {address}"}


async def secret_status(gateway: Gateway, client: str, secret: str, address: str) -> int:
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
    status, _, _ = await gateway.call("POST", "/v1/token", scope=None, data=form, headers=came_from(address))
    return status


async def test_every_answer_states_the_limit_of_its_class(gateway: Gateway) -> None:
    gateway.backend.will_answer("GET", CARDS, {"items": []})
    _, _, good = await gateway.call("GET", CARDS)
    _, _, wrong = await gateway.call("GET", CARDS, params={"unknown": "1"})
    _, _, away = await gateway.call("GET", f"{PROGRAM}/search", params={"q": "wine"})
    assert good["RateLimit-Policy"] == wrong["RateLimit-Policy"] == '"read";q=2000;w=1'
    assert good["RateLimit"].startswith('"read";r=')
    assert away["RateLimit-Policy"] == '"search";q=1000;w=1'


@pytest.mark.parametrize("scope", [None, "host", "owner", "creator", "ops", "viewer"])
async def test_every_call_states_its_limit_to_every_caller(gateway: Gateway, scope: str | None) -> None:
    silent = []
    for call in (call for call in CALLS if call.path not in HEALTH):
        path = PARAMETER.sub("x", call.path)
        status, _, headers = await gateway.call(call.method, path, scope=scope)
        stated = [headers.get(name, "") for name in ("RateLimit-Policy", "RateLimit")]
        if not all(value.startswith(f'"{call.limit_class}";') for value in stated):
            silent.append((status, call.name, stated))
    assert silent == []


@pytest.mark.parametrize(
    ("method", "path", "status", "limit"),
    [
        ("GET", "/v1/nothing", 404, "read"),
        ("PUT", "/v1/nothing", 404, "write"),
        ("DELETE", "/v1/limits", 405, "write"),
    ],
)
async def test_calls_that_do_not_exist_count_for_the_address(
    gateway: Gateway, method: str, path: str, status: int, limit: str
) -> None:
    answers = [await gateway.call(method, path, scope=None) for _ in range(3)]
    assert [answer[0] for answer in answers] == [status] * 3
    left = [int(answer[2]["RateLimit"].split("r=")[1].split(";")[0]) for answer in answers]
    assert answers[0][2]["RateLimit-Policy"].startswith(f'"{limit}";q=')
    assert left[0] < gateway.settings.limits()[limit]


async def test_a_refused_call_spends_from_the_bucket_of_its_client(backend: FakeBackend) -> None:
    async def nothing(_: web.Request) -> web.Response:
        return web.json_response({"given": 0, "remaining": 0})

    backend.answers["POST", LEASES_PATH] = nothing
    async with running_gateway(backend, kafka=NO_KAFKA, limit_read=1) as gateway:
        statuses = [(await gateway.call("GET", CARDS, scope="owner"))[0] for _ in range(2)]
        without_token = [(await gateway.call("GET", CARDS, scope=None))[0] for _ in range(2)]
    assert statuses == [403, 429]
    assert without_token == [401, 429]


async def test_a_call_above_the_limit_is_429_and_reaches_no_service(backend: FakeBackend) -> None:
    async def nothing(_: web.Request) -> web.Response:
        return web.json_response({"given": 0, "remaining": 0})

    backend.answers["POST", LEASES_PATH] = nothing
    backend.will_answer("GET", CARDS, {"items": []})
    async with running_gateway(backend, kafka=NO_KAFKA, limit_read=1) as gateway:
        first, _, _ = await gateway.call("GET", CARDS)
        status, problem, headers = await gateway.call("GET", CARDS)
    assert (first, status, problem["code"]) == (200, 429, "rate_limited")
    assert headers["Retry-After"] == "1"
    assert headers["RateLimit"].startswith('"read";r=')
    assert len(backend.seen) == 1


@pytest.mark.parametrize("status", [404, 500, 503])
async def test_calls_go_on_while_identity_lends_nothing(backend: FakeBackend, status: int) -> None:
    backend.will_answer("POST", LEASES_PATH, {}, status=status)
    backend.will_answer("GET", CARDS, {"items": []})
    async with running_gateway(backend, kafka=NO_KAFKA, limit_read=1000) as gateway:
        for _ in range(105):
            got, _, _ = await gateway.call("GET", CARDS)
            assert got in (200, 429)  # 429 if 101 calls took less than a slice's tenth of a second
    assert len(backend.seen) >= 100


@pytest.mark.parametrize("scope", ["host", "owner", "creator", "ops", "viewer"])
async def test_callers_read_their_own_limits(gateway: Gateway, scope: str) -> None:
    status, body, _ = await gateway.call("GET", "/v1/limits", scope=scope)
    assert status == 200
    assert [one["name"] for one in body["limits"]] == ["read", "write", "search", "order", "scan", "bulk"]
    assert body["limits"][2] == {"name": "search", "per_second": 1000, "remaining": 1000}


async def test_an_address_registers_no_more_owners_than_its_limit_at_all_gateways_together(
    shared: FakeBackend,
) -> None:
    async def register(gateway: Gateway, address: str) -> tuple[int, Any, Any]:
        return await gateway.call("POST", "/v1/owners", scope=None, json=OWNER, headers=came_from(address))

    async with (
        running_gateway(shared, kafka=NO_KAFKA, limit_registration=10, proxies=1) as one,
        running_gateway(shared, kafka=NO_KAFKA, limit_registration=10, proxies=1) as other,
    ):
        statuses = [(await register((one, other)[n % 2], "192.0.2.1"))[0] for n in range(30)]
        status, problem, headers = await register(one, "192.0.2.1")
        elsewhere, _, _ = await register(one, "192.0.2.2")
    assert 10 <= statuses.count(201) <= 11
    assert set(statuses) == {201, 429}
    assert (status, problem["code"], headers["Retry-After"]) == (429, "rate_limited", "360")
    assert headers["RateLimit-Policy"] == '"registration";q=10;w=3600'
    assert elsewhere == 201


async def test_wrong_secrets_are_slowed_by_client_and_by_address_and_the_right_one_gets_in(
    shared: FakeBackend,
) -> None:
    attacker, elsewhere = "2001:db8::1", "192.0.2.7"
    async with (
        running_gateway(shared, kafka=NO_KAFKA, proxies=1) as one,
        running_gateway(shared, kafka=NO_KAFKA, proxies=1) as other,
    ):
        for n in range(WRONG_SECRETS_PER_MINUTE + 10):
            await secret_status((one, other)[n % 2], "victim", f"wrong {n}", attacker)
        for gateway in (one, other):
            assert await secret_status(gateway, "victim", "wrong", attacker) == 429
            assert await secret_status(gateway, "victim", "wrong", elsewhere) == 429, "by client"
            assert await secret_status(gateway, "another", "wrong", "2001:db8::2") == 429, "by network"
            assert await secret_status(gateway, "another", "wrong", elsewhere) == 401
            assert await secret_status(gateway, "victim", "right", elsewhere) == 200
            assert await secret_status(gateway, "victim", "right", attacker) == 200


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"client%5Fid=vic%74im&client_secret=wrong"),
        ("application/json", orjson.dumps({"client_secret": "wrong"})[:-1] + b',"client\\u005fid":"victim"}'),
    ],
)
async def test_a_client_is_the_same_however_it_is_escaped(
    shared: FakeBackend, kind: str, body: bytes
) -> None:
    buckets = Buckets()
    shared.answers["POST", LEASES_PATH] = buckets.lease
    async with running_gateway(shared, kafka=NO_KAFKA) as gateway:
        for _ in range(WRONG_SECRETS_PER_MINUTE // 10 + 1):
            headers = {"Content-Type": kind}
            await gateway.call("POST", "/v1/token", scope=None, data=body, headers=headers)
    assert "client victim wrong_secret" in buckets.left
