"""A revoked token is refused by every process within seconds, whichever of them learned of it first; so are a suspended caller's calls."""

from __future__ import annotations

import re
import secrets
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from gateway_support.access import token
from gateway_support.backend import FakeBackend
from gateway_support.running import NO_KAFKA, Gateway, running_gateway

from gateway import faults
from gateway.faults import faults_of
from gateway.table import CALLS
from runtime.web.revocations import REVOCATIONS_PATH
from support.eventually import Eventually

PATH = "/v1/owner"


def revoked(kind: str, revoked_id: str, before: float) -> dict[str, Any]:
    """An entry of identity's list."""
    moment = datetime.fromtimestamp(before, UTC).isoformat()
    return {"kind": kind, "id": revoked_id, "before": moment}


def lists(backend: FakeBackend, *entries: dict[str, Any]) -> None:
    """Identity has this list."""
    backend.will_answer("GET", REVOCATIONS_PATH, {"items": list(entries)})


async def status(gateway: Gateway, bearer: str, path: str = PATH) -> int:
    """The status of a call with this token."""
    return (await gateway.call("GET", path, bearer=bearer))[0]


async def test_two_gateways_refuse_the_tokens_of_a_removed_client_and_no_others(
    backend: FakeBackend, eventually: Eventually
) -> None:
    removed = f"client_{secrets.token_hex(4)}"
    gone, other = token("owner", sub=removed), token("owner", sub="somebody")
    backend.will_answer("GET", PATH, {})
    lists(backend)
    async with (
        running_gateway(backend, kafka=NO_KAFKA) as first,
        running_gateway(backend, kafka=NO_KAFKA) as second,
    ):
        for gateway in (first, second):
            assert await status(gateway, gone) == 200
        lists(backend, revoked("client", removed, time.time() + 30))
        for gateway in (first, second):

            async def refused(gateway: Gateway = gateway) -> bool:
                return await status(gateway, gone) == 401

            await eventually(refused, within=5)
            assert await status(gateway, other) == 200


async def test_while_identity_is_away_what_was_revoked_stays_revoked(
    backend: FakeBackend, gateway: Gateway, eventually: Eventually
) -> None:
    gone = token("owner", sub="c1")
    backend.will_answer("GET", PATH, {})
    lists(backend, revoked("client", "c1", time.time() + 30))

    async def refused() -> bool:
        return await status(gateway, gone) == 401

    await eventually(refused, within=5)
    backend.will_answer("GET", REVOCATIONS_PATH, {}, status=503)
    asked = backend.looks

    async def asked_again() -> bool:
        return backend.looks > asked + 1

    await eventually(asked_again, within=10)
    assert await refused()


async def test_a_token_that_is_younger_than_the_revocation_is_accepted(
    backend: FakeBackend, gateway: Gateway, eventually: Eventually
) -> None:
    now = time.time()
    old, young = token("owner", sub="c1", iat=int(now) - 100), token("owner", sub="c1", iat=int(now))
    backend.will_answer("GET", PATH, {})
    lists(backend, revoked("client", "c1", now - 50))

    async def refused() -> bool:
        return await status(gateway, old) == 401

    await eventually(refused, within=5)
    assert await status(gateway, young) == 200


@pytest.mark.parametrize(
    ("kind", "scope", "path"),
    [
        ("host", "host", "/v1/host/clients"),
        ("host", "viewer", "/v1/mini-programs/wineshop01/orders"),
        ("creator", "creator", "/v1/creator/clients"),
    ],
)
async def test_a_suspended_host_or_creator_is_refused_and_so_are_a_hosts_viewers(
    backend: FakeBackend, gateway: Gateway, eventually: Eventually, kind: str, scope: str, path: str
) -> None:
    bearer = token(scope, creator_id="creator-1") if kind == "creator" else token(scope)
    backend.will_answer("GET", path, {})
    assert await status(gateway, bearer, path) == 200
    lists(backend, revoked(kind, f"{kind}-1", time.time() + 1000))

    async def refused() -> bool:
        status, problem, _ = await gateway.call("GET", path, bearer=bearer)
        assert (status, problem.get("code")) == (403, f"{kind}_suspended"), problem
        return "An operator of the platform can lift" in problem["detail"]

    await eventually(refused, within=5)


async def test_two_gateways_let_a_suspended_owner_read_and_do_what_its_orders_need(
    backend: FakeBackend, eventually: Eventually
) -> None:
    shipments = "/v1/owner/orders/wineshop01_o1/shipments"
    backend.will_answer("GET", PATH, {})
    backend.will_answer("POST", shipments, {}, status=201)
    parcel = {"carrier": "sf", "tracking_number": "1"}
    async with (
        running_gateway(backend, kafka=NO_KAFKA) as first,
        running_gateway(backend, kafka=NO_KAFKA) as second,
    ):

        async def everywhere(expected: tuple[int, str | None]) -> bool:
            for gateway in (first, second):
                body = {"available": 1}
                status, answer, _ = await gateway.call("PUT", "/v1/owner/skus/s1/stock", "owner", json=body)
                assert (status, answer.get("code")) == expected, answer
                assert expected[0] != 403 or "An operator of the platform can lift" in answer["detail"]
            return True

        assert await everywhere((404, "not_found"))
        lists(backend, revoked("owner", "owner-1", time.time() + 1000))
        await eventually(lambda: everywhere((403, "owner_suspended")), within=5)
        for gateway in (first, second):
            assert (await gateway.call("GET", PATH, "owner"))[0] == 200
            assert (await gateway.call("POST", shipments, "owner", json=parcel))[0] == 201
            other = token("owner", owner_id="owner-2")
            assert (
                await gateway.call("PUT", "/v1/owner/skus/s1/stock", bearer=other, json={"available": 1})
            )[0] == 404
        lists(backend)
        await eventually(lambda: everywhere((404, "not_found")), within=5)


async def test_a_suspended_owners_calls_are_those_of_the_table(
    backend: FakeBackend, gateway: Gateway, eventually: Eventually
) -> None:
    lists(backend, revoked("owner", "owner-1", time.time() + 1000))

    async def refused() -> bool:
        return (await gateway.call("POST", "/v1/owner/webhooks", "owner"))[1]["code"] == "owner_suspended"

    await eventually(refused, within=5)
    for call in CALLS:
        if "owner" not in call.scopes or call.streams:
            continue
        path = re.sub(r"\{\w+(:[^}]+)?\}", "x1", call.path)
        _, answer, _ = await gateway.call(call.method, path, "owner")
        is_refused = isinstance(answer, dict) and answer.get("code") == "owner_suspended"
        assert is_refused == (call.method != "GET" and not call.while_suspended), call.name
        assert is_refused == (faults.OWNER_REFUSED in faults_of(call)), call.name


async def test_the_list_itself_is_no_public_call(gateway: Gateway) -> None:
    assert (await gateway.call("GET", REVOCATIONS_PATH, "ops"))[0] == 404
    assert (await gateway.call("GET", REVOCATIONS_PATH, None))[0] == 404
