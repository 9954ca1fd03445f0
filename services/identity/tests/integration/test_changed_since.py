"""Operators and their partners follow lists by what changed."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from identity_support.operator import Operator

from identity.adapters.mongo_owners import MongoOwners

LONG_AGO = "updated_since=2020-01-01T00:00:00Z"


def since_now() -> str:
    """A query for what changes from here on."""
    return f"updated_since={quote(datetime.now(UTC).isoformat())}"


async def listed(operator: Operator, path: str, token: str, query: str) -> list[dict[str, Any]]:
    """The items of a list, one on a page."""
    items: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        following = f"&cursor={cursor}" if cursor else ""
        status, page = await operator.call("GET", f"{path}?{query}&limit=1{following}", token)
        assert status == 200, page
        items += page["items"]
        cursor = page["next_cursor"]
    return items


async def test_owners_are_followed_by_their_changes(operator: Operator) -> None:
    token, body = (
        await operator.token(),
        {"kind": "brand", "contact": {"name": "Li", "email": "li@brand.example"}},
    )
    first, second, third = (f"owner-{n}-{secrets.token_hex(4)}" for n in "cab")

    async def put(owner_id: str, name: str) -> None:
        answer = await operator.call("PUT", f"/v1/ops/owners/{owner_id}", token, json=body | {"name": name})
        assert answer[0] in (200, 201), answer

    for owner_id in (first, second, third):
        await put(owner_id, f"Brand {owner_id}")
    everything = await listed(operator, "/v1/ops/owners", token, LONG_AGO)
    assert [owner["owner_id"] for owner in everything] == [first, second, third]
    since = since_now()
    await put(first, "Other name")
    suspension = {"reasons": [{"message": "Sells what it has not."}]}
    await operator.call("POST", f"/v1/ops/owners/{second}/suspension", token, json=suspension)
    changed = await listed(operator, "/v1/ops/owners", token, since)
    assert [owner["owner_id"] for owner in changed] == [first, second]
    verified = await listed(operator, "/v1/ops/owners", token, f"{since}&status=verified")
    assert [owner["owner_id"] for owner in verified] == [first]


@pytest.mark.parametrize("kind", ["host", "creator"])
async def test_hosts_and_creators_are_followed_by_their_changes(operator: Operator, kind: str) -> None:
    token, every = await operator.token(), f"/v1/ops/{kind}s"
    ids = [f"{kind}-{n}-{secrets.token_hex(4)}" for n in "cab"]
    for partner_id in ids:
        assert (await operator.call("PUT", f"{every}/{partner_id}", token, json={"name": "One"}))[0] == 201
    assert [one["id"] for one in await listed(operator, every, token, LONG_AGO)] == ids
    since = since_now()
    assert (await operator.call("PUT", f"{every}/{ids[0]}", token, json={"name": "Another"}))[0] == 200
    assert [one["id"] for one in await listed(operator, every, token, since)] == ids[:1]


@pytest.mark.parametrize("scope", ["owner", "host", "creator", "ops"])
async def test_clients_are_followed_by_their_changes(operator: Operator, scope: str) -> None:
    admin = await operator.token(*await operator.client(scope, f"subject-{secrets.token_hex(4)}"))
    every, new = f"/v1/{scope}/clients", {"name": "Warehouse", "role": "read"}
    since = since_now()
    added = [(await operator.call("POST", every, admin, json=new))[1]["client_id"] for _ in range(3)]
    assert [one["client_id"] for one in await listed(operator, every, admin, since)] == added
    since = since_now()
    await operator.call("POST", f"{every}/{added[0]}/secrets", admin, json={"old_valid_for": 60})
    changed = await listed(operator, every, admin, since)
    assert [(one["client_id"], one["old_secret_ends_at"] is None) for one in changed] == [(added[0], False)]


async def test_what_an_older_version_stored_is_listed_as_changed(operator: Operator) -> None:
    token, owner_id = await operator.token(), f"owner-{secrets.token_hex(4)}"
    body = {"name": "Brand", "kind": "brand", "contact": {"name": "Li", "email": "li@brand.example"}}
    await operator.call("PUT", f"/v1/ops/owners/{owner_id}", token, json=body)
    owners = operator.service.db["owners"]
    await owners.update_one({"_id": owner_id}, {"$unset": {"changed_at": ""}})
    assert await listed(operator, "/v1/ops/owners", token, LONG_AGO) == []
    await MongoOwners(operator.service.db, operator.service.recorder).prepare()
    [owner] = await listed(operator, "/v1/ops/owners", token, LONG_AGO)
    assert owner["owner_id"] == owner_id
