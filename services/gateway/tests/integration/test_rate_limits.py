"""Rate limits at the edge."""

from __future__ import annotations

import pytest
from aiohttp import web
from gateway_support.backend import FakeBackend
from gateway_support.running import NO_KAFKA, Gateway, running_gateway
from gateway_support.samples import PROGRAM

from contracts.api.limits import LEASES_PATH

CARDS = "/v1/entry/mini-programs"


async def test_every_answer_states_the_limit_of_its_class(gateway: Gateway) -> None:
    gateway.backend.will_answer("GET", CARDS, {"items": []})
    _, _, good = await gateway.call("GET", CARDS)
    _, _, wrong = await gateway.call("GET", CARDS, params={"unknown": "1"})
    _, _, away = await gateway.call("GET", f"{PROGRAM}/search", params={"q": "wine"})
    assert good["RateLimit-Policy"] == wrong["RateLimit-Policy"] == '"read";q=2000;w=1'
    assert good["RateLimit"].startswith('"read";r=')
    assert away["RateLimit-Policy"] == '"search";q=1000;w=1'


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
