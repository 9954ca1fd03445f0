"""Operators who edit the same object at once never overwrite each other if they send `If-Match`."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from identity_support.operator import Operator

CONTACT = {"name": "Li", "email": "li@brand.example"}
EDITED: dict[str, dict[str, Any]] = {
    "owners": {"kind": "brand", "contact": CONTACT},
    "hosts": {},
    "creators": {},
    "accounts": {"host_id": "h", "kind": "merchant"},
}


@pytest.mark.parametrize("every", EDITED)
async def test_the_second_of_two_operators_is_told_the_present_version(
    operator: Operator, every: str
) -> None:
    token, path = await operator.token(), f"/v1/ops/{every}/o{secrets.token_hex(6)}"

    async def put(name: str, version: int) -> tuple[int, Any]:
        headers = {"If-Match": f'"{version}"'}
        return await operator.call(
            "PUT", path, token, json=EDITED[every] | {"name": f"{name} {path[-12:]}"}, headers=headers
        )

    assert (await put("First", 1))[0] == 412
    status, first = await put("First", 0)
    assert (status, first["version"]) == (201, 1)
    status, second = await put("Second", 1)
    assert (status, second["version"]) == (200, 2)
    status, problem = await put("Third", 1)
    assert (status, problem["code"], problem["version"]) == (412, "version_conflict", 2)


async def test_an_answer_names_the_version_as_its_tag(operator: Operator) -> None:
    headers = {"Authorization": f"Bearer {await operator.token()}"}
    url = f"{operator.service.url}/v1/ops/hosts/h{secrets.token_hex(6)}"
    async with operator.http.put(url, json={"name": "WeTalk"}, headers=headers) as answer:
        assert (answer.status, answer.headers["ETag"]) == (201, '"1"')
