"""`anchorage operator|host|creator|owner add` against a gateway that answers as identity does."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from anchorage_cli import joining
from anchorage_cli.errors import Refused

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

    async def put(request: web.Request) -> web.Response:
        request.app[SEEN].append((request.path, await request.json()))
        return web.json_response({}, status=201)

    app.router.add_post("/v1/ops/clients", add)
    app.router.add_post("/v1/ops/hosts", add)
    app.router.add_put("/v1/ops/owners/{owner_id}", put)
    app.router.add_put("/v1/ops/clients/{client_id}", put)
    async with TestServer(app) as server:
        yield server


def first_operator(monkeypatch: pytest.MonkeyPatch, gateway: TestServer, secret: str) -> None:
    """The environment of an installation without demo data."""
    monkeypatch.setenv("ANCHORAGE_PUBLIC_URL", str(gateway.make_url("")).rstrip("/"))
    monkeypatch.setenv("ANCHORAGE_OPS_CLIENT_ID", "ops")
    monkeypatch.setenv("ANCHORAGE_OPS_CLIENT_SECRET", secret)


def arguments(command: joining.Joining, text: str) -> argparse.Namespace:
    """The arguments as the command line reads them."""
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(text.split())


async def test_the_first_operator_adds_another(gateway: TestServer, monkeypatch: pytest.MonkeyPatch) -> None:
    first_operator(monkeypatch, gateway, "first")
    added = await joining.OPERATOR.joined(arguments(joining.OPERATOR, "add Mei --role read"))
    assert added == {"client_id": "client_1", "client_secret": "s3cret"}
    assert gateway.app is not None
    assert gateway.app[SEEN] == [{"name": "Mei", "role": "read"}]


async def test_a_host_is_added_with_its_first_client(
    gateway: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_operator(monkeypatch, gateway, "first")
    added = await joining.HOST.joined(arguments(joining.HOST, "add WeTalk"))
    assert added == {"client_id": "client_1", "client_secret": "s3cret"}
    assert gateway.app is not None
    assert gateway.app[SEEN] == [{"name": "WeTalk"}]


async def test_an_owner_is_entered_and_gets_a_client_of_its_own(
    gateway: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_operator(monkeypatch, gateway, "first")
    text = "add Ink --kind brand --email ink@brand.example"
    added = await joining.OWNER.joined(arguments(joining.OWNER, text))
    assert gateway.app is not None
    (owner_path, application), (client_path, client) = gateway.app[SEEN]
    assert owner_path == f"/v1/ops/owners/{added['owner_id']}"
    assert application["contact"] == {"name": "Ink", "email": "ink@brand.example"}
    assert client_path == f"/v1/ops/clients/{added['client_id']}"
    assert (client["subject_id"], client["client_secret"]) == (added["owner_id"], added["client_secret"])


async def test_with_a_wrong_secret_nobody_is_added(
    gateway: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_operator(monkeypatch, gateway, "wrong")
    with pytest.raises(Refused, match="401"):
        await joining.OPERATOR.joined(arguments(joining.OPERATOR, "add Mei"))
    assert gateway.app is not None
    assert gateway.app[SEEN] == []
