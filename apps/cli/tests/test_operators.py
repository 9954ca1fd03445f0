"""`anchorage operator add` against a gateway that answers as identity does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from anchorage_cli import operators
from anchorage_cli.operator import Refused

SEEN = web.AppKey("seen", list[Any])


@pytest.fixture
async def gateway() -> AsyncIterator[TestServer]:
    """Gives tokens for the secret `first`, and a new client for a token."""

    async def token(request: web.Request) -> web.Response:
        if (await request.post()).get("client_secret") != "first":
            return web.json_response({"error": "invalid_client"}, status=401)
        return web.json_response({"access_token": "t"})

    async def add(request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer t"
        request.app[SEEN].append(await request.json())
        answer = {"client_id": "client_1", "name": "Mei", "role": "read", "client_secret": "s3cret"}
        return web.json_response(answer, status=201)

    app = web.Application()
    app[SEEN] = []
    app.router.add_post("/v1/token", token)
    app.router.add_post("/v1/ops/clients", add)
    async with TestServer(app) as server:
        yield server


def first_operator(monkeypatch: pytest.MonkeyPatch, gateway: TestServer, secret: str) -> None:
    """The environment of an installation without demo data."""
    monkeypatch.setenv("ANCHORAGE_PUBLIC_URL", str(gateway.make_url("")).rstrip("/"))
    monkeypatch.setenv("ANCHORAGE_OPS_CLIENT_ID", "ops")
    monkeypatch.setenv("ANCHORAGE_OPS_CLIENT_SECRET", secret)


async def test_the_first_operator_adds_another(gateway: TestServer, monkeypatch: pytest.MonkeyPatch) -> None:
    first_operator(monkeypatch, gateway, "first")
    added = await operators.add("Mei", "read")
    assert added == {"client_id": "client_1", "client_secret": "s3cret"}
    assert gateway.app is not None
    assert gateway.app[SEEN] == [{"name": "Mei", "role": "read"}]


async def test_with_a_wrong_secret_nobody_is_added(
    gateway: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_operator(monkeypatch, gateway, "wrong")
    with pytest.raises(Refused, match="401"):
        await operators.add("Mei", "admin")
    assert gateway.app is not None
    assert gateway.app[SEEN] == []
