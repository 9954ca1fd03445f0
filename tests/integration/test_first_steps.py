"""From an empty installation to a verified owner, through two gateways and two replicas of identity."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from gateway.app import build_app as gateway
from gateway.settings import Settings as GatewaySettings
from identity.app import build_app as identity
from identity.settings import Settings as IdentitySettings
from runtime.kafka.topics import ensure_topics
from support.eventually import Eventually

SECRET = secrets.token_hex(32)
NOWHERE = "http://127.0.0.1:1"
APPLICATION = {
    "name": "Hillside Tea",
    "kind": "brand",
    "contact": {"name": "Mei Chen", "email": "mei@hillside.example"},
}


@dataclass
class Installation:
    """Two gateways, each in front of a replica of identity of its own."""

    gateways: list[str]
    http: aiohttp.ClientSession

    async def call(self, method: str, path: str, token: str = "", body: Any = None, at: int = 0) -> Any:
        """The status and the JSON of a call of one gateway."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = self.gateways[at] + path
        async with self.http.request(method, url, headers=headers, json=body) as answer:
            return answer.status, await answer.json(content_type=None)

    async def token(self, client: dict[str, Any]) -> str:
        """A token of a client."""
        form = {name: client[name] for name in ("client_id", "client_secret")}
        _, answer = await self.call("POST", "/v1/token", body=form | {"grant_type": "client_credentials"})
        return str(answer["access_token"])


@pytest.fixture
async def empty(kafka_bootstrap: str, mongodb_uri: str, prefix: str) -> AsyncIterator[Installation]:
    await ensure_topics(kafka_bootstrap, prefix)
    common: dict[str, Any] = {"kafka": kafka_bootstrap, "prefix": prefix, "port": 0, "viewer_secret": SECRET}
    async with AsyncExitStack() as stack:
        urls = []
        for _ in range(2):
            own = IdentitySettings(
                **common, mongodb_uri=mongodb_uri, openid_secret=SECRET, ops_client_id="ops", ops_client_secret=SECRET,
            )  # fmt: skip
            replica = await stack.enter_async_context(identity(own).running())
            others = {
                f"{name}_url": NOWHERE
                for name in ("catalog", "search", "checkout", "payment", "sharecode", "webhooks", "feeds")
            }
            front = GatewaySettings(**common, **others, click_secret=SECRET, identity_url=replica.url)
            urls.append((await stack.enter_async_context(gateway(front).running())).url)
        yield Installation(urls, await stack.enter_async_context(aiohttp.ClientSession()))


async def test_operator_host_and_owner_come_out_of_nothing(
    empty: Installation, eventually: Eventually
) -> None:
    first = await empty.token({"client_id": "ops", "client_secret": SECRET})
    _, second = await empty.call("POST", "/v1/ops/clients", first, {"name": "Li Na", "role": "admin"})
    ops = await empty.token(second)
    status, host = await empty.call("POST", "/v1/ops/hosts", ops, {"name": "WeTalk"})
    assert (status, set(host)) == (201, {"host_id", "name", "client_id", "client_secret"})
    status, registered = await empty.call("POST", "/v1/owners", body=APPLICATION)
    assert (status, registered["status"]) == (201, "applied")
    owner = await empty.token(registered)
    _, waiting = await empty.call("GET", "/v1/ops/owners?status=applied", ops, at=1)
    assert [one["owner_id"] for one in waiting["items"]] == [registered["owner_id"]]
    verdict = f"/v1/ops/owners/{registered['owner_id']}/approval"
    assert (await empty.call("POST", verdict, ops, {}))[0] == 200
    _, verified = await empty.call("GET", "/v1/owner", owner, at=1)
    assert verified["status"] == "verified"


async def test_a_removed_client_is_refused_by_both_gateways(
    empty: Installation, eventually: Eventually
) -> None:
    _, registered = await empty.call("POST", "/v1/owners", body=APPLICATION)
    admin = await empty.token(registered)
    _, added = await empty.call("POST", "/v1/owner/clients", admin, {"name": "Warehouse", "role": "orders"})
    token = await empty.token(added)
    for at in range(2):
        assert (await empty.call("GET", "/v1/owner", token, at=at))[0] == 200
    path = f"/v1/owner/clients/{added['client_id']}"
    assert (await empty.call("DELETE", path, admin))[0] == 204
    for at in range(2):

        async def refused(at: int = at) -> bool:
            return bool((await empty.call("GET", "/v1/owner", token, at=at))[0] == 401)

        await eventually(refused, within=5)
        assert (await empty.call("GET", "/v1/owner", admin, at=at))[0] == 200
