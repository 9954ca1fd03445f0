"""Whoever has clients manages its own: several clients with roles, secrets that overlap, removal within seconds."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

import pytest
from identity_support.operator import Operator

from identity.application import clients
from support.eventually import Eventually

SCOPES = ("owner", "host", "creator", "ops")


async def admin_of(operator: Operator, scope: str, subject: str) -> str:
    """A token of an admin of this subject."""
    return await operator.token(*await operator.client(scope, subject))


async def add(operator: Operator, token: str, scope: str, role: str = "read") -> dict[str, Any]:
    """A further client of the caller's, with its secret."""
    status, new = await operator.call(
        "POST", f"/v1/{scope}/clients", token, json={"name": "Warehouse", "role": role}
    )
    assert status == 201, new
    return dict(new)


async def accepts(operator: Operator, client_id: str, secret: str) -> bool:
    """Whether a token is given for this secret."""
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    return (await operator.call("POST", "/v1/token", data=form))[0] == 200


@pytest.mark.parametrize("scope", SCOPES)
async def test_an_admin_adds_lists_and_removes_clients(
    operator: Operator, scope: str, eventually: Eventually
) -> None:
    admin = await admin_of(operator, scope, "subject-1")
    new = await add(operator, admin, scope)
    token = await operator.token(new["client_id"], new["client_secret"])
    _, page = await operator.call("GET", f"/v1/{scope}/clients", admin)
    [listed] = [client for client in page["items"] if client["client_id"] == new["client_id"]]
    assert listed == {"client_id": new["client_id"], "name": "Warehouse", "role": "read"} | {
        "old_secret_ends_at": None,
        "version": 1,
    }

    one = f"/v1/{scope}/clients/{new['client_id']}"
    status, read = await operator.call("GET", one, admin)
    assert (status, {name: read[name] for name in listed}) == (200, listed)
    if scope != "ops":
        other = await admin_of(operator, scope, "subject-2")
        assert (await operator.call("GET", one, other))[0] == 404
    for path in (f"/v1/{scope}/clients", one):
        status, problem = await operator.call("GET", path, token)
        assert (status, problem["code"]) == (403, "not_your_role")
    assert (await operator.call("DELETE", f"/v1/{scope}/clients/{new['client_id']}", admin))[0] == 204
    assert not await accepts(operator, new["client_id"], new["client_secret"])

    async def refused() -> bool:
        status, _ = await operator.call("GET", f"/v1/{scope}/clients", token)
        return status == 401

    await eventually(refused, within=5)
    assert (await operator.call("GET", f"/v1/{scope}/clients", admin))[0] == 200


async def test_an_old_secret_works_for_as_long_as_its_owner_says(operator: Operator) -> None:
    admin = await admin_of(operator, "owner", "o1")
    client = await add(operator, admin, "owner")
    path = f"/v1/owner/clients/{client['client_id']}/secrets"
    status, renewed = await operator.call("POST", path, admin, json={"old_valid_for": 3600})
    assert status == 201
    assert await accepts(operator, client["client_id"], client["client_secret"])
    assert await accepts(operator, client["client_id"], renewed["client_secret"])

    status, problem = await operator.call("POST", path, admin, json={"old_valid_for": 3600})
    assert (status, problem["code"]) == (409, "too_many_secrets")
    _, last = await operator.call("POST", path, admin, json={"old_valid_for": 0})
    for earlier in (client, renewed):
        assert not await accepts(operator, client["client_id"], earlier["client_secret"])
    assert await accepts(operator, client["client_id"], last["client_secret"])


async def test_an_old_secret_ends_by_itself(operator: Operator, eventually: Eventually) -> None:
    admin = await admin_of(operator, "host", "h1")
    client = await add(operator, admin, "host")
    path = f"/v1/host/clients/{client['client_id']}/secrets"
    await operator.call("POST", path, admin, json={"old_valid_for": 1})

    async def refused() -> bool:
        return not await accepts(operator, client["client_id"], client["client_secret"])

    await eventually(refused, within=5)


async def test_the_last_admin_cannot_be_removed(operator: Operator) -> None:
    first = await operator.client("owner", "o2")
    token = await operator.token(*first)
    await add(operator, token, "owner", "finance")
    status, problem = await operator.call("DELETE", f"/v1/owner/clients/{first[0]}", token)
    assert (status, problem["code"]) == (409, "last_admin")
    await add(operator, token, "owner", "admin")
    assert (await operator.call("DELETE", f"/v1/owner/clients/{first[0]}", token))[0] == 204


async def test_of_two_admins_who_remove_each_other_one_stays(operator: Operator) -> None:
    for attempt in range(5):
        admins = [await operator.client("host", f"h{attempt}") for _ in range(2)]
        tokens = [await operator.token(*admin) for admin in admins]
        answers = await asyncio.gather(
            *(
                operator.call("DELETE", f"/v1/host/clients/{other}", token)
                for (other, _), token in zip(admins, reversed(tokens), strict=True)
            )
        )
        assert sorted(status for status, _ in answers) in ([204, 401], [204, 409])
        left = [admin for admin, (status, _) in zip(admins, answers, strict=True) if status != 204]
        assert await accepts(operator, *left[0])


@pytest.mark.parametrize("scope", ["owner", "host", "creator"])
async def test_the_clients_of_others_look_like_those_that_do_not_exist(
    operator: Operator, scope: str
) -> None:
    mine = await admin_of(operator, scope, "mine")
    other, _ = await operator.client(scope, "other")
    of_another_scope, _ = await operator.client("ops", "mine")
    _, page = await operator.call("GET", f"/v1/{scope}/clients", mine)
    assert len(page["items"]) == 1
    answers = [
        await operator.call(method, f"/v1/{scope}/clients/{client_id}{rest}", mine, json=body)
        for client_id in (other, of_another_scope, "nobody")
        for method, rest, body in (("DELETE", "", None), ("POST", "/secrets", {"old_valid_for": 0}))
    ]
    [(status, code, _)] = {(status, problem["code"], problem["detail"]) for status, problem in answers}
    assert (status, code) == (404, "not_found")


async def test_a_wrong_role_and_a_wrong_time_are_refused_with_words(operator: Operator) -> None:
    admin = await admin_of(operator, "owner", "o3")
    body = {"name": "Warehouse", "role": "boss"}
    status, problem = await operator.call("POST", "/v1/owner/clients", admin, json=body)
    assert (status, problem["code"]) == (422, "invalid_content")
    client = await add(operator, admin, "owner")
    for seconds in (-1, 10**9, "soon"):
        path = f"/v1/owner/clients/{client['client_id']}/secrets"
        assert (await operator.call("POST", path, admin, json={"old_valid_for": seconds}))[0] == 422


async def test_no_generated_secret_is_stored_in_clear(operator: Operator) -> None:
    admin = await admin_of(operator, "owner", "o4")
    client = await add(operator, admin, "owner")
    path = f"/v1/owner/clients/{client['client_id']}/secrets"
    _, renewed = await operator.call("POST", path, admin, json={"old_valid_for": 60})
    stored = [repr(document) async for document in operator.service.db["clients"].find()]
    for secret in (client["client_secret"], renewed["client_secret"]):
        assert not [document for document in stored if secret in document]


async def put(operator: Operator, client_id: str, body: dict[str, Any], version: int | None = None) -> Any:
    """The answer to an operator's PUT of a client."""
    headers = {"If-Match": f'"{version}"'} if version is not None else {}
    body = {"name": "Warehouse", "client_secret": "s" * 24} | body
    return await operator.call(
        "PUT", f"/v1/ops/clients/{client_id}", await operator.token(), json=body, headers=headers
    )


@pytest.mark.parametrize("change", [{"role": "read"}, {"subject_id": "another"}])
async def test_an_operator_takes_the_last_admin_from_nobody(
    operator: Operator, change: dict[str, Any]
) -> None:
    client_id, subject = f"c-{secrets.token_hex(6)}", f"o-{secrets.token_hex(6)}"
    admin = {"scope": "owner", "subject_id": subject}
    assert (await put(operator, client_id, admin))[0] == 201
    status, problem = await put(operator, client_id, admin | change)
    assert (status, problem["code"]) == (409, "last_admin")
    token = await operator.token(client_id, "s" * 24)
    _, page = await operator.call("GET", "/v1/owner/clients", token)
    assert [(client["role"], client["version"]) for client in page["items"]] == [("admin", 1)]
    await add(operator, token, "owner", "admin")
    assert (await put(operator, client_id, admin | change))[0] == 200


async def test_of_two_admins_who_are_demoted_at_once_one_stays(operator: Operator) -> None:
    subject = f"o-{secrets.token_hex(6)}"
    admins = [(await operator.client("owner", subject))[0] for _ in range(2)]
    body = {"scope": "owner", "subject_id": subject, "role": "read"}
    answers = await asyncio.gather(*(put(operator, client_id, body) for client_id in admins))
    assert sorted(status for status, _ in answers) == [200, 409]


async def test_of_two_operators_who_change_a_client_the_second_is_told(operator: Operator) -> None:
    client_id, body = f"c-{secrets.token_hex(6)}", {"scope": "host", "subject_id": "h"}
    assert (await put(operator, client_id, body, version=0))[1]["version"] == 1
    assert (await put(operator, client_id, body, version=1))[1]["version"] == 2
    status, problem = await put(operator, client_id, body, version=1)
    assert (status, problem["code"], problem["version"]) == (412, "version_conflict", 2)


async def test_the_number_of_clients_has_a_limit(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "MAX_CLIENTS", 3)
    admin = await admin_of(operator, "owner", "owner-of-many")
    first, _ = await add(operator, admin, "owner"), await add(operator, admin, "owner")
    wanted = {"name": "One more", "role": "read"}
    status, problem = await operator.call("POST", "/v1/owner/clients", admin, json=wanted)
    assert (status, problem["code"]) == (409, "too_many_clients")
    await operator.call("DELETE", f"/v1/owner/clients/{first['client_id']}", admin)
    await add(operator, admin, "owner")
