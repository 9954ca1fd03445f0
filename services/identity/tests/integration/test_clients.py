"""Operators put clients."""

from __future__ import annotations

import secrets

from identity_support.operator import Operator


async def test_a_changed_secret_replaces_the_one_before_at_once(operator: Operator) -> None:
    client_id, secret = await operator.client("host", "h")
    await operator.token(client_id, secret)
    changed = {"name": "t", "scope": "host", "subject_id": "h", "client_secret": secrets.token_urlsafe(24)}
    status, _ = await operator.call(
        "PUT", f"/v1/ops/clients/{client_id}", await operator.token(), json=changed
    )
    assert status == 200
    asked = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    assert (await operator.call("POST", "/v1/token", data=asked))[0] == 401
    assert await operator.token(client_id, changed["client_secret"])


async def test_no_secret_is_stored_in_clear(operator: Operator) -> None:
    _, secret = await operator.client("host", "h")
    stored = [repr(document) async for document in operator.service.db["clients"].find()]
    assert len(stored) == 2
    assert not [document for document in stored if secret in document or operator.secret in document]


async def test_a_client_with_the_role_read_changes_no_client(operator: Operator) -> None:
    reader = await operator.token(*await operator.client("ops", "reader", role="read"))
    body = {"name": "t", "scope": "ops", "subject_id": "me", "client_secret": "x" * 24}
    status, problem = await operator.call("PUT", "/v1/ops/clients/mine", reader, json=body)
    assert (status, problem["code"]) == (403, "not_your_role")
    assert problem["detail"] == "This client's role is read. This call needs the role admin."


async def test_an_operator_reads_any_client_and_never_its_secret(operator: Operator) -> None:
    client_id, secret = await operator.client("host", "h")
    path = f"/v1/ops/clients/{client_id}"
    async with operator.http.get(
        operator.service.url + path, headers={"Authorization": f"Bearer {await operator.token()}"}
    ) as answer:
        client, text = await answer.json(), await answer.text()
    assert (client["scope"], client["subject_id"], client["role"]) == ("host", "h", "admin")
    assert (answer.headers["ETag"], client["version"], secret in text) == ('"1"', 1, False)
    reader = await operator.token(*await operator.client("ops", "reader", role="read"))
    assert (await operator.call("GET", path, reader))[1]["code"] == "not_your_role"
    assert (await operator.call("GET", "/v1/ops/clients/nobody", await operator.token()))[0] == 404


async def test_only_an_operator_creates_clients(operator: Operator) -> None:
    host = await operator.token(*await operator.client("host", "h"))
    body = {"name": "t", "scope": "ops", "subject_id": "me", "client_secret": "x" * 24}
    assert (await operator.call("PUT", "/v1/ops/clients/mine", host, json=body))[0] == 403
    assert (await operator.call("PUT", "/v1/ops/clients/mine", json=body))[0] == 401
